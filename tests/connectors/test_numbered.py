"""Files whose names differ in a number: parts of one table, or tables of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.crawl import crawl
from catalog.store import Store
from connectors import registry
from connectors.model import Limits
from connectors.reading import list_entries
from connectors.sources.files import FileSource
from connectors.sources.numbered import are_parts


def names(root: Path) -> list[str]:
    found = registry.open_source(str(root), Limits()).datasets()
    return sorted(one.name.removeprefix(f"{root}/") for one in found)


def test_numbered_tables_of_different_columns_stay_apart(tmp_path) -> None:
    (tmp_path / "iso3166-1.json").write_text('[{"alpha_2": "AW", "name": "Aruba"}]')
    (tmp_path / "iso3166-2.json").write_text('[{"code": "AD-02", "parent": "AD", "kind": "P"}]')
    (tmp_path / "iso3166-3.json").write_text('[{"alpha_4": "BQAQ", "withdrawn": "1979"}]')
    (tmp_path / "table_1.csv").write_text("id,price,paid\n1,2.5,yes\n2,3.5,no\n")
    (tmp_path / "table_2.csv").write_text("id,river,length\n1,Po,652\n2,Oder,840\n")
    assert len(names(tmp_path)) == 5


def test_parts_may_drift_and_lack_columns(tmp_path) -> None:
    (tmp_path / "orders_1.csv").write_text("id,price,paid\n1,2.5,yes\n2,3.5,no\n")
    (tmp_path / "orders_2.csv").write_text("id,price,paid,note\n1,2.5,yes,a\n2,3.5,no,b\n")
    (tmp_path / "orders_3.csv").write_text("id,price,note,shop\n1,2.5,a,x\n2,3.5,b,y\n")
    (tmp_path / "orders_4.csv").write_text("id,note,shop,till\n1,a,x,3\n2,b,y,4\n")
    (tmp_path / "orders_5.csv").write_text("")
    assert names(tmp_path) == ["orders"]


def test_parts_without_names_of_columns_are_told_by_their_own_names(tmp_path) -> None:
    (tmp_path / "m_1.csv").write_text("1,2.5\n2,3.5\n")
    (tmp_path / "m_2.csv").write_text("3,2.5\n4,3.5\n")
    assert names(tmp_path) == ["m"]


def test_of_many_files_three_are_looked_into(tmp_path) -> None:
    for at in range(20):
        (tmp_path / f"log-{at:02}.jsonl").write_text(f'{{"id": {at}, "text": "a"}}\n')
    assert names(tmp_path) == ["log"]
    (tmp_path / "log-19.jsonl").write_text('{"river": "Po", "length": 652}\n')
    assert len(names(tmp_path)) == 20


def test_what_is_catalogued_stays_together_or_apart(tmp_path, monkeypatch) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for at in (1, 2):
        (data / f"log_{at}.csv").write_text(f"id,text\n{at},a\n")
    (data / "table_1.csv").write_text("id,price,paid\n1,2.5,yes\n2,3.5,no\n")
    (data / "table_2.csv").write_text("id,river,length\n1,Po,652\n2,Oder,840\n")
    looked_into = []
    columns = FileSource._columns
    monkeypatch.setattr(
        FileSource,
        "_columns",
        lambda source, entry: looked_into.append(entry.uri) or columns(source, entry),
    )
    with Store.open(f"sqlite:///{tmp_path}/c.db") as store:
        first = {one.source.name for one in crawl([str(data)], store)}
        assert {name.rsplit("/", 1)[1] for name in first} == {"log", "table_1.csv", "table_2.csv"}
        assert len(looked_into) == 4
        (data / "log_3.csv").write_text("river,length\nPo,652\n")
        (data / "table_3.csv").write_text("id,river,length\n3,Elbe,1094\n")
        again = {one.source.name for one in crawl([str(data)], store) if one.status != "GONE"}
        assert again == {*first, f"{data}/table_3.csv"}
        assert len(looked_into) == 4
        version = store.version(store.source(f"{data}/log").pk)
        assert len(list_entries(version.dataset)) == 3
        assert len(looked_into) == 4


def test_a_file_that_was_alone_is_looked_into_again_when_another_joins_it(tmp_path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    with Store.open(f"sqlite:///{tmp_path}/c.db") as store:
        for at in (1, 2):
            (data / f"log_{at}.csv").write_text(f"id,text\n{at},a\n")
            found = {one.source.name: one.status for one in crawl([str(data)], store)}
    assert found == {f"{data}/log": "NEW", f"{data}/log_1.csv": "GONE"}


def test_a_part_that_cannot_be_read_says_nothing(tmp_path) -> None:
    (tmp_path / "log_1.json").write_text('[{"id": 1}]')
    (tmp_path / "log_2.json").write_text('[{"id": 1')
    (tmp_path / "log_3.json").write_text('[{"id": 2}]')
    assert names(tmp_path) == ["log"]


@pytest.mark.parametrize("shared", [1, 2, 3])
def test_half_of_the_narrower_ones_columns_are_enough(shared) -> None:
    one = frozenset(range(4))
    other = frozenset([*range(shared), 10, 11, 12, 13, 14])
    assert are_parts([one, other]) is (shared >= 2)


@given(st.lists(st.frozensets(st.integers(0, 9), min_size=1), max_size=6), st.randoms())
def test_the_order_of_parts_does_not_matter(tables, chance) -> None:
    shuffled = list(tables)
    chance.shuffle(shuffled)
    assert are_parts(tables) == are_parts(shuffled)
