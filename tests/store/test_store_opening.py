"""Opening a catalog: made, migrated, refused with one line that says what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from catalog.model import Search
from catalog.store import Store
from catalog.store.migrate import HEAD, alembic_config
from catalog.store.tables import metadata
from schema.errors import CatalogError, InvalidInput

ROOT = Path(__file__).resolve().parents[2]


def python(code: str, *arguments: str, **more: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        **more,
    )


def test_what_was_kept_is_there_when_opened_again(url, make):
    with Store.open(url) as store:
        source = make.record(store).source
    with Store.open(url, create=False) as store:
        assert store.source(source.pk) == source


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression")
def test_the_migrations_make_the_tables(store):
    with store._database.engine.connect() as connection:

        def wanted(_item, name, kind, _reflected, _compared) -> bool:
            # Full text is made by the migrations alone, in the way of each database, and so are
            # indexes of expressions, which SQLAlchemy cannot read from SQLite.
            ordered = kind == "index" and name.startswith("ix_sources_by_")
            return not ordered and not (kind == "table" and name.startswith("search_documents"))

        context = MigrationContext.configure(
            connection, opts={"include_object": wanted, "compare_type": True}
        )
        assert compare_metadata(context, metadata) == []


def test_head_is_the_newest_migration(store):
    with store._database.engine.connect() as connection:
        scripts = ScriptDirectory.from_config(alembic_config(connection))
        assert scripts.get_heads() == [HEAD]
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == HEAD


def test_every_migration_can_be_taken_back(store):
    from alembic import command

    def down(connection) -> None:
        command.downgrade(alembic_config(connection), "base")

    def up(connection) -> None:
        command.upgrade(alembic_config(connection), "head")

    store._database.write(down)
    with pytest.raises(CatalogError, match="sources"):
        store.counts()
    store._database.write(up)
    assert store.counts()["sources"] == 0


def test_sqlite_is_set_up_for_many_readers_and_safe_writes(tmp_path):
    with (
        Store.open(f"sqlite:///{tmp_path / 'catalog.db'}") as store,
        store._database.engine.connect() as connection,
    ):
        names = ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        found = {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in names}
    assert found.pop("busy_timeout") >= 5000
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 1}  # NORMAL


OPEN = """
import sys
from catalog.store import Store
print("ready", flush=True)
sys.stdin.readline()
with Store.open(sys.argv[1]) as store:
    print(store.counts()["sources"], "alembic" in sys.modules, flush=True)
"""


def test_processes_that_make_a_catalog_at_once_all_get_it(url):
    processes = [python(OPEN, url) for _ in range(4)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [process.communicate(timeout=120)[0].split()[0] for process in processes]
    assert answers == ["0"] * 4
    assert [process.returncode for process in processes] == [0] * 4


def test_an_up_to_date_catalog_opens_without_alembic(store, url):
    answer, _ = python(OPEN, url).communicate("go\n", timeout=60)
    assert answer.split() == ["ready", "0", "False"]


def test_a_catalog_of_a_newer_version_is_refused(store, url):
    with store._database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(CatalogError, match=r"newer version of Headwater.*9999.*upgrade") as caught:
        Store.open(url)
    assert "\n" not in str(caught.value)


def test_two_catalogs_in_memory_are_two(make):
    with Store.open("sqlite://") as one, Store.open("sqlite:///:memory:") as other:
        make.record(one)
        assert (one.counts()["sources"], other.counts()["sources"]) == (1, 0)
        assert one.search(Search(text="flights")).total == 1


def refused(url: str, *, create: bool = True) -> str:
    with pytest.raises(CatalogError) as caught:
        Store.open(url, create=create)
    said = str(caught.value)
    assert "\n" not in said
    return said


def test_a_file_that_is_no_database(tmp_path):
    path = tmp_path / "notes.db"
    path.write_text("these are notes, not a catalog\n" * 200)
    said = refused(f"sqlite:///{path}")
    assert str(path) in said
    assert "not a database" in said
    assert "--catalog" in said


def test_a_catalog_that_is_damaged(tmp_path, make):
    path = tmp_path / "catalog.db"
    with Store.open(f"sqlite:///{path}") as store:
        for number in range(200):
            make.record(store, f"/data/{number}")
    raw = bytearray(path.read_bytes())
    raw[8192:] = bytes(len(raw) - 8192)
    path.write_bytes(raw)
    with pytest.raises(CatalogError, match="damaged"), Store.open(f"sqlite:///{path}") as store:
        store.search(Search(text="data"))


def test_a_folder_in_place_of_a_file(tmp_path):
    assert "is a folder" in refused(f"sqlite:///{tmp_path}")


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    said = refused(f"sqlite:///{tmp_path / 'file' / 'catalog.db'}")
    assert str(tmp_path) in said
    assert "--catalog" in said


def test_a_folder_that_may_not_be_written_to():
    said = refused("sqlite:////proc/catalog.db")
    assert "/proc/catalog.db" in said
    assert "written" in said


def test_no_catalog_where_none_is_to_be_made(tmp_path):
    said = refused(f"sqlite:///{tmp_path / 'none.db'}", create=False)
    assert "headwater crawl" in said
    assert not (tmp_path / "none.db").exists()


def test_an_unknown_database_is_refused():
    with pytest.raises(InvalidInput, match="SQLite or PostgreSQL"):
        Store.open("mysql://me:hunter2@host/db")
    with pytest.raises(InvalidInput, match="postgresql://") as caught:
        Store.open("no url with hunter2")
    assert "hunter2" not in str(caught.value)


def test_a_server_that_does_not_answer():
    said = refused("postgresql://me:hunter2@127.0.0.1:1/catalog?sslpassword=hunter3")
    assert "127.0.0.1" in said
    assert "see that the server runs" in said
    assert "hunter" not in said


def test_a_database_that_is_not_there(postgres):
    url = postgres.url.set(database="absent").render_as_string(hide_password=False)
    said = refused(url)
    assert "absent" in said
    assert "create it" in said


def test_a_server_that_goes_away_is_told_and_comes_back(postgres, make):
    url = postgres.database()
    with Store.open(url) as store:
        make.record(store)
        with store._database.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        postgres._execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
            f"'{url.rsplit('/', 1)[-1].split('?')[0]}'"
        )
        assert store.counts()["sources"] == 1  # connections are tried before they are used
    postgres.drop(url)
    assert "does not exist" in refused(url)
