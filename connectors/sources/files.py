"""FileSource: datasets of files below one root of any file system."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from connectors import layout, registry, sniff
from connectors.model import (
    SET_BY_USER,
    Dataset,
    Entry,
    Evidence,
    Examined,
    Format,
    Limits,
    Skipping,
    Term,
)
from connectors.sources.beside import Beside
from connectors.sources.books import expanded
from connectors.sources.collections import FILES, Collections
from connectors.sources.containers import Containers
from connectors.sources.filesystem import LOCAL_SCHEMES, open_files
from connectors.sources.lakes import Lakes
from connectors.sources.numbered import Numbered
from connectors.sources.partition_keys import with_keys
from connectors.sources.stored_file import UNREADABLE, StoredFile, out_of_reach, reason
from connectors.sources.walk import Listed, Selection
from connectors.uri import printable, scheme
from schema.errors import CorruptData, MissingDependency, SourceError
from schema.model import Finding


class FileSource:
    """Datasets found below a path or fsspec URI.

    One object serves one crawl or one reading; its methods may be called from several threads.
    """

    def __init__(self, uri: str, limits: Limits) -> None:
        self._limits = limits
        place, self._table = sniff.split_table(uri)
        if self._table and scheme(uri) is None and Path(uri).exists():
            place, self._table = uri, None
        self._files, globs = open_files(place, limits.credentials, limits.reach)
        self._selection = Selection(limits.include + globs, limits.exclude)
        self._listing_findings: list[Finding] = []
        self._findings: dict[str, tuple[Finding, ...]] = {}
        self._containers = Containers(self._files, limits, FileSource, self._listing_findings)
        self._collections = Collections(self._files, limits)
        self._lakes = Lakes(self._files, limits)
        self._beside = Beside(self._files)
        self.uri = self._files.uri + sniff.table_mark(self._table)

    @classmethod
    def claims(cls, uri: str) -> bool:
        """Whether a URI is a path or of a protocol that fsspec knows."""
        kind = scheme(uri)
        if kind in LOCAL_SCHEMES:
            return True
        from fsspec import available_protocols

        return kind in available_protocols()

    @property
    def listing_findings(self) -> tuple[Finding, ...]:
        return tuple(self._listing_findings)

    @property
    def areas(self) -> tuple[tuple[str, str], ...]:
        if self._selection.partial:
            return ()
        name = self._files.name_of("") + (f"#{self._table}" if self._table else "")
        return ((self._files.namespace, name), *self._containers.areas)

    def datasets(self) -> Iterator[Dataset]:
        listing = self._files.listing(self._selection, self._listing_findings)
        suffixes = frozenset(sniff.suffixes())
        tables: list[Listed] = []
        data = self._data(listing, tables)
        numbered = Numbered(self._columns, self._known)
        for listed in layout.group(data, suffixes, self._files.root_name):
            for group in numbered.settled(listed, sniff.suffixes().get(listed.suffix)):
                yield from self._dataset(group)
            while tables:
                yield self._lake(tables.pop(0))
        yield from map(self._lake, tables)
        yield from self._collections.datasets()

    def _lake(self, listed: Listed) -> Dataset:
        folder = listed.path.rpartition("/")[0]
        return self._beside.of(self._lakes.dataset(listed), listed.path, folder=folder)

    def _data(
        self, listing: Iterator[Listed], tables: list[Listed]
    ) -> Iterator[tuple[str, Entry | None]]:
        """The listing without documentation and code. Files without rows are put into collections,
        folders that are tables into `tables`.

        A root that is itself a file is taken whatever it is called.
        """
        for listed in listing:
            if listed.table is not None:
                tables.append(listed)
                continue
            name = listed.path.rpartition("/")[2]
            if listed.entry is not None and listed.path:
                if self._beside.takes(listed.path, listed.entry) or sniff.is_documentation(name):
                    continue
                kind = sniff.kind_of(name)
                if kind is not None:
                    self._collections.add(listed.path, kind, listed.entry)
                    continue
            yield listed.path, listed.entry

    def _dataset(self, group: layout.Group) -> Iterator[Dataset]:
        many = group.pattern is not None or not group.entries
        place = group.folder if many else group.base
        name = self._files.name_of(group.base)
        findings = []
        if group.named_as_file:
            message = "a folder that is named like a file; what it holds is read as one table"
            findings.append(Finding("folder-named-as-file", message, name, "info"))
        if not group.entries:
            message = "an empty folder that is named like a file; there is nothing to read"
            findings = [Finding("empty-folder", message, name)]
        dataset = Dataset(
            self._files.namespace,
            name,
            self._files.uri_of(place),
            group.entries,
            sniff.suffixes().get(group.suffix),
            self._limits.options,
            group.pattern,
            group.partition_keys,
            self._limits.credentials,
            findings=tuple(findings),
        )
        dataset = self._beside.of(
            dataset, group.base, folder=group.folder if many else _above(place)
        )
        held = self._containers.datasets(dataset)
        book = sniff.book(group.suffix)
        if held is not None:
            yield from held
        elif book is None:
            yield dataset
        else:
            yield from expanded(dataset, book, self._files.file, self._table)

    def examine(self, dataset: Dataset) -> Dataset:
        owner = self._containers.owner(dataset)
        if owner is not None:
            return owner.examine(dataset)
        return self._beside.told(self._examined(dataset))

    def _examined(self, dataset: Dataset) -> Dataset:
        if self._lakes.holds(dataset):
            return self._lakes.examine(dataset)
        if self._collections.holds(dataset):
            return self._collections.examine(dataset)
        if any(finding.severity == "error" for finding in dataset.findings):
            return replace(dataset, format=None)
        if not dataset.entries:
            return replace(dataset, format=None)
        examined = dataset
        for entry in _heads(dataset.entries):
            examined = self._examine_entry(dataset, entry)
            if not any(finding.severity == "error" for finding in examined.findings):
                break
        return examined

    def _known(self, paths: Collection[str]) -> Collection[str]:
        """Those of the paths below the root that are the names of catalogued datasets."""
        if self._limits.known is None:
            return ()
        names = {(self._files.namespace, self._files.name_of(path)): path for path in paths}
        return {names[name] for name in self._limits.known(names)}

    def _columns(self, entry: Entry) -> Sequence[str] | None:
        """Names of the columns of a file in a format without types; None where it has none."""
        try:
            form, _, _ = self._recognise(entry)
            if form is None:
                return None
            file = self._file(entry)
            options = form.examine(file, self._limits.options).options
            if dict(options).get("header") == "false":
                return None
            batch = next(iter(form.batches(file, options).batches), None)
        except (SourceError, *UNREADABLE):
            return None
        return None if batch is None else batch.schema.names

    def _examine_entry(self, dataset: Dataset, entry: Entry) -> Dataset:
        label = self._label(entry)
        try:
            form, evidence, findings = self._recognise(entry)
            if form is None:
                told = {finding.code for finding in findings} == {"unstructured"}
                kind = FILES if told and dataset.pattern is None else None
                return _examined(dataset, kind, evidence, findings, label)
            options = tuple(sorted((dict(dataset.options) | dict(self._limits.options)).items()))
            examined = form.examine(self._file(entry), options)
        except UNREADABLE as error:
            finding = Finding(_code(error), f"{label}: {reason(error)}", label, "error")
            return replace(dataset, format=None, findings=(*dataset.findings, finding))
        except SourceError as error:
            finding = Finding(_code(error), str(error), label, "error")
            return replace(dataset, format=None, findings=(*dataset.findings, finding))
        dataset = replace(
            dataset,
            options=examined.options,
            declared=examined.declared,
            context=examined.context,
        )
        if len(dataset.entries) > 1 and "footer" not in dict(options):
            examined = _without_footer(examined)  # what stands behind one part does so there only
            dataset = replace(dataset, options=examined.options)
        chosen = tuple(one for one in examined.evidence if one.choice not in dict(options))
        fixed = tuple(Evidence(name, value, SET_BY_USER) for name, value in options)
        evidence += chosen + fixed
        return _examined(dataset, form.name, evidence, findings + examined.findings, label)

    def _recognise(
        self, entry: Entry
    ) -> tuple[Format | None, tuple[Evidence, ...], tuple[Finding, ...]]:
        file = self._file(entry)
        name = file.path.rstrip("/").rsplit("/", 1)[-1]
        return sniff.recognise(file.head(), file, name)

    def batches(
        self,
        dataset: Dataset,
        entry: Entry,
        *,
        columns: Sequence[str] | None = None,
        terms: Sequence[Term] = (),
    ) -> Iterator[pa.RecordBatch]:
        owner = self._containers.owner(dataset)
        if owner is not None:
            try:
                yield from owner.batches(dataset, entry, columns=columns, terms=terms)
            finally:
                self._findings[entry.uri] = owner.findings_of(entry)
            return
        if self._lakes.holds(dataset):
            yield from self._lakes.batches(dataset, entry, columns)
            return
        if self._collections.holds(dataset):
            yield from self._collections.batches(dataset, entry, columns)
            return
        if dataset.format is None:
            raise SourceError(f"{dataset.name}: no registered format can read it")
        form: Format = registry.load("formats", dataset.format)
        file = self._file(entry)
        keys = dict(entry.partition)
        wanted = None if columns is None else [name for name in columns if name not in keys]
        findings: list[Finding] = []
        try:
            if terms and isinstance(form, Skipping):
                reading = form.skipping(file, dataset.options, terms, columns=wanted)
            else:
                reading = form.batches(file, dataset.options, columns=wanted)
            findings = reading.findings
            for batch in reading.batches:
                yield with_keys(batch, entry, columns)
        except UNREADABLE as error:
            kind = SourceError if out_of_reach(error) else CorruptData
            raise kind(f"{file.label}: cannot be read on: {reason(error)}") from error
        finally:
            if findings:
                label = self._label(entry)
                self._findings[entry.uri] = tuple(_placed(finding, label) for finding in findings)

    def findings_of(self, entry: Entry) -> tuple[Finding, ...]:
        return self._findings.get(entry.uri, ())

    def _file(self, entry: Entry) -> StoredFile:
        """The file that an entry is, or is a table of."""
        uri, table = sniff.split_table(entry.uri)
        return replace(self._files.file(replace(entry, uri=uri)), table=table)

    def _label(self, entry: Entry) -> str:
        """Where an entry is, for people: its path below the root, or its name."""
        file = self._file(entry)
        below = file.path.removeprefix(self._files.root).lstrip("/")
        mark = f"#{file.table}" if file.table else ""
        return printable((below or file.path.rsplit("/", 1)[-1]) + mark)


def _above(path: str) -> str:
    return path.rpartition("/")[0]


def _without_footer(examined: Examined) -> Examined:
    options = tuple(option for option in examined.options if option[0] != "footer")
    evidence = tuple(one for one in examined.evidence if one.choice != "footer")
    return replace(examined, options=options, evidence=evidence)


def _code(error: Exception) -> str:
    """Whether a file is broken, or cannot be reached, or not read here."""
    if isinstance(error, MissingDependency):
        return "missing-package"
    if isinstance(error, PermissionError) or isinstance(error.__cause__, PermissionError):
        return "permission-denied"
    return "unreachable" if out_of_reach(error) else "unreadable"


def _heads(entries: Sequence[Entry]) -> list[Entry]:
    """The entries that are examined until one is sound: first, last and middle of those that hold
    something.
    """
    filled = [entry for entry in entries if entry.size != 0] or list(entries)
    return list(dict.fromkeys((filled[0], filled[-1], filled[len(filled) // 2])))


def _examined(
    dataset: Dataset,
    form: str | None,
    evidence: tuple[Evidence, ...],
    findings: tuple[Finding, ...],
    label: str,
) -> Dataset:
    placed = tuple(_placed(finding, label) for finding in findings)
    return replace(dataset, format=form, evidence=evidence, findings=(*dataset.findings, *placed))


def _placed(finding: Finding, label: str) -> Finding:
    place = f"{label}, {finding.place}" if finding.place else label
    return replace(finding, place=place)
