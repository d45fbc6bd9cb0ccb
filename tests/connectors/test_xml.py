"""XML of repeated records: what is a record, nesting, names, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connectors import registry

FEED = b"""<?xml version="1.0" encoding="ISO-8859-1"?>
<rss xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel><title>News</title>
<item id="1"><title>K\xf6ln</title><dc:title>other</dc:title><tag>a</tag></item>
<item id="2"><title/><tag>b</tag><tag>c</tag><price currency="EUR">2.5</price></item>
<item id="3"><!-- nothing --><title><![CDATA[<b> & c]]></title></item>
</channel></rss>"""


def test_records_are_the_least_deep_elements_that_repeat(read_bytes: Callable) -> None:
    read = read_bytes(FEED, "feed.xml")
    assert read.dataset.format == "xml"
    assert read.dataset.option("record") == "/rss/channel/item"
    assert read.findings == []
    price = {"@currency": "EUR", "#text": "2.5"}
    assert read.rows == [
        {"@id": "1", "title": "Köln", "dc:title": "other", "tag": ["a"], "price": None},
        {"@id": "2", "title": None, "dc:title": None, "tag": ["b", "c"], "price": price},
        {"@id": "3", "title": "<b> & c", "dc:title": None, "tag": None, "price": None},
    ]


def test_the_user_names_the_records(read_bytes: Callable) -> None:
    read = read_bytes(FEED, "feed.xml", record="/rss/channel/item/tag")
    assert read.rows == [{"tag": "a"}, {"tag": "b"}, {"tag": "c"}]


def test_a_document_in_which_nothing_repeats_is_one_row(read_bytes: Callable) -> None:
    read = read_bytes(b"<?xml version='1.0'?><a><b>1</b><c d='2'/></a>", "one.xml")
    assert read.rows == [{"b": "1", "c": {"@d": "2"}}]


def test_many_records_stream(read_bytes: Callable) -> None:
    rows = b"".join(b"<r><n>%d</n></r>" % n for n in range(30_000))
    tail = b"<r><n>1</n><late>a</late><late>b</late></r>"
    read = read_bytes(b"<x>" + rows + tail + b"</x>", "many.xml", columns=["n"])
    assert len(read.batches) > 2
    assert sum(batch.num_rows for batch in read.batches) == 30_001
    assert read.columns == ["n"]


def test_what_repeats_late_is_a_list_from_the_start(read_bytes: Callable) -> None:
    rows = b"".join(b"<r><t>%d</t></r>" % n for n in range(9000))
    read = read_bytes(b"<x>" + rows + b"<r><t>a</t><t>b</t></r></x>", "late.xml")
    assert read.rows[0] == {"t": ["0"]}
    assert read.rows[-1] == {"t": ["a", "b"]}
    assert read.codes == set()


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 9))
    + b"]><x><r>&a8;</r><r>1</r></x>"
)
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x><r>&a;</r><r>1</r></x>'


@pytest.mark.parametrize("content", [BOMB, OUTSIDE])
def test_entities_are_refused(content: bytes, tmp_path) -> None:
    (tmp_path / "a.xml").write_bytes(content)
    source = registry.open_source(str(tmp_path))
    (finding,) = source.examine(*source.datasets()).findings
    assert "entities" in finding.message
    assert "root:" not in repr(finding)


def test_what_is_nested_too_deep_is_kept_as_text(read_bytes: Callable) -> None:
    deep = b"<d>" * 100_000 + b"x" + b"</d>" * 100_000
    read = read_bytes(b"<x><r><n>1</n></r><r>" + deep + b"</r></x>", "deep.xml")
    assert read.rows[0]["n"] == "1"
    assert "xml-too-deep" in read.codes


def test_rows_before_a_break_are_kept(read_bytes: Callable) -> None:
    read = read_bytes(b"<x>" + b"<r><n>1</n></r>" * 100 + b"<r></x>", "broken.xml")
    assert len(read.rows) == 100
    assert "mismatched tag at line 1" in read.finding("xml-broken").message


def test_a_page_is_no_data(read_bytes: Callable) -> None:
    assert (
        read_bytes(b"<!DOCTYPE html><html><p>1</p><p>2</p></html>", "a.xml").dataset.format != "xml"
    )


def test_hostile_names(read_bytes: Callable) -> None:
    read = read_bytes("<x><r ü.-_='1'><é>2</é></r><r/></x>".encode(), "names.xml")
    assert read.rows == [{"@ü.-_": "1", "é": "2"}, {"@ü.-_": None, "é": None}]
