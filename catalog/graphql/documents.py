"""Documents that are asked for by their hash: the operator's, and those that callers have sent.

By `documentId`, as the draft of GraphQL over HTTP has it, or by the extension `persistedQuery` of
Apollo's clients.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from graphql import GraphQLError, parse

from schema.errors import HeadwaterError, InvalidInput

MOST_KEPT = 1_000
LONGEST_KEPT = 20_000
SCHEME = "sha256:"


class PersistedQueryNotFound(HeadwaterError):
    """No document has that hash yet. Clients know the text, and send the whole document then."""


class DocumentNotAllowed(HeadwaterError):
    """The service answers only documents that its operator has listed."""


class Documents:
    """The documents of one service. `only`: none but the `allowed` ones, which are known by id,
    are answered; else whatever callers send with its hash is kept too. Safe for several threads.
    """

    def __init__(self, allowed: Mapping[str, str] | None = None, *, only: bool = False) -> None:
        self._allowed = dict(allowed or {})
        self._hashes = {sha256(text) for text in self._allowed.values()}
        self._sent: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()
        self.only = only

    @classmethod
    def read(cls, path: Path, *, only: bool = False) -> Documents:
        """From a folder of `.graphql` files, or a JSON file that maps ids to documents.

        Raises InvalidInput naming what cannot be read, or is no document.
        """
        try:
            if path.is_dir():
                texts = [file.read_text("utf-8") for file in sorted(path.rglob("*.graphql"))]
                found = {sha256(text): text for text in texts}
            else:
                found = orjson.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            raise InvalidInput(f"documents {path}: cannot be read: {error}") from error
        if not isinstance(found, dict) or not found:
            raise InvalidInput(
                f"documents {path}: no .graphql files, nor JSON of ids and documents"
            )
        for name, text in found.items():
            try:
                parse(text)
            except (GraphQLError, TypeError) as error:
                told = error.message if isinstance(error, GraphQLError) else "it is no text"
                raise InvalidInput(f"documents {path}: {name}: {told}") from error
        return cls(found, only=only)

    def text(self, values: Mapping[str, Any]) -> Any:
        """The document that a request asks for: its `query`, or what its hash stands for.

        Raises PersistedQueryNotFound, DocumentNotAllowed, and InvalidInput for a hash that is not
        that of the query beside it.
        """
        query, name = values.get("query"), _id_of(values)
        if query is None and name is not None:
            return self._known(name)
        if not isinstance(query, str):
            return query
        if self.only:
            if sha256(query) not in self._hashes:
                raise DocumentNotAllowed(
                    "this service answers only documents that its operator has listed"
                )
        elif name is not None:
            self._keep(name, query)
        return query

    def _known(self, name: str) -> str:
        found = self._allowed.get(name) or self._allowed.get(name.removeprefix(SCHEME))
        if found is None and not self.only:
            with self._lock:
                found = self._sent.get(name.removeprefix(SCHEME))
        if found is None:
            raise PersistedQueryNotFound("PersistedQueryNotFound")
        return found

    def _keep(self, name: str, query: str) -> None:
        key = name.removeprefix(SCHEME)
        if key != sha256(query):
            raise InvalidInput("the hash is not that of the query: it is SHA-256 in hexadecimal")
        if len(query) > LONGEST_KEPT:
            return
        with self._lock:
            self._sent[key] = query
            while len(self._sent) > MOST_KEPT:
                self._sent.popitem(last=False)


def sha256(text: str) -> str:
    """The hash of a document, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _id_of(values: Mapping[str, Any]) -> str | None:
    name = values.get("documentId")
    if name is None:
        extensions = values.get("extensions")
        persisted = extensions.get("persistedQuery") if isinstance(extensions, dict) else None
        name = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
    return name if isinstance(name, str) else None
