"""What lies beside the data of one place: gathered from its listing, read once for all."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote

from connectors import registry, sniff
from connectors.context import names
from connectors.context.documents import Document, read
from connectors.context.model import MOST, Fact, Subject
from connectors.model import Dataset, Entry
from connectors.sources.filesystem import Files, LocalFiles
from connectors.sources.walk import local_entry
from connectors.uri import file_path, printable
from schema.model import Finding

_KEPT = 64
"""Documents that are kept parsed: those of the folders at hand."""


@dataclass(slots=True)
class Beside:
    """The files of one place that say something of others. Safe for threads."""

    files: Files
    _listed: dict[str, list[tuple[str, Entry]]] = field(default_factory=dict, init=False)
    _read: dict[str, Document] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def takes(self, path: str, entry: Entry) -> bool:
        """Whether a listed file is one of them, and so no data."""
        folder, _, name = path.rpartition("/")
        if not names.is_context(name):
            return False
        self._listed.setdefault(folder, []).append((name, entry))
        return True

    def of(self, dataset: Dataset, base: str, *, folder: str) -> Dataset:
        """The dataset with what was listed of it: `base` is its path below the root, `folder` where
        it lies. Nothing is read.
        """
        if not base and not folder and self._is_file:
            return replace(dataset, beside=self._siblings())
        return replace(dataset, beside=tuple(self._about(base, folder)))

    @property
    def _is_file(self) -> bool:
        return not isinstance(self.files, LocalFiles) or not Path(self.files.root).is_dir()

    def _siblings(self) -> tuple[Entry, ...] | None:
        """What lies beside a root that is a file itself; None where that had to be listed."""
        if not isinstance(self.files, LocalFiles):
            return None
        folder, _, name = self.files.root.rpartition("/")
        paths = (f"{folder}/{one}" for one in names.siblings(name))
        return tuple(local_entry(path) for path in paths if _is_plain(path))

    def _about(self, base: str, folder: str) -> Iterator[Entry]:
        """By what counts most: of the dataset itself, of its folder, of those above."""
        called = _names(base.rpartition("/")[2])
        above = folder
        if base and base == folder:  # a folder is the dataset, what names it lies above
            above = folder.rpartition("/")[0]
            yield from self._named(above, called)
        else:
            yield from self._named(folder, called)
        own = self._listed.get(folder, [])
        yield from (one for name, one in own if name.lower() in names.FOLDER_JSON)
        yield from (one for name, one in own if names.is_readme(name))
        licensed = False
        for at, place in enumerate(_upwards(folder)):
            for name, one in self._listed.get(place, []):
                if place != folder and (
                    name.lower() in names.FOLDER_JSON or (at == 1 and names.is_readme(name))
                ):
                    yield one
                if names.is_licence(name) and not licensed:
                    licensed = True
                    yield one

    def _named(self, folder: str, called: frozenset[str]) -> Iterator[Entry]:
        found = self._listed.get(folder, [])
        return (one for name, one in found if names.about(name) in called)

    def told(self, dataset: Dataset) -> Dataset:
        """The dataset with what is said of it, by the files beside it and by their place; what
        cannot be read of them is a finding.
        """
        facts = list(dataset.context)
        findings = []
        for entry in dataset.beside or ():
            document = self._document(entry)
            if document.fault is not None:
                message = f"{document.fault}; what it says of the data is not taken up"
                findings.append(Finding("context-unreadable", message, document.name))
            subject, own = _subject(dataset, entry)
            facts += list(document.facts(subject, own=own))
        facts += list(self._of_place(dataset))
        described = (one for one in facts if one.field is None)
        said = {one.what: one.value for one in reversed(list(described))}
        return replace(
            dataset,
            context=tuple(dict.fromkeys(facts))[:MOST],
            description=dataset.description or said.get("description") or said.get("title"),
            findings=(*dataset.findings, *findings),
        )

    def _document(self, entry: Entry) -> Document:
        with self._lock:
            known = self._read.get(entry.uri)
        if known is not None:
            return known
        name = printable(unquote(_head(entry.uri).rpartition("/")[2]))
        made = read(name, self.files.file(entry))
        with self._lock:
            if len(self._read) >= _KEPT:
                self._read.clear()
            self._read[entry.uri] = made
        return made

    def _of_place(self, dataset: Dataset) -> Iterator[Fact]:
        """Whose the file is and when it was written, as its file system has it."""
        times = [one.modified for one in dataset.entries if one.modified is not None]
        if isinstance(self.files, LocalFiles) and dataset.entries:
            uri = sniff.split_table(dataset.entries[0].uri)[0]
            if owner := _owner(file_path(uri)):
                yield Fact("file owner", owner, "file system")
        if times:
            yield Fact("modified", max(times).isoformat(timespec="seconds"), "file system")


def _names(name: str) -> frozenset[str]:
    """What files beside it may call a file: its name, in lower case, and without suffixes."""
    lower = name.lower()
    return frozenset((lower, lower.rpartition(".")[0] or lower, lower.split(".", 1)[0] or lower))


def _upwards(folder: str) -> Iterator[str]:
    """A folder and those above it, up to the root (the empty path)."""
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
    yield ""


def _head(uri: str) -> str:
    return uri.partition("::")[0]


def _subject(dataset: Dataset, beside: Entry) -> tuple[Subject, bool]:
    """How a file beside a dataset may name it, and whether it lies in the dataset's own folder."""
    folder = _head(beside.uri).rpartition("/")[0]
    place = _head(sniff.split_table(dataset.uri)[0])
    some = (*dataset.entries[:1], *dataset.entries[-1:])
    uris = [place, *(_head(sniff.split_table(one.uri)[0]) for one in some)]
    below = (unquote(uri.removeprefix(folder + "/")) for uri in uris if uri != folder)
    paths = frozenset(path for path in below if "://" not in path)
    is_folder = dataset.pattern is not None or dataset.format in registry.table("tables")
    last = dataset.name.rpartition("/")[2].partition("#")[0]
    home = place if is_folder else place.rpartition("/")[0]
    return Subject(paths, _names(last.casefold())), folder == home


def _is_plain(path: str) -> bool:
    """Whether a path is a file and no link, which might lead anywhere."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False


def _owner(path: str) -> str | None:
    """The name of the user who owns a file; None where the system has none."""
    try:
        return Path(path).owner()
    except (OSError, KeyError, NotImplementedError, ValueError):
        return None
