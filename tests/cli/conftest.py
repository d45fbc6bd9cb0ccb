"""A catalog of the sample data, crawled once, and a way to run commands in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from catalog.cli.main import main

Invoke = Callable[..., Result]


@pytest.fixture(scope="session")
def sample_catalog(tmp_path_factory: pytest.TempPathFactory, sample_data: Path) -> str:
    """URL of a catalog that holds the sample data; read only."""
    url = f"sqlite:///{tmp_path_factory.mktemp('catalog') / 'samples.db'}"
    done = CliRunner().invoke(main, ["--catalog", url, "crawl", str(sample_data)])
    assert done.exit_code == 0, done.output
    return url


@pytest.fixture
def headwater(sample_catalog: str) -> Invoke:
    """Run a command on the catalog of samples, or on the one given with `catalog=`."""

    def invoke(*arguments: object, catalog: str = sample_catalog, status: int = 0) -> Result:
        words = ["--catalog", catalog, *map(str, arguments)]
        done = CliRunner().invoke(main, words)
        assert done.exit_code == status, (words, done.output)
        return done

    return invoke


@pytest.fixture
def answer(headwater: Invoke) -> Callable[..., Any]:
    """The JSON document that a command prints, and nothing beside it on standard output."""

    def invoke(*arguments: object, **options: Any) -> Any:
        return json.loads(headwater("--json", *arguments, **options).stdout)

    return invoke
