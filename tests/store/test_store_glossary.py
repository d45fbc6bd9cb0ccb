"""The glossary: terms, suggestions, and what users say, in both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from catalog.cli.main import main
from catalog.crawl import crawl
from catalog.glossary import State, Term, choose, meanings, read_terms
from catalog.model import Search
from catalog.store import Store
from schema.errors import InvalidInput, NotFound

TERMS = """term,definition,synonyms,semantic_type
Customer number,Who buys from us.,client id; debtor,
Contact,Where we write to.,,email
Supplier,Who sells to us.,,
"""
ROWS = "cust_no,mail,amount\n" + "".join(f"{n},u{n}@example.org,{n}.5\n" for n in range(40))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "terms.csv").write_text(TERMS)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "orders.csv").write_text(ROWS)
    return tmp_path


def told(store: Store, source) -> dict[tuple[str, str], State]:
    version = store.current_versions([source.pk])[source.pk]
    decided = store.glossary.decided([source.pk])[source.pk]
    found = meanings(version.schema, store.glossary.terms(), decided)
    return {(one.field, one.term.name): one.state for one in found}


def found(store: Store, text: str) -> list[str]:
    return [hit.source.label for hit in store.search(Search(text)).hits]


def test_what_is_accepted_sticks_and_is_found(store: Store, folder: Path) -> None:
    (outcome,) = crawl([str(folder / "data")], store)
    source = outcome.source
    kept = store.glossary.put(read_terms(folder / "terms.csv"))
    assert [term.name for term in kept] == ["Contact", "Customer number", "Supplier"]
    suggested = {
        ("cust_no", "Customer number"): State.SUGGESTED,
        ("mail", "Contact"): State.SUGGESTED,
    }
    assert told(store, source) == suggested
    assert found(store, "debtor") == []

    choose(store, source, "cust_no", "customer  NUMBER", State.ACCEPTED)
    choose(store, source, "mail", "Contact", State.DECLINED)
    choose(store, source, "amount", "Supplier", State.ACCEPTED)
    decided = {
        ("cust_no", "Customer number"): State.ACCEPTED,
        ("amount", "Supplier"): State.ACCEPTED,
    }
    assert told(store, source) == decided
    assert found(store, "debtor") == ["orders"]

    (folder / "data" / "orders.csv").write_text(ROWS + "40,u40@example.org,1.5\n")
    list(crawl([str(folder / "data")], store))
    assert told(store, source) == decided
    assert found(store, "debtor") == ["orders"]
    assert sorted(store.glossary.uses().values()) == [1, 1]

    store.glossary.put([Term("Customer number", "Who buys.", ("buyer",))])
    assert found(store, "debtor") == []
    assert found(store, "buyer") == ["orders"]
    store.glossary.remove("Customer number")
    assert found(store, "buyer") == []
    choose(store, source, "mail", "Contact", State.SUGGESTED)
    assert told(store, source)["mail", "Contact"] is State.SUGGESTED
    store.delete_source(source.pk)
    assert store.glossary.uses() == {}


def test_what_is_not_there_is_told(store: Store, folder: Path) -> None:
    (outcome,) = crawl([str(folder / "data")], store)
    store.glossary.put([Term("Supplier")])
    with pytest.raises(NotFound, match="no term 'Vendor'; there are: Supplier"):
        choose(store, outcome.source, "mail", "Vendor", State.ACCEPTED)
    with pytest.raises(InvalidInput, match="orders has no column 'x'; it has: cust_no"):
        choose(store, outcome.source, "x", "Supplier", State.ACCEPTED)
    with pytest.raises(NotFound):
        store.glossary.remove("Vendor")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "has no column called term; its header is a, b"),
        ("term\n", "has no terms"),
        ("term,definition\nx,y\n,z\n", "line 3: not a term: ''"),
        ("term,type\nx,E-Mail\n", "line 2: not the name of a semantic type: 'E-Mail'"),
        ("term,synonyms\nx," + "s" * 101 + "\n", "line 2: 'x' has too many or too long synonyms"),
        ("term\n\udcff\n", "cannot be read as CSV in UTF-8"),
    ],
)
def test_faults_of_a_file_of_terms_are_told(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "terms.csv"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(InvalidInput) as caught:
        read_terms(path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_command_line_has_all_of_it(folder: Path) -> None:
    catalog = f"sqlite:///{folder / 'c.db'}"

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(main, ["--catalog", catalog, *arguments])
        assert result.exit_code == 0, result.output
        return result.stdout

    run("crawl", str(folder / "data"))
    assert "3 terms kept" in run("glossary", "import", str(folder / "terms.csv"))
    assert "is called as its name says" in run("glossary", "columns", "orders")
    assert "is accepted" in run("glossary", "accept", "orders", "cust_no", "customer number")
    again = run("glossary", "accept", "orders", "cust_no", "customer number", "--json")
    assert '"state": "ACCEPTED"' in again
    assert "is declined" in run("glossary", "decline", "orders", "mail", "contact")
    assert '"columnCount": 1' in run("glossary", "list", "--json")
    assert '"state": "ACCEPTED"' in run("glossary", "columns", "orders", "--json")
    assert "no more" in run("glossary", "remove", "contact")
