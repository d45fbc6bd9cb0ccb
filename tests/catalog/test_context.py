"""What lies beside data is taken up: where from, by which precedence, and seen when it changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.crawl import crawl
from catalog.model import Outcome, Search
from catalog.store import Store
from connectors.model import Limits

Crawled = Callable[..., dict[str, Outcome]]

PACKAGE = {
    "title": "Trips in town",
    "licenses": [{"name": "ODbL-1.0", "title": "Open Database License"}],
    "contributors": [{"title": "Town office", "role": "author"}],
    "resources": [
        {
            "name": "trips",
            "path": "trips.csv",
            "title": "Trips",
            "description": "Every trip by bicycle.",
            "sources": [{"title": "Bicycle counters"}],
            "schema": {
                "primaryKey": "id",
                "foreignKeys": [
                    {"fields": "place", "reference": {"resource": "places", "fields": "code"}}
                ],
                "fields": [
                    {"name": "id", "type": "integer", "description": "Number of the trip"},
                    {"name": "place", "type": "string"},
                    {"name": "day", "type": "date", "format": "%d/%m/%Y"},
                    {"name": "length", "type": "number", "title": "Length", "unit": "km"},
                    {"name": "helmet", "type": "boolean"},
                ],
            },
        },
        {"name": "places", "path": ["places.csv"], "description": "Where trips begin."},
    ],
}


@pytest.fixture
def town(data: Path) -> Path:
    rows = "".join(f"{n},1{n:02},0{1 + n % 9}/0{1 + n % 7}/2024,{n}.5\n" for n in range(40))
    (data / "trips.csv").write_text("id,place,day,length\n" + rows)
    (data / "places.csv").write_text("code,name\n100,Station\n101,Market\n")
    (data / "datapackage.json").write_text(json.dumps(PACKAGE))
    return data


def facts(store: Store, outcome: Outcome) -> dict[tuple[str | None, str], tuple[str, str]]:
    """(value, origin) by field and kind, the first of each."""
    assert outcome.source.version is not None
    told = store.version(outcome.source.version).dataset.context
    return {(one.field, one.what): (one.value, one.origin) for one in reversed(told)}


def test_a_data_package_describes_its_resources(town: Path, crawled: Crawled, store: Store) -> None:
    found = crawled(town)
    assert set(found) == {"trips", "places"}
    trips = found["trips"]
    assert trips.source.description == "Every trip by bicycle."
    assert found["places"].source.description == "Where trips begin."
    told = facts(store, trips)
    assert told[None, "license"] == ("ODbL-1.0", "datapackage.json")
    assert told[None, "owner"] == ("Town office", "datapackage.json")
    assert told[None, "source"] == ("Bicycle counters", "datapackage.json")
    assert told[None, "foreign key"] == ("place → places (code)", "datapackage.json")
    assert told["id", "type"] == ("integer", "datapackage.json")
    schema = store.version(trips.source.version or 0).schema
    assert schema.primary_key == ("id",)
    assert schema.field("id").description == "Number of the trip"
    assert schema.field("length").description == "Length (in km)"
    assert schema.field("place").type == pa.string()  # digits that the package calls a string
    assert schema.field("day").type == pa.date32()
    assert not any(one.code == "two-readings" for one in trips.findings)
    (missing,) = [one for one in trips.findings if one.code == "declared-field-missing"]
    assert "'helmet'" in missing.message
    assert [hit.source.label for hit in store.search(Search(text="counters")).hits] == ["trips"]


def test_what_is_said_is_evidence_and_the_data_decides(
    town: Path, crawled: Crawled, store: Store
) -> None:
    (town / "trips.csv").write_text("id,place,day,length\n1,a,x,long\n1,b,y,short\n")
    trips = crawled(town)["trips"]
    codes = [one.code for one in trips.findings]
    assert codes.count("declared-type-differs") == 2  # day and length
    assert "declared-key-violated" in codes
    assert store.version(trips.source.version or 0).schema.field("length").type == pa.string()


def test_changed_context_is_seen_and_no_data_is_read_for_it(
    town: Path, crawled: Crawled, store: Store
) -> None:
    before = crawled(town)["trips"]
    assert crawled(town)["trips"].status == "UNCHANGED"
    package = json.loads(json.dumps(PACKAGE))
    package["resources"][0]["description"] = "Trips that counters saw."
    (town / "datapackage.json").write_text(json.dumps(package))
    after = crawled(town)["trips"]
    assert (after.status, after.bytes_read) == ("UNCHANGED", 0)
    assert after.source.description == "Trips that counters saw."
    assert after.source.version == before.source.version
    assert [one.source.label for one in store.search(Search(text="saw")).hits] == ["trips"]
    (town / "datapackage.json").unlink()
    assert crawled(town)["trips"].source.description is None


def test_what_a_user_says_wins(town: Path, crawled: Crawled, store: Store) -> None:
    pk = crawled(town)["trips"].source.pk
    store.annotate(pk, description="Ours.")
    crawled(town, force=True)
    assert store.source(pk).description == "Ours."


def test_an_owner_is_told_beside_the_data_until_a_user_sets_one(
    town: Path, crawled: Crawled, store: Store
) -> None:
    def owned_by(name: str) -> list[str]:
        return [hit.source.label for hit in store.search(Search(owner=name)).hits]

    pk = crawled(town)["trips"].source.pk
    assert store.source(pk).owner == "Town office"
    assert "trips" in owned_by("Town office")
    store.annotate(pk, owner="Ann")
    crawled(town, force=True)
    assert owned_by("Ann") == ["trips"]
    assert "trips" not in owned_by("Town office")
    store.annotate(pk, owner="")
    assert store.source(pk).owner == "Town office"


@pytest.mark.parametrize(
    "content", [b"{", b"[1]", b"\xff\xfe", b"[" * 200_000, b'{"resources": 3}']
)
def test_a_broken_document_is_a_finding(town: Path, crawled: Crawled, content: bytes) -> None:
    (town / "datapackage.json").write_bytes(content)
    found = crawled(town)["trips"]
    assert found.status == "NEW"
    told = [one for one in found.findings if one.code == "context-unreadable"]
    assert len(told) == (0 if b"resources" in content else 1)
    assert all(one.place == "datapackage.json" for one in told)


def test_readme_licence_and_schema_beside(data: Path, crawled: Crawled, store: Store) -> None:
    (data / "README.md").write_text(
        "# Birds\n\n![badge](x.png)\n\nBirds that **we** counted\nin [parks](http://x.y).\n\n"
        "| file | what |\n| --- | --- |\n| `eggs.csv` | Eggs by nest | \n\n## nests.csv\n\n"
        "Where they breed.\n\n## Thanks\n\nTo all.\n"
    )
    (data / "LICENSE").write_text("CC0 1.0 Universal\n\n Creative Commons ...")
    for name in ("birds", "eggs", "nests"):
        (data / f"{name}.csv").write_text("kind,seen\nowl,1\nrobin,2\n")
    schema = {"$schema": "https://json-schema.org/x", "title": "Birds seen"}
    schema["properties"] = {"kind": {"type": "string", "description": "The kind of bird"}}  # type: ignore[assignment]
    (data / "birds.schema.json").write_text(json.dumps(schema))
    csvw: dict[str, Any] = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": "eggs.csv",
        "dc:publisher": {"schema:name": "Club"},
        "tableSchema": {"columns": [{"name": "k", "titles": "kind", "dc:description": "Species"}]},
    }
    (data / "eggs.csv-metadata.json").write_text(json.dumps(csvw))
    (data / "nests.metadata.json").write_text('{"columns": {"seen": "How many"}, "owner": "Ann"}')
    found = crawled(data)
    assert set(found) == {"birds", "eggs", "nests"}
    told = {label: one.source.description for label, one in found.items()}
    assert told == {
        "birds": "Birds that we counted in parks.",
        "eggs": "Eggs by nest",
        "nests": "Where they breed.",
    }
    assert facts(store, found["birds"])[None, "title"] == ("Birds seen", "birds.schema.json")
    assert facts(store, found["birds"])[None, "license"] == ("CC0-1.0", "LICENSE")
    assert facts(store, found["eggs"])[None, "owner"] == ("Club", "eggs.csv-metadata.json")
    assert facts(store, found["nests"])[None, "owner"] == ("Ann", "nests.metadata.json")
    fields = {
        label: {one.name: one.description for one in store.version(out.source.version or 0).schema}
        for label, out in found.items()
    }
    assert fields["birds"]["kind"] == "The kind of bird"
    assert fields["eggs"]["kind"] == "Species"
    assert fields["nests"]["seen"] == "How many"


def test_folders_and_files_by_themselves(data: Path, crawled: Crawled, store: Store) -> None:
    (data / "LICENSE.txt").write_text("Something of our own")
    (data / "README.md").write_text("# All\n\n- `tracks/`: Where they went\n")
    for month in (1, 2):
        part = data / "tracks" / f"month={month}" / "part-0.csv"
        part.parent.mkdir(parents=True)
        part.write_text("x,y\n1,2\n")
    (data / "README.txt").write_text("Data of all kinds.\n")
    (data / "one.csv").write_text("x\n1\n")
    found = crawled(data)
    assert found["tracks"].source.description == "Where they went"
    assert found["one"].source.description == "Data of all kinds."
    assert (None, "license") not in facts(store, found["one"])
    assert (None, "file owner") in facts(store, found["one"])
    alone = crawled(data / "one.csv")["one"]
    assert (alone.status, alone.source.description) == ("UNCHANGED", "Data of all kinds.")


def test_metadata_of_parquet(data: Path, crawled: Crawled, store: Store) -> None:
    table = pa.table({"a": [1]}).replace_schema_metadata(
        {"description": "Made by hand", "station": "north", "licence": "CC-BY-4.0"}
    )
    pq.write_table(table, data / "t.parquet")
    found = crawled(data)["t"]
    assert found.source.description == "Made by hand"
    told = facts(store, found)
    assert told[None, "station"] == ("north", "parquet metadata")
    assert told[None, "license"] == ("CC-BY-4.0", "parquet metadata")
    assert told[None, "written by"][0].startswith("parquet-cpp-arrow")


def test_globs_keep_context_and_no_data_is_taken_for_it(town: Path, crawled: Crawled) -> None:
    found = crawled(town, limits=Limits(include=("trips.csv",)))
    assert set(found) == {"trips"}
    assert found["trips"].source.description == "Every trip by bicycle."
    bare = crawled(town, limits=Limits(exclude=("*.json",)), force=True)
    assert bare["trips"].source.description is None


def test_remote_context_costs_one_request_for_all(
    town: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = fsspec.filesystem("memory")
    memory.put(str(town) + "/", "/context-town/", recursive=True)
    opened: list[str] = []
    listed: list[str] = []
    kind = type(memory)
    true_open, true_ls = kind._open, kind.ls

    def counted(self: Any, path: str, *rest: Any, **options: Any) -> Any:
        opened.append(path)
        return true_open(self, path, *rest, **options)

    def listing(self: Any, path: str, *rest: Any, **options: Any) -> Any:
        listed.append(path)
        return true_ls(self, path, *rest, **options)

    monkeypatch.setattr(kind, "_open", counted)
    monkeypatch.setattr(kind, "ls", listing)
    try:
        found = {one.source.label: one for one in crawl(["memory://context-town"], store)}
        assert found["trips"].source.description == "Every trip by bicycle."
        assert len([path for path in opened if path.endswith("datapackage.json")]) == 1
        opened.clear()
        again = list(crawl(["memory://context-town"], store))
        assert {one.status for one in again} == {"UNCHANGED"}
        assert not opened
    finally:
        memory.rm("/context-town", recursive=True)
