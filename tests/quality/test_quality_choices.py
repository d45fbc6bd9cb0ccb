"""What users say of expectations is kept over crawls, and faulty versions teach nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from catalog.cli.main import main
from catalog.crawl import crawl
from catalog.quality.choices import keys, suite
from catalog.quality.editing import Edit, edit
from catalog.quality.past import lasting
from catalog.store import Store
from schema.errors import InvalidInput

PRICE = "be_between:price"


@pytest.fixture
def shop(tmp_path: Path):
    """Crawls versions of a table of prices, the least of which is given."""
    folder = tmp_path / "shop"
    folder.mkdir()
    with Store.open(f"sqlite:///{tmp_path / 'shop.db'}") as store:

        def write(price: float = 10, rows: int = 300):
            lines = ["code,price", *(f"N{n:04},{price + n % 5}" for n in range(rows))]
            (folder / "shop.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
            (found,) = crawl([str(folder)], store)
            return found.source

        yield store, write


def unmet(store: Store, source) -> set[str]:
    report = store.quality([source.pk])[source.pk]
    return {one.expectation.key for one in report.results if not one.success}


def test_keys_tell_expectations_apart(shop):
    store, write = shop
    report = store.quality([write().pk]).popitem()[1]
    found = keys([one.expectation for one in report.results])
    assert len(set(found)) == len(found)
    assert {PRICE, "not_be_null:code", "match_regex:code"} <= set(found)


def test_what_is_silenced_is_not_judged_until_it_is_reset(shop):
    store, write = shop
    write()
    source = write(1000)
    assert PRICE in unmet(store, source)
    before = source.quality
    edit(store, source, Edit(silence=sorted(unmet(store, source)), reason="new currency"))
    assert unmet(store, source) == set()
    assert store.source(source.pk).quality > before
    assert unmet(store, write(1010)) == set()
    assert store.choices(source.pk)[PRICE].reason == "new currency"
    edit(store, source, Edit(reset=[PRICE]))
    assert PRICE in unmet(store, source)
    with pytest.raises(InvalidInput, match="nothing was chosen"):
        edit(store, source, Edit(reset=[PRICE]))


def test_what_is_set_or_pinned_stays_whatever_is_learned(shop):
    store, write = shop
    source = write()
    edit(store, source, Edit(set={PRICE: {"max_value": 12}}))
    assert unmet(store, source) == {PRICE}
    edit(store, source, Edit(set={PRICE: {"max_value": 500, "min_value": None}}))
    assert unmet(store, source) == set()
    kept = store.choices(source.pk)[PRICE].expectation
    assert dict(kept.kwargs) == {"column": "price", "max_value": 500}
    assert PRICE not in unmet(store, write(400))
    edit(store, source, Edit(pin=["row_count_to_be_between#2"]))
    with pytest.raises(InvalidInput, match="near: be_between:price"):
        edit(store, source, Edit(silence=["be_betwen:price"]))


def test_a_faulty_version_teaches_nothing_until_it_is_accepted_or_lasts(shop):
    store, write = shop
    write(10)
    write(11)
    assert PRICE in unmet(store, write(1000))
    assert PRICE in unmet(store, write(1001))  # were the last one learned from, it were met
    source = write(12)
    assert PRICE not in unmet(store, source)
    source = write(1000)
    edit(store, source, Edit(accept=True, reason="so it is now"))
    assert PRICE not in unmet(store, write(1002))
    assert lasting([frozenset("ab"), frozenset("b"), frozenset("bc"), frozenset()]) == {"b"}
    assert lasting([frozenset("b"), frozenset("b")]) == frozenset()


def test_a_suite_of_ones_own_is_judged_with_the_rest(shop, tmp_path):
    store, write = shop
    source = write()
    file = tmp_path / "suite.json"
    asked = {
        "type": "expect_column_values_to_be_between",
        "kwargs": {"column": "price", "min_value": 11},
        "notes": "by contract",
    }
    file.write_text(json.dumps({"name": "mine", "expectations": [asked]}))
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    arguments = ["--catalog", url, "quality", "shop", "--suite", str(file), "--json"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    (own,) = [one for one in told["results"] if one["key"].startswith("own:")]
    assert (own["success"], own["reason"], own["unexpectedCount"]) == (False, "by contract", 60)
    assert [one["key"] for one in told["choices"]] == ["own:be_between:price"]
    assert "own:be_between:price" in unmet(store, write(10))
    edit(store, source, Edit(own=[]))
    assert store.choices(source.pk) == {}


@pytest.mark.parametrize(
    "document", [{}, {"expectations": [1]}, {"expectations": [{"kwargs": {}}]}]
)
def test_what_is_no_suite_is_refused(document):
    with pytest.raises(InvalidInput, match="suite"):
        suite(document)


def test_the_command_keeps_choices(shop, tmp_path):
    _, write = shop
    write()
    run = ["--catalog", f"sqlite:///{tmp_path / 'shop.db'}", "quality", "shop"]
    result = CliRunner().invoke(main, [*run, "--silence", PRICE, "--reason", "who cares"])
    assert result.exit_code == 0, result.output
    assert "silenced: be_between:price (who cares)" in result.output
    result = CliRunner().invoke(main, [*run, "--set", "not_be_null:code", "mostly"])
    assert result.exit_code == 2
    result = CliRunner().invoke(main, [*run, "--set", "not_be_null:code", "mostly=0.5", "--json"])
    told = {one["key"]: one for one in json.loads(result.stdout)["results"]}
    assert told["not_be_null:code"]["arguments"] == {"column": "code", "mostly": 0.5}


def test_a_report_says_how_many_rows_it_rests_on(shop):
    store, write = shop
    source = write(rows=120)
    assert store.quality([source.pk])[source.pk].rows_seen == 120
