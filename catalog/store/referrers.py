"""Which sources refer to which, by their last reports."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, delete, insert, select

from catalog.model import QualityReport
from catalog.quality.references import references_in
from catalog.store.rows import chunks
from catalog.store.tables import referrers


def write_many(connection: Connection, reports: Mapping[int, QualityReport]) -> None:
    """What each source refers to by its new report, in place of what it did before."""
    for chunk in chunks(reports):
        connection.execute(delete(referrers).where(referrers.c.source_pk.in_(chunk)))
    rows = [
        {"source_pk": pk, "refers_to": other}
        for pk, report in reports.items()
        for other in sorted(
            {one.source for one in references_in(one.expectation for one in report.results)}
        )
        if other != pk
    ]
    for some in chunks(rows):
        connection.execute(insert(referrers), some)


def of_sources(connection: Connection, pks: Collection[int]) -> set[int]:
    """The sources that refer to one of those."""
    query = select(referrers.c.source_pk).distinct()
    return {
        pk
        for chunk in chunks(pks)
        for pk in connection.execute(query.where(referrers.c.refers_to.in_(chunk))).scalars()
    }
