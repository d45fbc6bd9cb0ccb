"""Faults of 28 kinds in later versions of real tables: which are detected, and how often clean
versions are called faulty.

A fault is detected when an expectation fails, or a finding is made, that is not failed or made on
the same version without the fault. A false alarm is an expectation that a clean version, judged by
those before it, does not meet.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from benchmarks.faults.kinds import FAULTS, Fault, plant, stale
from benchmarks.faults.sets import Versions, all_sets
from catalog.joins.judge import judge as joined
from catalog.joins.keys import key_columns
from catalog.joins.model import JoinKind, KeyColumn
from catalog.model import QualityReport
from catalog.quality import Evidence, derive, judge
from catalog.quality.references import Reference, Referral, referral
from schema.infer import infer, misfit_findings
from schema.profile import TableProfile, profile
from schema.summary import RAW, summarise

SHARES = (0.001, 0.01, 0.1)
TRIALS = {0.01: 2}
"""Columns and rows drawn for each fault and set: the shares that have more than one."""


def evidence(table: pa.Table, versions: Versions, number: int) -> Evidence:
    """What the catalog would know of the table as that version."""
    summary = summarise(table.to_batches(), place=versions.name)
    schema = infer(summary)
    figures = profile(summary, schema, row_count=summary.rows)
    found = misfit_findings(summary, schema)
    columns = key_columns(versions.name, summary, schema, figures)
    referring = _referrals(columns, figures, versions, number) if versions.parents else ()
    return Evidence(schema, figures, found, versions.at(number), references=referring)


def _referrals(
    columns: Sequence[KeyColumn], figures: TableProfile, versions: Versions, number: int
) -> tuple[Referral, ...]:
    """How the columns stand that referred to other tables in the version before."""
    mine = {one.name: one for one in columns}
    profiles = {one.name: one for one in figures.columns}
    before = _columns(versions.name, versions.tables[max(number - 1, 0)])
    found = []
    for name, (table, keys) in versions.parents.items():
        (key,) = _columns(table, _parent(name, keys)).values()
        join = joined(before[name], key)
        if join is not None and join.kind is JoinKind.FOREIGN_KEY and join.containment == 1:
            reference = Reference((name,), 1, table, (key.name,))
            found.append(referral(reference, mine.get(name), key, profiles.get(name)))
    return tuple(found)


def _columns(name: str, table: pa.Table) -> dict[str, KeyColumn]:
    summary = summarise(table.to_batches())
    schema = infer(summary)
    figures = profile(summary, schema, row_count=summary.rows)
    return {one.name: one for one in key_columns(name, summary, schema, figures)}


def _parent(referrer: str, keys: frozenset[str]) -> pa.Table:
    called = "faa" if referrer == "origin" else referrer
    field = pa.field(called, pa.string(), metadata=RAW)
    return pa.table([pa.array(sorted(keys))], schema=pa.schema([field]))


Signs = set[tuple[str, str | None]]


def signs(known: Evidence, history: Sequence[Evidence]) -> tuple[Signs, QualityReport]:
    """What speaks against a version: expectations not met, and findings."""
    report = judge(known, derive(known, history))
    failed: Signs = {
        (one.expectation.type, one.expectation.field) for one in report.results if not one.success
    }
    found: Signs = {(one.code, one.message.split(" is ")[0]) for one in known.findings}
    return failed | found, report


def main() -> int:
    """Print the tables; the status is 1 when a bound is missed."""
    verbose = "-v" in sys.argv
    detected: dict[tuple[str, float], list[bool]] = defaultdict(list)
    alarms, asked = Counter[str](), Counter[str]()
    print(f"{'set':26} {'versions':>8} {'rows':>7} {'judged':>7} {'false':>6}")
    for versions in all_sets():
        clean = [evidence(table, versions, n) for n, table in enumerate(versions.tables)]
        false = judged = 0
        for number in range(1, len(clean)):
            _, report = signs(clean[number], clean[:number])
            failed = [one for one in report.results if not one.success]
            false, judged = false + len(failed), judged + len(report.results)
            for one in report.results:
                asked[one.expectation.type] += 1
            for one in failed:
                alarms[one.expectation.type] += 1
                if verbose:
                    kwargs = dict(one.expectation.kwargs)
                    print(f"  alarm {number} {one.expectation.type} {kwargs} {one.observed}")
        print(
            f"{versions.name:26} {len(clean):8} {len(versions.tables[-1]):7,}",
            f"{judged:7,} {false:6}",
            flush=True,
        )
        last = len(clean) - 1
        usual, _ = signs(clean[last], clean[:last])
        for fault in FAULTS:
            for share in (1.0,) if fault.whole else SHARES:
                for trial in range(TRIALS.get(share, 1)):
                    seed = hash_of(versions.name, fault.name, share, trial)
                    table = struck(fault, versions, last, share, np.random.default_rng(seed))
                    if table is None:
                        continue
                    known = evidence(table, versions, last)
                    found, _ = signs(known, clean[:last])
                    detected[fault.name, share].append(bool(found - usual))
                    if verbose and share >= 0.01 and not found - usual:
                        changed = [
                            name
                            for name in table.column_names
                            if name in versions.tables[last].column_names
                            and not table[name].equals(versions.tables[last][name])
                        ]
                        print(f"  missed {fault.name} {share} in {', '.join(changed)}")
    return told(detected, alarms, asked)


def struck(
    fault: Fault, versions: Versions, number: int, share: float, random: np.random.Generator
) -> pa.Table | None:
    if fault.name == "stale partition":
        found = stale(versions.tables, number, grows=versions.grows)
        return found if versions.grows else None
    return plant(fault, versions.tables[number], share, random, versions.parents)


def hash_of(*parts: object) -> int:
    """The same number for the same words in every run."""
    return int.from_bytes(repr(parts).encode()[-7:]) ^ sum(map(ord, repr(parts)))


def told(
    detected: dict[tuple[str, float], list[bool]], alarms: Counter[str], asked: Counter[str]
) -> int:
    """Print both tables, and whether the bounds are kept."""
    print(f"\n{'fault':28}" + "".join(f"{100 * share:>10g} %" for share in SHARES))
    totals: dict[float, list[bool]] = defaultdict(list)
    for fault in FAULTS:
        line = f"{fault.name:28}"
        for share in SHARES:
            found = detected.get((fault.name, 1.0 if fault.whole else share), [])
            if fault.whole and share != SHARES[1]:
                line += f"{'':>12}"
                continue
            totals[share] += found
            line += f"{sum(found):>7}/{len(found):<3} " if found else f"{'–':>12}"
        print(line + ("  (the whole table)" if fault.whole else ""))
    shares = {share: np.mean(found) for share, found in totals.items()}
    print(f"{'all':28}" + "".join(f"{100 * shares[share]:>10.1f} %" for share in SHARES))
    rate = alarms.total() / asked.total()
    print(f"\n{'expectation':52} {'judged':>7} {'false':>6}")
    for kind, count in asked.most_common():
        print(f"{kind:52} {count:7,} {alarms[kind]:6}")
    print(f"{'all':52} {asked.total():7,} {alarms.total():6} = {100 * rate:.2f} %")
    kept = shares[0.01] >= 0.95 and rate <= 0.02
    print(
        f"detected at 1 %: {100 * shares[0.01]:.1f} % (≥ 95), false alarms {100 * rate:.2f} % (≤ 2)"
    )
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
