"""What a catalog that is upgraded forgets: values of persons that search once knew."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from alembic import command

from catalog.crawl import crawl
from catalog.model import Search
from catalog.store import Store
from catalog.store.indexing import fulltext, learn
from catalog.store.migrate import alembic_config
from connectors.model import Limits


def found(store: Store, asked: str) -> tuple[int, dict[str, object]]:
    page = store.search(Search(text=asked))
    return page.total, dict(page.corrections)


def test_values_of_nested_persons_leave_the_search(url: str, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    for name, person in (("members", "person"), ("ships", "vessel")):
        key = "first_name" if person == "person" else "class"
        rows = [{person: {key: ("zebedee", "jackdaw")[n % 2]}, "rank": "purser"} for n in range(9)]
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    with Store.open(url) as store:
        list(crawl([str(folder)], store, Limits()))
        assert found(store, "zebedee")[0] == 1

        def as_before(connection) -> None:
            members = store.source("members").pk
            known = fulltext(connection).documents(connection, [members])[members]
            told = replace(known, frequent=f"{known.frequent} zebedee xylotomy")
            fulltext(connection).put(connection, {members: told}, replaced={members})
            learn(connection, ["xylotomy", "quillfeather"])
            command.downgrade(alembic_config(connection), "0015")

        store._database.write(as_before)
        assert found(store, "zebedee")[0] == 2
        assert found(store, "xylotomy")[0] == 1
        assert found(store, "xylotony") == (1, {"xylotony": ("xylotomy",)})
    with Store.open(url) as store:
        assert found(store, "zebedee")[0] == 1, "the ships may be found by it"
        assert store.search(Search(text="zebedee")).hits[0].source.label == "ships"
        for asked in ("xylotomy", "xylotony", "quillfeather", "quillfeathar"):
            assert found(store, asked) == (0, {}), asked
        assert found(store, "purser")[0] == 2
        assert found(store, "pursor")[0] == 2
        assert found(store, "members")[0] == 1
