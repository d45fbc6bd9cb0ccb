"""Listing local folders: what is skipped, what is told, what names may hold."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import registry
from connectors.model import Dataset, Limits
from connectors.sources.walk import glob_pattern, hidden
from connectors.uri import file_path, file_uri, printable
from schema.errors import SourceError


def make(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("id,name\n1,a\n2,b\n")


def listed(root: Path | str, **limits) -> list[Dataset]:
    return list(registry.open_source(str(root), Limits(**limits)).datasets())


def names(root: Path, **limits) -> list[str]:
    return sorted(one.name.removeprefix(f"{root}/") for one in listed(root, **limits))


def test_names_and_addresses(tmp_path) -> None:
    make(tmp_path, "raw/a.csv")
    (found,) = listed(tmp_path)
    assert found.namespace == "file"
    assert found.name == f"{tmp_path}/raw/a.csv"
    assert found.uri == f"file://{tmp_path}/raw/a.csv"
    assert found.format == "csv"
    (entry,) = found.entries
    status = (tmp_path / "raw/a.csv").stat()
    assert entry.uri == found.uri
    assert entry.size == status.st_size == 16
    assert entry.stamp == f"16-{status.st_mtime_ns}"


def test_the_same_dataset_by_any_address(tmp_path, monkeypatch) -> None:
    make(tmp_path, "t/k=1/a.csv", "t/k=2/a.csv")
    monkeypatch.chdir(tmp_path)
    roots = [tmp_path, tmp_path / "t", "t", "./t/", f"file://{tmp_path}/t", f"{tmp_path}/t/../t"]
    found = [listed(root) for root in roots]
    assert all(one == found[0] for one in found)
    assert len(found[0]) == 1


def test_hidden_temporary_and_unstructured_files_are_no_data(tmp_path) -> None:
    make(
        tmp_path,
        "a.csv",
        ".hidden.csv",
        ".git/config.csv",
        "_SUCCESS",
        "_temporary/0/part-0.csv",
        "a.csv.crc",
        ".a.csv.crc",
        "b.tmp",
        "~$c.csv",
        "_delta_log/0.json",
        "README.md",
        "LICENSE",
        "load.py",
        "notes.txt",
        "docs/picture.png",
        "docs/paper.pdf",
    )
    wanted = ["a.csv", "docs/docs (documents)", "docs/docs (images)", "notes.txt"]
    assert sorted(names(tmp_path)) == wanted


def test_a_file_named_by_itself_is_taken_whatever_it_is_called(tmp_path) -> None:
    make(tmp_path, "README.md")
    (found,) = listed(tmp_path / "README.md")
    assert found.name == f"{tmp_path}/README.md"


def test_globs(tmp_path) -> None:
    make(tmp_path, "a.csv", "x/b.csv", "x/y/c.parquet", "z/d.csv")
    assert names(tmp_path, include=("*.csv",)) == ["a.csv", "x/b.csv", "z/d.csv"]
    assert names(tmp_path, include=("x/**",)) == ["x/b.csv", "x/y/c.parquet"]
    assert names(tmp_path, include=("**/*.csv",), exclude=("z/**",)) == ["a.csv", "x/b.csv"]
    assert names(tmp_path, exclude=("x",)) == ["a.csv", "z/d.csv"]
    found = listed(f"{tmp_path}/*/?.csv")
    assert sorted(one.name for one in found) == [f"{tmp_path}/x/b.csv", f"{tmp_path}/z/d.csv"]


@pytest.mark.parametrize(
    ("glob", "yes", "no"),
    [
        ("*.csv", ["a.csv", "x/a.csv"], ["a.csvx"]),
        ("x/*.csv", ["x/a.csv"], ["x/y/a.csv", "y/x/a.csv"]),
        ("x/**", ["x/a", "x/y/b"], ["xy/a"]),
        ("**/y/*", ["y/a", "x/y/a"], ["y/a/b"]),
        ("a[0-9].csv", ["a1.csv"], ["ab.csv"]),
        ("/top.csv", ["top.csv"], ["x/top.csv"]),
        ("a+(b).csv", ["a+(b).csv"], ["aab.csv"]),
    ],
)
def test_glob_pattern(glob, yes, no) -> None:
    assert all(glob_pattern(glob).match(path) for path in yes)
    assert not any(glob_pattern(glob).match(path) for path in no)


def test_links_are_not_followed_out_of_the_root_nor_in_circles(tmp_path) -> None:
    make(tmp_path, "root/a.csv", "outside/secret.csv")
    root = tmp_path / "root"
    (root / "circle").symlink_to(root)
    (root / "escape").symlink_to(tmp_path / "outside")
    (root / "escape.csv").symlink_to(tmp_path / "outside/secret.csv")
    (root / "dangling.csv").symlink_to(root / "nowhere.csv")
    (root / "inside.csv").symlink_to(root / "a.csv")
    assert names(root) == ["a.csv", "inside.csv"]
    source = registry.open_source(str(root))
    list(source.datasets())
    told = {(one.code, one.place) for one in source.listing_findings}
    assert told == {("link-outside", f"{root}/escape"), ("link-outside", f"{root}/escape.csv")}


def test_what_is_no_file_is_not_opened(tmp_path) -> None:
    make(tmp_path, "a.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    assert names(tmp_path) == ["a.csv"]
    with pytest.raises(SourceError, match="not a file or folder"):
        listed(tmp_path / "pipe.csv")


def test_a_folder_that_may_not_be_read(tmp_path, monkeypatch) -> None:
    make(tmp_path, "a.csv", "closed/b.csv")
    (tmp_path / "closed").chmod(0)
    if os.geteuid() == 0:  # root may read everything: refuse as the system would refuse others
        scandir = os.scandir

        def refuse(path: str) -> object:
            if str(path).endswith("/closed"):
                raise PermissionError(13, "Permission denied", path)
            return scandir(path)

        monkeypatch.setattr(os, "scandir", refuse)
    source = registry.open_source(str(tmp_path))
    try:
        assert len(list(source.datasets())) == 1
    finally:
        (tmp_path / "closed").chmod(0o755)
    (finding,) = source.listing_findings
    assert (finding.code, finding.severity) == ("permission-denied", "error")


def test_no_such_place(tmp_path) -> None:
    with pytest.raises(SourceError, match=r"nowhere: no such file or folder; check the path$"):
        listed(tmp_path / "nowhere")


HOSTILE = [
    "line\nbreak.csv",
    "hash#mark.csv",
    "question?.csv",
    "percent%41.csv",
    "quote'\".csv",
    "<script>.csv",
    " space .csv",
    "ünïcode✈.csv",
    "semi;colon:.csv",
    "back\\slash.csv",
    "a" * 240 + ".csv",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_names_are_read(tmp_path, name) -> None:
    make(tmp_path, name)
    (found,) = listed(tmp_path)
    assert found.name == f"{tmp_path}/{name}"
    assert found.uri.isascii()
    assert not set(found.uri) & set('\n#?"<> ')
    (again,) = listed(found.uri)
    assert again == found
    source = registry.open_source(str(tmp_path))
    examined = source.examine(found)
    assert sum(batch.num_rows for batch in source.batches(examined, found.entries[0])) == 2


def test_a_file_name_that_is_not_utf8(tmp_path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.csv"
    Path(os.fsdecode(path)).write_text("a,b\n1,2\n")
    (found,) = listed(tmp_path)
    assert found.name == f"{tmp_path}/caf\\xe9.csv"
    assert found.uri == f"file://{tmp_path}/caf%E9.csv"
    found.name.encode()
    source = registry.open_source(found.uri)
    examined = source.examine(found)
    assert sum(batch.num_rows for batch in source.batches(examined, found.entries[0])) == 1


@given(st.binary(min_size=1, max_size=30).filter(lambda name: b"\0" not in name))
def test_file_uris_go_both_ways(name: bytes) -> None:
    path = "/" + os.fsdecode(name)
    assert file_path(file_uri(path)) == path
    assert file_uri(path).isascii()
    printable(path).encode()


def test_a_file_that_vanishes_after_it_was_listed(tmp_path) -> None:
    make(tmp_path, "a.csv")
    source = registry.open_source(str(tmp_path))
    (found,) = source.datasets()
    examined = source.examine(found)
    (tmp_path / "a.csv").unlink()
    with pytest.raises(SourceError, match=r"a\.csv: gone since it was listed"):
        list(source.batches(examined, found.entries[0]))
    again = source.examine(found)
    assert again.format is None
    assert again.findings[-1].code == "unreachable"


def test_listing_reads_no_content(tmp_path, monkeypatch) -> None:
    make(tmp_path, *(f"k={n % 5}/f{n}.csv" for n in range(50)), "x.csv", "y.parquet")
    opened: list[object] = []
    monkeypatch.setattr("connectors.sources.stored_file.StoredFile.open", opened.append)
    assert len(listed(tmp_path)) == 3
    assert opened == []


@pytest.mark.parametrize(
    ("name", "is_hidden"),
    [(".x", True), ("_SUCCESS", True), ("a.tmp", True), ("_x.csv", False), ("a.csv", False)],
)
def test_hidden(name, is_hidden) -> None:
    assert hidden(name) is is_hidden
