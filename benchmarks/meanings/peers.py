"""What other packages tell of the same columns, each in an environment of its own, since what they
need conflicts with what we do; and how well, on the types that each knows.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.meanings.scoring import Told, score

ENVIRONMENTS = Path(
    os.environ.get("HEADWATER_BENCH_PEERS", Path.home() / ".cache" / "headwater-bench")
)
SECONDS = 1800
ASKED = Path(__file__).with_name("asked.py")
MOST_VALUES = 200
"""Rows that are given to a peer: one of them takes a second for a few hundred."""

Table = tuple[str, Mapping[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Peer:
    """A package, how it is installed, and its labels as types of ours; a label that is not there
    names a kind of value (`int`, `string`) and no meaning.
    """

    name: str
    requirement: str
    labels: Mapping[str, str]

    @property
    def known(self) -> frozenset[str]:
        return frozenset(self.labels.values())


def _pairs(text: str) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in text.split())
    return {label: kind or label for label, _, kind in pairs}


PEERS = (
    Peer(
        "dataprofiler",
        "DataProfiler[ml]",
        _pairs(
            "ADDRESS=street_address BAN=iban CREDIT_CARD=credit_card DATE=date DATETIME=date "
            "EMAIL_ADDRESS=email IPV4=ipv4 IPV6=ipv6 MAC_ADDRESS=mac_address PERSON=person_name "
            "PHONE_NUMBER=phone SSN=ssn TIME=time URL=url US_STATE=us_state UUID=uuid"
        ),
    ),
    Peer(
        "csv_detective",
        "csv-detective",
        _pairs(
            "adresse=street_address bool=boolean code_postal=postal_code commune=city date=date "
            "datetime_aware=date datetime_naive=date datetime_rfc822=date email geojson "
            "iso_country_code_alpha2=country_code iso_country_code_alpha3=country_code_3 "
            "iso_country_code_numeric=country_numeric jour_de_la_semaine=weekday json "
            "latitude_wgs=latitude latitude_wgs_fr_metropole=latitude latlon_wgs=coordinates "
            "longitude_wgs=longitude longitude_wgs_fr_metropole=longitude lonlat_wgs=coordinates "
            "mois_de_lannee=month money pays=country percent=percentage region=subdivision_name "
            "sexe=gender siren siret tel_fr=phone url username uuid year"
        ),
    ),
)


def compared(tables: Sequence[Table], ours: Sequence[Told]) -> Iterator[str]:
    """A line a peer: precision, recall and F1 of its types, and ours of the same columns."""
    yield f"{'on the types that it knows':28} {'columns':>8}  {'peer':44} Headwater"
    for peer in PEERS:
        try:
            told = _answers(peer, tables)
        except _NotThereError as error:
            yield f"{peer.requirement:28} cannot be installed here: {error}"
            continue
        theirs = [replace(one, told=told.get(one.table, {}).get(one.column, "")) for one in ours]
        known = peer.known
        asked = [_of_types(one, known) for one in theirs]
        mine = [_of_types(one, known) for one in ours]
        yield f"{peer.requirement:28} {score(asked).wanted:8}  {score(asked)!s:44} {score(mine)}"


def _of_types(one: Told, known: frozenset[str]) -> Told:
    """A column as it is judged where only those types are asked for."""
    wanted = one.expected & known
    uncounted = one.expected & {"?"}
    told = one.told if one.told in known else ""
    return replace(one, expected=uncounted or wanted or frozenset(("",)), told=told)


class _NotThereError(Exception):
    """A peer that cannot be asked; says why in a line."""


def _answers(peer: Peer, tables: Sequence[Table]) -> dict[str, dict[str, str]]:
    lines = (
        json.dumps([name, {column: values[:MOST_VALUES] for column, values in rows.items()}])
        for name, rows in tables
    )
    done = subprocess.run(
        [str(_python(peer)), str(ASKED), peer.name],
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    found: dict[str, dict[str, str]] = {}
    for line in done.stdout.splitlines():
        table, told = json.loads(line)
        if isinstance(told, dict):
            found[table] = {name: peer.labels.get(label, "") for name, label in told.items()}
    if not found:
        last = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise _NotThereError(last[-1])
    return found


def _python(peer: Peer) -> Path:
    """The interpreter of the peer's environment, which is made the first time."""
    home = ENVIRONMENTS / peer.name
    python = home / "bin" / "python"
    if not python.exists():
        for command in (
            [sys.executable, "-m", "venv", str(home)],
            [str(python), "-m", "pip", "install", "--quiet", peer.requirement],
        ):
            made = subprocess.run(
                command, capture_output=True, text=True, timeout=SECONDS, check=False
            )
            if made.returncode:
                last = (made.stderr or made.stdout).strip().splitlines() or ["it did not say why"]
                python.unlink(missing_ok=True)
                raise _NotThereError(last[-1])
    return python
