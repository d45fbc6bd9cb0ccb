"""Runs with their inputs and outputs, and the lineage edges that they leave."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, or_, select, update

from catalog.model import Edge, Run, RunState, parse_id
from catalog.store.rows import chunks, is_pk, now, upsert
from catalog.store.tables import edges, run_inputs, run_outputs, runs
from schema.errors import InvalidInput, NotFound

FieldLineage = Mapping[str, tuple[tuple[int, str, str], ...]]
"""Output field → (input source pk, input field, kind of derivation)."""


def start(
    connection: Connection,
    *,
    uuid: str,
    pipeline: str,
    master: str | None,
    parameters: Mapping[str, Any],
    code_hash: str | None,
    inputs: Collection[int],
) -> Run:
    """A run that is RUNNING. One of that uuid that exists is told again, with these inputs too."""
    if not uuid or len(uuid) > 64 or not uuid.isprintable():
        raise InvalidInput(f"not the id of a run: {uuid[:80]!r}; give a UUID")
    made = upsert(connection, runs).values(
        uuid=uuid,
        pipeline=pipeline,
        state=RunState.RUNNING,
        started_at=now(),
        master=master,
        parameters=dict(parameters),
        metrics={},
        code_hash=code_hash,
    )
    connection.execute(made.on_conflict_do_nothing())
    pk = connection.execute(select(runs.c.pk).where(runs.c.uuid == uuid)).scalar_one()
    add_inputs(connection, pk, inputs)
    return one(connection, pk)


def add_inputs(connection: Connection, run_pk: int, inputs: Collection[int]) -> None:
    """Sources that a run reads; known ones are left as they are."""
    rows = [
        {"run_pk": run_pk, "source_pk": source_pk, "position": position}
        for position, source_pk in enumerate(dict.fromkeys(inputs))
    ]
    if rows:
        connection.execute(upsert(connection, run_inputs).on_conflict_do_nothing(), rows)


def end(
    connection: Connection,
    uuid: str,
    state: RunState,
    metrics: Mapping[str, float],
    error: str | None,
    *,
    details: Mapping[str, Any] | None = None,
) -> Run:
    """The run as it ended; `details` None leaves those that are known. Raises NotFound when it
    never started.
    """
    told = {} if details is None else {"details": dict(details)}
    changed = (
        update(runs)
        .where(runs.c.uuid == uuid)
        .values(state=state, ended_at=now(), metrics=dict(metrics), error=error, **told)
    )
    connection.execute(changed)
    return one(connection, uuid)


def add_output(connection: Connection, uuid: str, source_pk: int, derived: FieldLineage) -> None:
    """A source that a run wrote: edges from each of its inputs, by column where known. They take
    the place of those of the pipeline's earlier runs, unless this run is the earlier one.
    """
    run = one(connection, uuid)
    by_input: dict[int, dict[str, list[list[str]]]] = defaultdict(dict)
    for field, origins in derived.items():
        for input_pk, input_field, kind in origins:
            by_input[input_pk].setdefault(field, []).append([input_field, kind])
    add_inputs(connection, run.pk, by_input)
    written = upsert(connection, run_outputs).values(
        run_pk=run.pk, source_pk=source_pk, position=len(run.outputs), fields=dict(derived)
    )
    connection.execute(
        written.on_conflict_do_update(
            index_elements=["run_pk", "source_pk"], set_={"fields": written.excluded.fields}
        )
    )
    same_pipeline = select(runs.c.pk).where(runs.c.pipeline == run.pipeline)
    newer = select(edges.c.run_pk).where(
        edges.c.downstream_pk == source_pk,
        edges.c.run_pk.in_(same_pipeline),
        edges.c.run_pk > run.pk,
    )
    if connection.execute(newer.limit(1)).first():
        return
    connection.execute(
        delete(edges).where(edges.c.downstream_pk == source_pk, edges.c.run_pk.in_(same_pipeline))
    )
    rows = [
        {
            "upstream_pk": input_pk,
            "downstream_pk": source_pk,
            "run_pk": run.pk,
            "fields": by_input.get(input_pk, {}),
        }
        for input_pk in dict.fromkeys((*run.inputs, *by_input))
    ]
    if rows:
        connection.execute(insert(edges), rows)


def one(connection: Connection, ref: str | int) -> Run:
    """A run by number, global id or OpenLineage id. Raises NotFound."""
    if isinstance(ref, str) and ref.isdecimal() and len(ref) < 19:
        ref = int(ref)
    pk = _from_global_id(ref) if isinstance(ref, str) else ref
    found = []
    if isinstance(ref, str):
        found = _where(connection, lambda query: query.where(runs.c.uuid == ref[:65]))
    if not found and pk is not None and is_pk(pk):
        found = _where(connection, lambda query: query.where(runs.c.pk == pk))
    if not found:
        raise NotFound(f"no run {str(ref)[:80]!r}; `headwater runs` lists them")
    return found[0]


def many(
    connection: Connection, source_pk: int | None, *, first: int, after: int | None
) -> list[Run]:
    """Runs that read or wrote a source (any, when None), newest first, older than `after`."""

    def narrow(query: Select[Any]) -> Select[Any]:
        if source_pk is not None:
            read = select(run_inputs.c.run_pk).where(run_inputs.c.source_pk == source_pk)
            written = select(run_outputs.c.run_pk).where(run_outputs.c.source_pk == source_pk)
            query = query.where(or_(runs.c.pk.in_(read), runs.c.pk.in_(written)))
        if after is not None:
            query = query.where(runs.c.pk < after)
        return query.order_by(runs.c.pk.desc()).limit(max(first, 0))

    return _where(connection, narrow)


def by_pk(connection: Connection, pks: Collection[int]) -> dict[int, Run]:
    """Those that exist; three statements for each 5,000."""
    return {
        run.pk: run
        for chunk in chunks(pks)
        for run in _where(
            connection,
            lambda query, chunk=chunk: query.where(runs.c.pk.in_(chunk)),  # type: ignore[misc]
        )
    }


def edges_of(connection: Connection, pks: Collection[int], *, upstream: bool) -> list[Edge]:
    """The edges into those sources (`upstream`), or out of them; one statement for each 5,000."""
    end_of = edges.c.downstream_pk if upstream else edges.c.upstream_pk
    return [
        Edge(
            row.upstream_pk,
            row.downstream_pk,
            row.run_pk,
            {
                field: tuple((name, kind) for name, kind in origins)
                for field, origins in row.fields.items()
            },
        )
        for chunk in chunks(pks)
        for row in connection.execute(
            select(edges)
            .where(end_of.in_(chunk))
            .order_by(edges.c.downstream_pk, edges.c.upstream_pk, edges.c.run_pk)
        )
    ]


def last_complete(connection: Connection, pipeline: str) -> Run | None:
    """The last run of a pipeline that ended well; None when there is none."""
    found = _where(
        connection,
        lambda query: (
            query.where(runs.c.pipeline == pipeline, runs.c.state == RunState.COMPLETE)
            .order_by(runs.c.pk.desc())
            .limit(1)
        ),
    )
    return found[0] if found else None


def _from_global_id(text: str) -> int | None:
    try:
        kind, pk = parse_id(text)
    except InvalidInput:
        return None
    return pk if kind == "Run" else None


def _where(connection: Connection, narrow: Callable[[Select[Any]], Select[Any]]) -> list[Run]:
    rows = connection.execute(narrow(select(runs))).all()
    pks = [row.pk for row in rows]
    inputs = _linked(connection, run_inputs, pks)
    outputs = _linked(connection, run_outputs, pks)
    return [_to_run(row, inputs[row.pk], outputs[row.pk]) for row in rows]


def _linked(connection: Connection, table: Any, pks: Sequence[int]) -> dict[int, tuple[int, ...]]:
    linked: dict[int, list[int]] = {pk: [] for pk in pks}
    for chunk in chunks(pks):
        query = (
            select(table.c.run_pk, table.c.source_pk)
            .where(table.c.run_pk.in_(chunk))
            .order_by(table.c.run_pk, table.c.position, table.c.source_pk)
        )
        for run_pk, source_pk in connection.execute(query):
            linked[run_pk].append(source_pk)
    return {pk: tuple(found) for pk, found in linked.items()}


def _to_run(row: Row[Any], inputs: tuple[int, ...], outputs: tuple[int, ...]) -> Run:
    return Run(
        pk=row.pk,
        uuid=row.uuid,
        pipeline=row.pipeline,
        state=RunState(row.state),
        started_at=row.started_at,
        ended_at=row.ended_at,
        master=row.master,
        parameters=row.parameters,
        metrics=row.metrics,
        code_hash=row.code_hash,
        error=row.error,
        inputs=inputs,
        outputs=outputs,
        details=row.details or {},
    )
