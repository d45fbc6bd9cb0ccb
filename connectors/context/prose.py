"""What READMEs and licences say: passages about a dataset, and which licence a text is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from connectors.context.model import LONGEST, Fact, Subject, text

_HEADING = re.compile(r"^\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_UNDERLINE = re.compile(r"^\s*(=+|-+|~+)\s*$")
_ITEM = re.compile(r"^\s*(?:[-*+]|[0-9]+[.)])\s+(.*)$")
_NOISE = re.compile(
    r"<!--.*?-->|!\[[^\]]*\]\([^)]*\)|\[!\[.*?\]\([^)]*\)\]\([^)]*\)|</?[a-zA-Z][^>]*>", re.DOTALL
)
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_FRONT = re.compile(r"\A\s*---\n.*?\n---\s*\n", re.DOTALL)
_MARKS = re.compile(r"[*_`]{1,3}")

_SPDX = re.compile(r"SPDX-License-Identifier:\s*([A-Za-z0-9.+\-]+)")
_TELLING = (
    ("Apache-2.0", r"apache license\s+version 2\.0"),
    (
        "MIT",
        r"permission is hereby granted, free of charge, to any person obtaining a copy",
    ),
    ("BSD-3-Clause", r"redistribution and use in source and binary forms.*neither the name"),
    ("BSD-2-Clause", r"redistribution and use in source and binary forms(?!.*neither the name)"),
    ("GPL-3.0", r"\Agnu general public license version 3"),
    ("GPL-2.0", r"\Agnu general public license version 2"),
    ("AGPL-3.0", r"\Agnu affero general public license version 3"),
    ("LGPL-3.0", r"\Agnu lesser general public license version 3"),
    ("MPL-2.0", r"mozilla public license,? version 2\.0"),
    ("Unlicense", r"this is free and unencumbered software released into the public domain"),
    ("CC0-1.0", r"cc0 1\.0 universal"),
    ("CC-BY-NC-SA-4.0", r"attribution-noncommercial-sharealike 4\.0 international"),
    ("CC-BY-NC-ND-4.0", r"attribution-noncommercial-noderivatives 4\.0 international"),
    ("CC-BY-NC-4.0", r"attribution-noncommercial 4\.0 international"),
    ("CC-BY-SA-4.0", r"attribution-sharealike 4\.0 international"),
    ("CC-BY-ND-4.0", r"attribution-noderivatives 4\.0 international"),
    ("CC-BY-4.0", r"attribution 4\.0 international"),
    ("ODbL-1.0", r"open database licen[sc]e \(odbl\)|odc open database licen[sc]e"),
    ("ODC-By-1.0", r"open data commons attribution licen[sc]e"),
    (
        "PDDL-1.0",
        r"public domain dedication (?:and|&) licen[sc]e \(pddl\)|odc public domain dedication",
    ),
    ("CDLA-Permissive-2.0", r"community data license agreement - permissive - version 2\.0"),
)
"""SPDX identifiers, and what stands in the text of that licence alone."""


def licence(content: str) -> str | None:
    """The SPDX identifier of a licence by its text; None when it is not surely one."""
    named = _SPDX.search(content)
    if named:
        return named[1]
    told = re.sub(r"[\s–—]+", " ", content.casefold()).replace(" - ", " - ").strip()
    found = [name for name, phrase in _TELLING if re.search(phrase, told)]
    if not found:
        return None
    several = found[0].startswith("CC-BY") and all(name.startswith("CC-BY") for name in found)
    return found[0] if len(found) == 1 or several else None


def readme_facts(content: str, subject: Subject, origin: str, *, own: bool) -> Iterator[Fact]:
    """The passage of a README about a dataset; of one in its own folder (`own`), else its title and
    its first paragraph.
    """
    lines = _cleaned(content)
    passage = _passage(lines, subject)
    if passage:
        yield Fact("description", passage, origin)
    if not own:
        return
    title, rest = _title(lines)
    if title:
        yield Fact("package" if passage else "title", title, origin)
    if not passage and (paragraph := _paragraph(lines[rest:])):
        yield Fact("description", paragraph, origin)


def _cleaned(content: str) -> list[str]:
    return _NOISE.sub("", _FRONT.sub("", content.replace("\r\n", "\n"))).split("\n")


def _plain(line: str) -> str:
    return text(_MARKS.sub("", _LINK.sub(r"\1", line)).strip(" |"))


def _title(lines: list[str]) -> tuple[str, int]:
    """The first heading and the line behind it; empty where text comes first."""
    for at, line in enumerate(lines):
        if not line.strip():
            continue
        if found := _HEADING.match(line):
            return _plain(found[2]), at + 1
        below = lines[at + 1] if at + 1 < len(lines) else ""
        if _UNDERLINE.match(below):
            return _plain(line), at + 2
        return "", at
    return "", 0


def _paragraph(lines: list[str]) -> str:
    """The first paragraph that is running text, before the next heading if there is any."""
    taken: list[str] = []
    fenced = False
    for at, line in enumerate(lines):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
            continue
        below = lines[at + 1] if at + 1 < len(lines) else ""
        heading = _HEADING.match(line) or (line.strip() and _UNDERLINE.match(below))
        beside = line.lstrip().startswith("|") or _ITEM.match(line) or _UNDERLINE.match(line)
        if heading or fenced or beside:
            if taken:
                break
            continue
        if line.strip():
            taken.append(_plain(line))
        elif taken:
            break
    return " ".join(filter(None, taken))[:LONGEST]


def _item(line: str) -> str | None:
    found = _ITEM.match(line)
    return found[1] if found else None


def _passage(lines: list[str], subject: Subject) -> str:
    """What follows a heading, begins a list item or stands in a row of a table with its name."""
    for at, line in enumerate(lines):
        if found := _HEADING.match(line):
            if _names(found[2], subject) or subject.called(_plain(found[2])):
                return _paragraph(_section(lines[at + 1 :]))
        elif line.lstrip().startswith("|"):
            first, *cells = [_plain(cell) for cell in line.strip().strip("|").split("|")]
            if _names(first, subject):
                return "; ".join(cell for cell in cells if re.search("[^\\W\\d_]", cell))[:LONGEST]
        elif item := _item(line):
            name, mark, said = re.sub(r"\s[–—-]\s", ": ", item, count=1).partition(":")
            if mark and said.strip() and _names(name, subject):
                return _plain(" ".join([said, *_continued(lines[at + 1 :])]))
    return ""


def _names(words: str, subject: Subject) -> bool:
    name = _plain(words).rstrip(":").rstrip("/")
    return bool(name) and (subject.named(name) or ("." in name and subject.called(name)))


def _section(lines: list[str]) -> list[str]:
    ends = (at for at, line in enumerate(lines) if _HEADING.match(line))
    return lines[: next(ends, len(lines))]


def _continued(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith((" ", "\t")) or not line.strip() or _ITEM.match(line):
            return
        yield line.strip()
