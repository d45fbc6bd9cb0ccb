"""Rules of alerts and the outbox: what is to be told, and what has been."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from catalog.alerts.model import FALL, Alert, Batch, Channel, Event, Rule, overdue
from catalog.model import Source
from catalog.store.columns import digest
from catalog.store.database import Database
from catalog.store.rows import chunks, now, sources_by_pk, upsert
from catalog.store.tables import alerts, rules, sources, versions
from schema.errors import InvalidInput, NotFound

LEASE = timedelta(minutes=5)
"""Whoever claims a batch has so long to tell it; then another may, under the same delivery."""
MOST_AT_ONCE = 500
_LAST_VERSIONS = 8


class Alerts:
    """Every method is one transaction and raises CatalogError in one line when it fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, rule: Rule) -> Rule:
        """Keep a rule. Raises InvalidInput when there is one of that name."""

        def write(connection: Connection) -> Rule:
            taken = select(rules.c.pk).where(rules.c.name == rule.name)
            if connection.execute(taken).scalar() is not None:
                raise InvalidInput(f"there is an alert called {rule.name!r} already; remove it")
            values = {
                "name": rule.name,
                "kinds": list(rule.kinds),
                "source": rule.source,
                "channel": rule.channel.value,
                "target": rule.target,
                "threshold": rule.threshold,
                "after": rule.after,
                "secret": rule.secret,
                "server": rule.server,
                "created_at": now(),
            }
            made = connection.execute(insert(rules).values(values)).inserted_primary_key
            assert made is not None
            return _rule(connection.execute(select(rules).where(rules.c.pk == made[0])).one())

        return self._database.write(write)

    def rules(self) -> list[Rule]:
        """All rules, by name."""
        with self._database.read() as connection:
            return _rules(connection)

    def rule(self, name: str) -> Rule:
        """Raises NotFound with the names that there are."""
        known = self.rules()
        for rule in known:
            if rule.name == name:
                return rule
        names = ", ".join(rule.name for rule in known) or "none yet"
        raise NotFound(f"no alert is called {name!r}; there are: {names}")

    def remove(self, name: str) -> Rule:
        """Forget a rule, with what it has told. Raises NotFound."""
        rule = self.rule(name)
        self._database.write(
            lambda connection: connection.execute(delete(rules).where(rules.c.pk == rule.pk))
        )
        return rule

    def silence(self, name: str, until: datetime | None) -> Rule:
        """Tell nothing of a rule until then; None ends the silence. Raises NotFound."""
        rule = self.rule(name)
        chosen = update(rules).where(rules.c.pk == rule.pk).values(silenced_until=until)
        self._database.write(lambda connection: connection.execute(chosen))
        return self.rule(name)

    def history(self, *, first: int = 50, source_pk: int | None = None) -> list[Alert]:
        """What was and is to be told, newest first."""
        query = _ALERT.order_by(alerts.c.pk.desc()).limit(first)
        if source_pk is not None:
            query = query.where(alerts.c.source_pk == source_pk)
        with self._database.read() as connection:
            return _with_names(connection, connection.execute(query))

    def test(self, name: str) -> None:
        """Put an alert into the outbox that says that it is a test. Raises NotFound."""
        rule = self.rule(name)
        made = Event("test", uuid.uuid4().hex, f"this is a test of the alert {name!r}")
        self._database.write(lambda connection: _insert(connection, rule, None, made, now()))

    def claim(self, at: datetime | None = None) -> list[Batch]:
        """The batches that are due, claimed for `LEASE`: nobody else gets them meanwhile."""
        return self._database.write(lambda connection: _claim(connection, at or now()))

    def delivered(self, batch: Batch, at: datetime | None = None) -> None:
        """They were told."""
        values = {"sent_at": at or now(), "next_at": None, "lease": None, "error": None}
        self._set(batch, values)

    def undelivered(
        self, batch: Batch, error: str, pause: timedelta | None, at: datetime | None = None
    ) -> None:
        """They were not; they are tried again after `pause`, or given up where it is None."""
        again = None if pause is None else (at or now()) + pause
        self._set(batch, {"next_at": again, "lease": None, "error": error[:1000]})

    def notice_late(self, at: datetime | None = None) -> None:
        """Put sources that are late into the outbox, for the rules that ask for it."""
        self._database.write(lambda connection: _notice_late(connection, at or now()))

    def _set(self, batch: Batch, values: dict[str, Any]) -> None:
        pks = [alert.pk for alert in batch.alerts]
        chosen = update(alerts).where(alerts.c.pk.in_(pks), alerts.c.sent_at.is_(None))
        self._database.write(lambda connection: connection.execute(chosen.values(**values)))


def enqueue(connection: Connection, source: Source, events: Iterable[Event], *, stamp: str) -> None:
    """Put events at a source into the outbox, in the transaction that they happened in. `stamp`
    tells one occasion from another (the version): what was put there once is not again.
    """
    happened = list(events)
    if not happened:
        return
    at = now()
    for rule in _rules(connection):
        if not matches(rule, source):
            continue
        for event in happened:
            if counts(rule, event):
                _insert(connection, rule, source.pk, event, at, stamp=stamp)


def matches(rule: Rule, source: Source) -> bool:
    """Whether a rule is about a source, by its glob over name, label and URI."""
    pattern = rule.source
    if pattern is None:
        return True
    return any(fnmatchcase(name, pattern) for name in (source.name, source.label, source.uri))


def counts(rule: Rule, event: Event) -> bool:
    """Whether a rule tells an event: by its kind, and of the score by its threshold."""
    if event.kind not in rule.kinds:
        return False
    if event.kind != "score" or event.value is None:
        return True
    before = float(event.details["before"])
    if rule.threshold is None:
        return before - event.value >= FALL
    return event.value < rule.threshold <= before


def _insert(
    connection: Connection,
    rule: Rule,
    source_pk: int | None,
    event: Event,
    at: datetime,
    *,
    stamp: str = "",
) -> None:
    silent = rule.silenced_until is not None and rule.silenced_until > at
    made = upsert(connection, alerts).values(
        rule_pk=rule.pk,
        source_pk=source_pk,
        key=digest(str(source_pk), event.kind, event.key, stamp),
        kind=event.kind,
        message=event.message,
        details=dict(event.details),
        created_at=at,
        attempts=0,
        next_at=None if silent else at,
    )
    connection.execute(made.on_conflict_do_nothing())


def _claim(connection: Connection, at: datetime) -> list[Batch]:
    due = (
        _ALERT.where(
            alerts.c.sent_at.is_(None),
            alerts.c.next_at <= at,
            or_(alerts.c.lease.is_(None), alerts.c.lease <= at),
        )
        .order_by(alerts.c.pk)
        .limit(MOST_AT_ONCE)
        .with_for_update(skip_locked=True, of=alerts)
    )
    known = {rule.pk: rule for rule in _rules(connection)}
    grouped: dict[tuple[int, str | None], list[Any]] = {}
    for row in connection.execute(due).all():
        rule = known[row.rule_pk]
        if rule.silenced_until is None or rule.silenced_until <= at:
            grouped.setdefault((row.rule_pk, row.delivery), []).append(row)
    batches = []
    for (rule_pk, delivery), rows in grouped.items():
        chosen = delivery or uuid.uuid4().hex
        claimed = update(alerts).where(alerts.c.pk.in_([row.pk for row in rows]))
        values = {"delivery": chosen, "lease": at + LEASE, "attempts": alerts.c.attempts + 1}
        connection.execute(claimed.values(**values))
        again = _ALERT.where(alerts.c.pk.in_([row.pk for row in rows])).order_by(alerts.c.pk)
        found = _with_names(connection, connection.execute(again))
        batches.append(Batch(chosen, known[rule_pk], tuple(found)))
    return batches


def _notice_late(connection: Connection, at: datetime) -> None:
    asking = [rule for rule in _rules(connection) if "late" in rule.kinds]
    if not asking:
        return
    query = select(sources.c.pk).where(
        sources.c.status != "GONE", sources.c.version_pk.is_not(None)
    )
    for chunk in chunks(connection.execute(query).scalars().all(), 500):
        for source in sources_by_pk(connection, chunk).values():
            about = [rule for rule in asking if matches(rule, source)]
            if not about:
                continue
            created = connection.execute(
                select(versions.c.created_at)
                .where(versions.c.source_pk == source.pk)
                .order_by(versions.c.number.desc())
                .limit(_LAST_VERSIONS)
            ).scalars()
            times = list(created)
            for rule in about:
                late = overdue(times, at, rule.after)
                if late is not None:
                    told = f"no new version since {times[0]:%Y-%m-%d %H:%M} UTC"
                    event = Event("late", "version", told, late, {"seconds": round(late)})
                    stamp = str(times[0].timestamp())
                    _insert(connection, rule, source.pk, event, at, stamp=stamp)


_ALERT = select(alerts, rules.c.name.label("rule")).join(rules, rules.c.pk == alerts.c.rule_pk)


def _with_names(connection: Connection, rows: Iterable[Row[Any]]) -> list[Alert]:
    found = list(rows)
    pks: Collection[int] = {row.source_pk for row in found if row.source_pk is not None}
    known = sources_by_pk(connection, sorted(pks))
    return [_alert(row, known.get(row.source_pk)) for row in found]


def _alert(row: Row[Any], source: Source | None) -> Alert:
    return Alert(
        row.pk,
        row.rule,
        row.rule_pk,
        row.source_pk,
        source.label if source else None,
        source.uri if source else None,
        row.kind,
        row.message,
        row.details,
        row.created_at,
        row.attempts,
        row.next_at,
        row.sent_at,
        row.error,
    )


def _rules(connection: Connection) -> list[Rule]:
    return [_rule(row) for row in connection.execute(select(rules).order_by(rules.c.name))]


def _rule(row: Row[Any]) -> Rule:
    return Rule(
        row.pk,
        row.name,
        tuple(row.kinds),
        row.source,
        Channel(row.channel),
        row.target,
        row.threshold,
        row.after,
        row.secret,
        row.server,
        row.silenced_until,
        row.created_at,
    )
