"""The catalog from Python, and the notebook that shows it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import catalog
from catalog.crawl import crawl
from catalog.store import Store


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory, sample_data: Path) -> str:
    folder = tmp_path_factory.mktemp("notebook")
    hostile = folder / "<script>.csv"
    hostile.write_text('id,<b>"x"</b>\n1,a\n')
    url = f"sqlite:///{folder / 'catalog.db'}"
    with Store.open(url) as store:
        list(crawl([str(sample_data / "flights"), str(hostile)], store))
    return url


def test_import_catalog_is_light() -> None:
    script = "import sys, catalog; print(sorted({'pyarrow', 'sqlalchemy'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
    with pytest.raises(AttributeError, match="nothing"):
        _ = catalog.nothing  # type: ignore[attr-defined]


def test_sources_are_found_and_read(samples: str) -> None:
    found = catalog.find("flights delay", catalog=samples)
    assert found.total == 1
    (flights,) = found
    assert "dep_delay" in flights.schema.names
    table = flights.to_arrow(columns=["dep_delay", "carrier"])
    assert table.num_rows == flights.profile.row_count
    assert flights.to_pandas(columns=["carrier"]).shape == (table.num_rows, 1)
    assert flights.to_polars(columns=["carrier"]).height == table.num_rows
    assert repr(flights) == f"<{flights.name}, {table.num_rows:,} rows>"


def test_displays_are_escaped(samples: str) -> None:
    hostile = catalog.source("<script>", catalog=samples)
    for shown in (hostile._repr_html_(), catalog.find(catalog=samples)._repr_html_()):
        assert "<script>" not in shown
        assert "&lt;script&gt;" in shown
    assert "<b>" not in hostile._repr_html_()
    assert "int64" in hostile._repr_html_()


@pytest.mark.spark
def test_spark_reads_it_too(samples: str) -> None:
    from connectors.spark.cluster import Cluster
    from connectors.spark.session import session

    with session(Cluster("local[1]"), "notebook") as spark:
        frame = catalog.source("flights", catalog=samples).to_spark(spark, columns=["carrier"])
        assert frame.columns == ["carrier"]


def test_the_notebook_runs(samples: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_CATALOG", samples)
    notebook = json.loads((root / "docs" / "notebook.ipynb").read_text())
    names: dict[str, Any] = {}
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for number, cell in enumerate(cells):
        assert cell["outputs"] == []
        exec(compile("".join(cell["source"]), f"cell {number}", "exec"), names)
    assert len(names["found"]) == 1
    assert len(names["late"]) > 0
