"""The samples are small, made by build.py, and described."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

BY_CONTENT = {".db", ".parquet"}
"""Suffixes of files whose bytes depend on the library that wrote them."""


@pytest.fixture(scope="module")
def built(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    subprocess.run([sys.executable, sample_data / "build.py", folder], check=True)
    return folder


def data_files(folder: Path) -> Iterator[Path]:
    """Relative paths of the data below a folder, without its programs and its description."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix not in {".py", ".pyc", ".md"}:
            yield path.relative_to(folder)


def test_all_of_it_is_small(sample_data: Path) -> None:
    assert sum((sample_data / path).stat().st_size for path in data_files(sample_data)) <= 5_000_000


def test_build_makes_the_same_files(sample_data: Path, built: Path) -> None:
    assert list(data_files(built)) == list(data_files(sample_data))
    assert len(list(data_files(built))) > 30
    for path in data_files(built):
        if path.suffix not in BY_CONTENT and path.name != "wrong_suffix.csv":
            assert (built / path).read_bytes() == (sample_data / path).read_bytes(), path


@pytest.mark.parametrize("path", ["weather.parquet", "hostile/wrong_suffix.csv"])
def test_build_makes_the_same_tables(path: str, sample_data: Path, built: Path) -> None:
    made, kept = (pq.read_table(pa.OSFile(str(folder / path))) for folder in (built, sample_data))
    assert made.schema.equals(kept.schema, check_metadata=True)
    assert made.equals(kept)
    assert kept.num_rows > 10


def test_truncated_parquet_has_lost_its_footer(sample_data: Path, built: Path) -> None:
    for folder in (built, sample_data):
        content = (folder / "hostile/truncated.parquet").read_bytes()
        assert content.startswith(b"PAR1")
        assert not content.endswith(b"PAR1")


def test_build_makes_the_same_database(sample_data: Path, built: Path) -> None:
    made, kept = (list(dump(folder / "reference.db")) for folder in (built, sample_data))
    assert made == kept
    assert any("REFERENCES airlines" in statement for statement in kept)


def dump(path: Path) -> Iterator[str]:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        yield from connection.iterdump()
    finally:
        connection.close()


def test_readme_describes_every_sample(sample_data: Path) -> None:
    text = (sample_data / "README.md").read_text()
    for path in sample_data.iterdir():
        if path.suffix not in {".py", ".md"} and path.name != "__pycache__":
            assert f"{path.name}" in text, path.name
    for path in (sample_data / "hostile").iterdir():
        assert f"`{path.name}{'/' * path.is_dir()}`" in text, path.name
