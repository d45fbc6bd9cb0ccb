"""Files made from bytes, and what is read of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from connectors import registry
from connectors.model import Dataset, Limits, Source
from connectors.sources.stored_file import StoredFile
from connectors.uri import file_uri
from schema.model import Finding
from tests.postgresql import Server


@dataclass
class Read:
    """All that reading a dataset gave."""

    dataset: Dataset
    batches: list[pa.RecordBatch]
    findings: list[Finding]

    @property
    def codes(self) -> set[str]:
        return {finding.code for finding in self.findings}

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [row for batch in self.batches for row in batch.to_pylist()]

    @property
    def columns(self) -> list[str]:
        return self.batches[0].schema.names

    def finding(self, code: str) -> Finding:
        return next(finding for finding in self.findings if finding.code == code)


def read(source: Source, dataset: Dataset, columns: list[str] | None = None) -> Read:
    """Examine a dataset and read all of its entries."""
    examined = source.examine(dataset)
    batches: list[pa.RecordBatch] = []
    findings = list(examined.findings)
    if examined.format is not None:
        for entry in examined.entries:
            batches += source.batches(examined, entry, columns=columns)
            findings += source.findings_of(entry)
    return Read(examined, batches, findings)


@pytest.fixture
def read_bytes(tmp_path: Path) -> Callable[..., Read]:
    """Write bytes to a file of that name and read it as the only dataset of a source."""

    def call(
        content: bytes, name: str = "data.csv", columns: list[str] | None = None, **options: str
    ) -> Read:
        path = tmp_path / name
        path.write_bytes(content)
        limits = Limits(options=tuple(sorted(options.items())))
        source = registry.open_source(str(path), limits)
        (dataset,) = source.datasets()
        return read(source, dataset, columns)

    return call


@pytest.fixture(scope="session")
def read_source() -> Callable[..., dict[str, Read]]:
    """Open a URI and read every dataset of it, by name."""

    def call(uri: str, **limits: Any) -> dict[str, Read]:
        source = registry.open_source(uri, Limits(**limits))
        return {dataset.name: read(source, dataset) for dataset in source.datasets()}

    return call


@pytest.fixture
def stored(tmp_path: Path) -> Callable[[bytes], StoredFile]:
    """Bytes as a file that formats can read."""

    def call(content: bytes) -> StoredFile:
        path = tmp_path / "stored"
        path.write_bytes(content)
        return StoredFile(file_uri(str(path)), str(path), len(content))

    return call


@pytest.fixture(scope="session")
def postgres_url(postgres: Server) -> str:
    """The URL of a database for the tests of sources."""
    return postgres.database()
