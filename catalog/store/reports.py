"""Quality reports: one added, the latest of many sources, the history of one."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from catalog.model import QualityReport
from catalog.search import grade
from catalog.store import codec, counting, events, referrers
from catalog.store.rows import chunks, now
from catalog.store.tables import reports, sources


def add(connection: Connection, report: QualityReport, *, source_pk: int, version_pk: int) -> None:
    """Store a report and make it the source's latest."""
    events.note_verdicts(connection, {source_pk: report.score}, now())
    made = insert(reports).values(**row(report, source_pk, version_pk))
    pk = connection.execute(made.returning(reports.c.pk)).scalar_one()
    connection.execute(
        update(sources).where(sources.c.pk == source_pk).values(**verdict(report, pk))
    )
    referrers.write_many(connection, {source_pk: report})
    counting.settle(connection)


def row(report: QualityReport, source_pk: int, version_pk: int) -> dict[str, Any]:
    """The columns of a report."""
    return {
        "source_pk": source_pk,
        "version_pk": version_pk,
        "engine": report.engine,
        "score": report.score,
        "success": report.success,
        "checked_at": report.checked_at,
        "results": codec.encode_results(report.results),
        "rows_seen": report.rows_seen,
    }


def verdict(report: QualityReport, pk: int | None) -> dict[str, Any]:
    """The columns of a source that tell of its latest report."""
    return {"report_pk": pk, "quality": report.score, "grade": grade(report.score)}


def latest(connection: Connection, source_pks: Collection[int]) -> dict[int, QualityReport]:
    """The last report of each source that has one; one statement for each 5,000."""
    query = select(reports).join(sources, sources.c.report_pk == reports.c.pk)
    return {
        row.source_pk: _to_report(row)
        for chunk in chunks(source_pks)
        for row in connection.execute(query.where(sources.c.pk.in_(chunk)))
    }


def history(connection: Connection, source_pk: int, first: int) -> list[QualityReport]:
    """The last reports of one source, newest first."""
    query = (
        select(reports)
        .where(reports.c.source_pk == source_pk)
        .order_by(reports.c.pk.desc())
        .limit(max(first, 0))
    )
    return [_to_report(row) for row in connection.execute(query)]


def where(connection: Connection, condition: ColumnElement[bool]) -> list[QualityReport]:
    """The reports of a condition, newest first."""
    query = select(reports).where(condition).order_by(reports.c.pk.desc())
    return [_to_report(row) for row in connection.execute(query)]


def _to_report(row: Row[Any]) -> QualityReport:
    return QualityReport(
        source_pk=row.source_pk,
        version=row.version_pk,
        score=row.score,
        success=row.success,
        checked_at=row.checked_at,
        engine=row.engine,
        results=codec.decode_results(row.results),
        rows_seen=row.rows_seen,
    )
