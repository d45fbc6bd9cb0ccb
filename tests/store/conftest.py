"""The same store tests over SQLite and a real PostgreSQL, and makers of what goes into a store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from sqlalchemy import event

from catalog.model import Expectation, ExpectationResult, Outcome, QualityReport
from catalog.store import Store
from connectors.model import Dataset, Entry
from schema.model import Field, Finding, Schema
from schema.profile import ColumnProfile, Frequency, TableProfile


@contextmanager
def new_url(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """The URL of a catalog that is not there yet, in the database that the parameter names."""
    if request.param == "sqlite":
        yield f"sqlite:///{folder / 'new' / 'catalog.db'}"
        return
    server = request.getfixturevalue("postgres")
    made = server.database()
    yield made
    server.drop(made)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with new_url(request, tmp_path) as made:
        yield made


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store.open(url) as opened:
        yield opened


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """One store for the tests of a module that only read."""
    with new_url(request, tmp_path_factory.mktemp("shared")) as made, Store.open(made) as opened:
        yield opened


@pytest.fixture
def statements(store: Store) -> Callable[[], object]:
    """`with statements() as seen:` the SQL statements that the store runs."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        seen: list[str] = []

        def see(_connection, _cursor, statement, *_rest) -> None:
            seen.append(statement)

        event.listen(store._database.engine, "before_cursor_execute", see)
        try:
            yield seen
        finally:
            event.remove(store._database.engine, "before_cursor_execute", see)

    return counting


class Maker:
    """Datasets, schemas, profiles and reports with little typing."""

    def dataset(
        self,
        name: str = "/data/flights",
        *,
        namespace: str = "file",
        uri: str | None = None,
        stamps: dict[str, str] | None = None,
        **more: object,
    ) -> Dataset:
        """Entries by file name and stamp."""
        uri = uri or f"file://{name}"
        entries = tuple(
            Entry(f"{uri}/{file}", 10, stamp, datetime(2026, 1, 2, tzinfo=UTC), (("year", None),))
            for file, stamp in (stamps or {"a.csv": "1"}).items()
        )
        return Dataset(namespace, name, uri, entries, **{"format": "csv", **more})

    def schema(self, *names: str, **semantic_types: str) -> Schema:
        """Text fields; keywords are fields with a semantic type."""
        plain = [Field(name, pa.string()) for name in names or ("origin", "dest")]
        meant = [
            Field(name, pa.string(), semantic_type=kind) for name, kind in semantic_types.items()
        ]
        return Schema((*plain, *meant))

    def column(self, name: str, *values: str, distinct: int | None = None) -> ColumnProfile:
        """A text column whose most frequent values are those."""
        return ColumnProfile(
            name=name,
            type="string",
            count=100,
            null_count=0,
            empty_count=0,
            distinct_count=len(values) if distinct is None else distinct,
            distinct_error=0.0,
            min=min(values, default=None),
            max=max(values, default=None),
            mean=None,
            std=None,
            quantiles=(),
            quantile_error=0.0,
            histogram=(),
            top_values=tuple(Frequency(value, 3, exact=True) for value in values),
            min_length=1,
            max_length=9,
            mean_length=4.5,
            misfit_count=0,
            misfit_examples=(),
            unique=False,
        )

    def profile(self, *columns: ColumnProfile, rows: int = 100) -> TableProfile:
        return TableProfile(rows, rows, rows * 10, columns)

    def report(self, score: float, *, source: int = 0, version: int = 0) -> QualityReport:
        expectation = Expectation(
            "expect_column_values_to_not_be_null", "origin", {"mostly": 0.9}, "seen", "completeness"
        )
        return QualityReport(
            source_pk=source,
            version=version,
            score=score,
            success=score > 50,
            checked_at=datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=UTC),
            engine="summary",
            results=(ExpectationResult(expectation, score > 50, {"share": 0.5}, 3),),
        )

    def record(
        self, store: Store, name: str = "/data/flights", *columns: str, **more: object
    ) -> Outcome:
        """Record a dataset of that name with those columns, every entry read."""
        taken = ("schema", "profile", "quality", "findings", "run", "joinable")
        given = {key: more.pop(key) for key in taken if key in more}
        dataset = self.dataset(name, **more)
        schema = given.pop("schema", None) or self.schema(*columns)
        profile = given.pop("profile", None) or self.profile()
        parts = {entry.uri: entry.stamp.encode() for entry in dataset.entries}
        return store.record(dataset, schema, profile, parts=parts, **given)

    def finding(self, code: str = "csv-ragged-row") -> Finding:
        return Finding(code, "14 columns where the header has 13", "a.csv, row 3", "warning")


@pytest.fixture(scope="session")
def make() -> Maker:
    return Maker()
