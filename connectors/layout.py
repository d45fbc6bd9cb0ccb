"""Layout: which listed files are one table. Pure: names in, groups out, no content read.

Four shapes are one dataset, looked for in this order:

1. folders named `key=value` (Hive partitions): all files of one kind below their common parent;
2. a folder that holds the part files of one writer (`part-00000-….parquet`, `000000_0`), and a
   folder that is itself named like a file (`data.csv/`);
3. files of one folder whose names differ only in a sequence number or a date
   (`orders_001.csv`, `2024-01.csv`); versions (`v1`, `v2`) are not parts of each other;
4. every other file by itself.

Listings arrive in depth-first order, so a group is told as soon as its folder has been left:
memory is bounded by the largest dataset, not by the listing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import unquote

from connectors.model import Entry

Partition = tuple[tuple[str, str | None], ...]

HIVE_NULL = "__HIVE_DEFAULT_PARTITION__"

_HIVE = re.compile(r"^([^=/]+)=(.*)$", re.DOTALL)
_PART = re.compile(
    r"^(part[-_]?[0-9r]|part[-_]m|[0-9]{6}_[0-9]+(_copy_[0-9]+)?$|data_[0-9a-f-]{36})",
    re.IGNORECASE,
)
_VERSION = re.compile(r"(^|[^a-z])(v|ver|version|rev)[-_. ]?$", re.IGNORECASE)
_DATE = re.compile(
    r"(?<![0-9])(19|20)[0-9]{2}(?:([-_.]?)(0[1-9]|1[0-2])(?:\2(0[1-9]|[12][0-9]|3[01])"
    r"(?:[T_ -]?[0-2][0-9](?:[-_.:]?[0-5][0-9]){0,2})?)?|[-_.]?[QqWw][0-9]{1,2})(?![0-9])"
    r"|(?<![0-9A-Za-z])(?:19|20)[0-9]{2}(?![0-9A-Za-z])"
)
"""A month, day, hour, quarter or week of a year; a year alone where it stands by itself."""

_NUMBER = re.compile(r"[0-9]+")
_SEPARATORS = "-_. ("
_GENERIC = frozenset({"", "part", "data", "file", "chunk", "batch", "output", "out", "export"})
_COMPRESSIONS = (".gz", ".gzip", ".bz2", ".xz", ".zst", ".zstd", ".lz4", ".snappy", ".zip")


@dataclass(frozen=True, slots=True)
class Group:
    """Entries that are one table.

    `base` is the path below the root that names it (empty: the root itself), `folder` the folder
    that it lies in, `pattern` the glob below `folder` that finds the entries (None for a file by
    itself). A folder that is named like a file and holds nothing has no entries.
    """

    base: str
    folder: str
    entries: tuple[Entry, ...]
    suffix: str
    pattern: str | None = None
    partition_keys: tuple[str, ...] = ()
    named_as_file: bool = False
    paths: tuple[str, ...] = ()
    """Where each entry is below the root, of files that are together for a number in their names
    alone: what is in them may tell that they are tables of their own."""

    def apart(self) -> Iterator[Group]:
        """Each of the files by itself."""
        for path, entry in zip(self.paths, self.entries, strict=True):
            yield Group(path, self.folder, (entry,), self.suffix)


@dataclass(slots=True)
class _Folder:
    """What has been listed of an open folder: its own files, and those in partitions below it."""

    path: str
    files: list[tuple[str, Entry]] = field(default_factory=list)
    partitioned: dict[tuple[tuple[str, ...], str], list[Entry]] = field(default_factory=dict)
    nested: set[tuple[tuple[str, ...], str]] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)


def group(
    listing: Iterable[tuple[str, Entry | None]], data_suffixes: frozenset[str], root_name: str = ""
) -> Iterator[Group]:
    """Groups of a listing of (path below the root, entry or None for an empty folder).

    `data_suffixes` are those of registered formats (`.csv`); a folder with such a suffix is named
    like a file. `root_name` is the root's own name. Every entry ends up in exactly one group.
    """
    open_folders: list[_Folder] = []

    def close() -> Iterator[Group]:
        folder = open_folders.pop()
        if open_folders:
            open_folders[-1].taken.add(folder.path)
        return _close(folder, data_suffixes, root_name)

    root_as_file = suffix_of(root_name) in data_suffixes
    last: str | None = None
    home = _Home("", (), nested=False)
    for path, entry in listing:
        if not path and entry is not None:  # the root is a file
            yield Group("", "", (entry,), suffix_of(root_name))
            continue
        parent, _, name = path.rpartition("/")
        if parent != last:
            last, home = parent, _home(parent, data_suffixes, whole=root_as_file)
        while open_folders and not _holds(open_folders[-1].path, home.scope):
            yield from close()
        if not open_folders or open_folders[-1].path != home.scope:
            open_folders.append(_Folder(home.scope))
        folder = open_folders[-1]
        suffix = suffix_of(name)
        if entry is None:
            if suffix in data_suffixes:
                yield Group(path, path, (), suffix, named_as_file=True)
        elif home.partition:
            kind = (home.keys, suffix)
            folder.partitioned.setdefault(kind, []).append(_placed(entry, home.partition))
            if home.nested:
                folder.nested.add(kind)
        else:
            folder.files.append((path, entry))
    while open_folders:
        yield from close()


def _placed(entry: Entry, partition: Partition) -> Entry:
    return Entry(entry.uri, entry.size, entry.stamp, entry.modified, partition)


@lru_cache(maxsize=1024)
def suffix_of(name: str) -> str:
    """The suffix that tells the format, in lower case, a compression's left out
    (`a.csv.gz` → `.csv`, `part-0` → ``, `a.gz` → `.gz`).
    """
    lower = name.lower()
    last = _last_suffix(lower)
    if last in _COMPRESSIONS:
        return _last_suffix(lower.removesuffix(last)) or last
    return last


def _last_suffix(name: str) -> str:
    _, dot, suffix = name.rpartition(".")
    plain = suffix.isascii() and suffix.isalnum() and not suffix.isdigit() and len(suffix) < 16
    return dot + suffix if dot and plain else ""


@dataclass(frozen=True, slots=True)
class _Home:
    """Where the files of one folder belong: the folder that scopes their dataset, the Hive keys
    and values below that, and whether other folders stand between those and the files.
    """

    scope: str
    partition: Partition
    nested: bool

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(key for key, _ in self.partition)


def _home(folder: str, data_suffixes: frozenset[str], *, whole: bool) -> _Home:
    """The home of the files directly in a folder. `whole`: the root is one dataset."""
    partition: list[tuple[str, str | None]] = []
    scope: list[str] = []
    nested = False
    closed = whole
    for part in folder.split("/") if folder else ():
        found = _HIVE.match(part) if "=" in part else None
        if found:
            value = None if found[2] == HIVE_NULL else unquote(found[2])
            partition.append((unquote(found[1]), value))
            closed = True
        elif closed:
            nested = True
        else:
            scope.append(part)
            closed = suffix_of(part) in data_suffixes
    return _Home("/".join(scope), tuple(partition), nested)


def _holds(folder: str, other: str) -> bool:
    return not folder or other == folder or other.startswith(folder + "/")


def _close(folder: _Folder, data_suffixes: frozenset[str], root_name: str) -> Iterator[Group]:
    """The groups of a folder whose listing is complete."""
    name = folder.path.rsplit("/", 1)[-1] if folder.path else root_name
    as_file = suffix_of(name) in data_suffixes
    for (keys, suffix), entries in folder.partitioned.items():
        deeper = "**/" if (keys, suffix) in folder.nested else ""
        pattern = "/".join(f"{key}=*" for key in keys) + f"/{deeper}*{suffix}"
        base = _claim(folder, folder.path, pattern)
        yield Group(base, folder.path, tuple(entries), suffix, pattern, keys, as_file)
    numbered: set[tuple[str | None, str]] = set()
    families = _families(folder, data_suffixes, numbered, whole=as_file)
    folder.taken.update(path for glob, path in families if glob is None)
    for (glob, base), files in families.items():
        first = files[0][0]
        suffix = suffix_of(first.rsplit("/", 1)[-1])
        together = tuple(entry for _, entry in files)
        if glob is None:
            yield Group(first, folder.path, together, suffix)
        else:
            claimed = _claim(folder, base, glob)
            paths = tuple(path for path, _ in files) if (glob, base) in numbered else ()
            yield Group(claimed, folder.path, together, suffix, glob, (), as_file, paths)


def _claim(folder: _Folder, base: str, pattern: str) -> str:
    """`base` when no other group of the folder has it, else a name that holds the pattern."""
    name = base if base not in folder.taken else _join(folder.path, pattern)
    folder.taken.add(name)
    return name


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


_Files = list[tuple[str, Entry]]


def _families(
    folder: _Folder,
    data_suffixes: frozenset[str],
    numbered: set[tuple[str | None, str]],
    *,
    whole: bool,
) -> dict[tuple[str | None, str], _Files]:
    """The files of a folder by (pattern, base name); a file by itself has no pattern. Those that
    a number alone joins are named in `numbered`.
    """
    families: dict[tuple[str | None, str], _Files] = {}
    sequences: dict[tuple[str, str, str], tuple[_Files, list[int | None]]] = {}
    for path, entry in folder.files:
        name = path.rsplit("/", 1)[-1]
        suffix = suffix_of(name)
        if whole:
            families.setdefault(("**/*" + suffix, folder.path), []).append((path, entry))
        elif _PART.match(name) and (suffix in data_suffixes or suffix in {"", *_COMPRESSIONS}):
            families.setdefault(("part-*" + suffix if suffix else "*", folder.path), []).append(
                (path, entry)
            )
        elif suffix in data_suffixes and (found := _template(name)):
            files, numbers = sequences.setdefault(found[:3], ([], []))
            files.append((path, entry))
            numbers.append(found[3])
        else:
            families[None, path] = [(path, entry)]
    for (before, after, kind), (files, numbers) in sequences.items():
        if len(files) > 1 and (kind == "date" or _dense(numbers)):
            label = before.rstrip(_SEPARATORS)
            base = folder.path if label.lower() in _GENERIC else _join(folder.path, label)
            key = (f"{_escaped(before)}*{_escaped(after)}", base)
            families.setdefault(key, []).extend(files)
            if kind == "number" or kind.startswith("width"):
                numbered.add(key)
        else:
            families.update({(None, path): [(path, entry)] for path, entry in files})
    return families


def _template(name: str) -> tuple[str, str, str, int | None] | None:
    """What stands before and after the date or else the last number of a name, which of the two
    it is, and the number; None when the name has neither, or the number is a version.
    """
    found = _DATE.search(name)
    if found:
        return name[: found.start()], name[found.end() :], "date", None
    suffix = suffix_of(name)
    stem = name.lower().rfind(suffix) if suffix else len(name)
    numbers = list(_NUMBER.finditer(name, 0, stem))
    if not numbers:
        return None
    last = numbers[-1]
    before, after = name[: last.start()], name[last.end() :]
    if _VERSION.search(before):
        return None
    digits = last.group()
    if before and before[-1] not in _SEPARATORS:
        if len(digits) < 2:
            return None
        return before, after, f"width {len(digits)}", int(digits)
    return before, after, "number", int(digits)


def _dense(numbers: list[int | None]) -> bool:
    """Whether numbers look like a sequence: few are missing between the least and the greatest."""
    known = [number for number in numbers if number is not None]
    return max(known) - min(known) < 2 * len(known)


def _escaped(text: str) -> str:
    """Text with the characters that mean something in a glob made literal."""
    return re.sub(r"([*?\[])", r"[\1]", text)
