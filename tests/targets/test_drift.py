"""Connectors notice that their source has drifted, natively and through the runtime."""

from __future__ import annotations

import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.connect import connector
from catalog.crawl import crawl
from catalog.store import Store
from schema.errors import SchemaDrift
from tests.conformance.target_samples import load

CSV = "id,name,delay\n1,a,2\n2,b,3\n"
PARTED = {"part/day=1/a.csv": CSV, "part/day=2/a.csv": CSV}


def write(folder: Path, files: dict[str, str], encoding: str = "utf-8") -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding=encoding)


def generated(folder: Path, target: str) -> ModuleType:
    """The connector of the one source in a folder, loaded."""
    with Store.open(f"sqlite:///{folder.parent / 'catalog.db'}") as store:
        (outcome,) = crawl([str(folder)], store)
        assert outcome.source.version is not None
        made = connector(store.version(outcome.source.version), target)
    path = folder.parent / made.filename
    path.write_text(made.code, encoding="utf-8")
    return load(path)


def read(module: ModuleType, **given: Any) -> int:
    shape: tuple[int, int] = module.read(**given).shape
    return shape[0]


@pytest.mark.parametrize("target", ["arrow", "duckdb", "pandas", "polars"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_column_that_is_gone_and_one_that_is_new(
    tmp_path: Path, target: str, encoding: str
) -> None:
    data = tmp_path / "data"
    write(data, {"a.csv": CSV}, encoding)
    module = generated(data, target)
    assert ("runtime" in vars(module)) == (encoding == "utf-16")
    assert module.drift() == []
    assert read(module) == 2
    write(data, {"a.csv": "id,title_of_it,delay\n1,a,2\n"}, encoding)
    error: type[Exception] = getattr(module, "SchemaDrift", SchemaDrift)
    with pytest.raises(error, match=r"'name' is gone, 'title_of_it' is new; generate"):
        read(module)
    with pytest.warns(UserWarning, match="'name' is gone"):
        read_anyway(module, on_drift="warn")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_anyway(module, on_drift="ignore")


def read_anyway(module: ModuleType, **given: Any) -> None:
    """Reads what is still there, by an engine that may mind."""
    try:
        read(module, columns=["id"], **given)
    except getattr(module, "SchemaDrift", SchemaDrift):
        pytest.fail("it was told not to mind")
    except Exception as error:
        print(f"the engine minds: {error}")


def test_every_file_of_a_partitioned_data_set_is_looked_at(tmp_path: Path) -> None:
    data = tmp_path / "data"
    write(data, PARTED)
    module = generated(data, "arrow")
    assert read(module) == 4
    write(data, {"part/day=2/a.csv": "id,name,delay,more\n1,a,2,3\n"})
    assert module.drift() == ["'more' is new"]


def test_parquet_tells_types(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    pq.write_table(pa.table({"n": pa.array([1], pa.int64()), "t": ["a"]}), data / "a.parquet")
    module = generated(data, "arrow")
    pq.write_table(pa.table({"n": pa.array([1], pa.int32()), "t": ["a"]}), data / "a.parquet")
    assert module.drift() == [], "int64 holds every int32"
    pq.write_table(pa.table({"n": [1.5], "t": ["a"]}), data / "a.parquet")
    assert module.drift() == ["'n' was int64 and is double"]


def test_json_lines_tell_what_is_new(tmp_path: Path) -> None:
    data = tmp_path / "data"
    write(data, {"a.jsonl": '{"a": 1}\n{"a": 2, "b": 1}\n'})
    module = generated(data, "arrow")
    assert module.drift() == []
    write(data, {"a.jsonl": '{"a": 1, "c": 1}\n'})
    assert module.drift() == ["'c' is new"]


def test_a_header_less_file_that_has_grown(tmp_path: Path) -> None:
    data = tmp_path / "data"
    write(data, {"a.csv": "1,2013-01-01,x\n2,2013-01-02,y\n3,2013-01-03,\n4,2013-01-04,z\n"})
    module = generated(data, "arrow")
    assert module.drift() == []
    write(data, {"a.csv": "1,2013-01-01,x,new\n"})
    assert module.drift() == ["'column 4' is new"]
