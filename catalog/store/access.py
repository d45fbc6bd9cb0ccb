"""Tokens, sessions and the audit log: who may ask, who has signed in, what was changed."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from catalog.access.callers import EVERYTHING, Asked, AuditEntry, Role, Token
from catalog.store import auditing
from catalog.store.auditing import Note
from catalog.store.database import Database
from catalog.store.rows import is_pk, now
from catalog.store.tables import sessions, tokens
from schema.errors import Ambiguous, InvalidInput, NotFound

LONGEST_NAME = 100
MARK = "hw_"
"""What every token starts with, so that scanners of code for leaked secrets can know it."""

_USED_EVERY = timedelta(hours=1)


class Access:
    """What the catalog knows of its callers. Every method is one transaction and raises
    CatalogError in one line when the database fails.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def create_token(
        self,
        role: Role,
        *,
        name: str | None = None,
        unmask: bool = False,
        expires_at: datetime | None = None,
    ) -> tuple[Token, str]:
        """A new token and its secret, which is kept nowhere.

        Raises InvalidInput for a name that is taken by an active token, or a time that is past.
        """
        secret = MARK + secrets.token_urlsafe(32)
        created = now()
        if name is not None and (not name.strip() or len(name) > LONGEST_NAME):
            raise InvalidInput(f"a token's name has 1 to {LONGEST_NAME} characters")
        if expires_at is not None and expires_at <= created:
            raise InvalidInput(f"a token cannot expire in the past ({expires_at.isoformat()})")

        def create(connection: Connection) -> Token:
            if name and any(one.state(created) == "active" for one in _named(connection, name)):
                raise InvalidInput(f"there is a token called {name!r} already; revoke it first")
            values: dict[str, Any] = {
                "key": digest(secret),
                "name": name or "",
                "role": role.value,
                "unmask": unmask,
                "created_at": created,
                "expires_at": expires_at,
            }
            made = connection.execute(insert(tokens).values(values)).inserted_primary_key
            assert made is not None
            pk: int = made[0]
            if not name:
                named = update(tokens).where(tokens.c.pk == pk).values(name=f"{role.value}-{pk}")
                connection.execute(named)
            return _tokens(connection, select(tokens).where(tokens.c.pk == pk))[0]

        return self._database.write(create), secret

    def tokens(self) -> list[Token]:
        """All tokens, newest first, also those that no longer open anything."""
        with self._database.read() as connection:
            return _tokens(connection, select(tokens).order_by(tokens.c.pk.desc()))

    def has_tokens(self) -> bool:
        """Whether any token opens the service now."""
        usable = select(tokens.c.pk).where(*_usable(now())).limit(1)
        with self._database.read() as connection:
            return connection.execute(usable).first() is not None

    def revoke(self, ref: str) -> Token:
        """End a token, by number or name, and the sessions that were opened with it.

        Raises NotFound, and Ambiguous when several active tokens have that name.
        """

        def end(connection: Connection) -> Token:
            found = [one for one in _named(connection, ref) if one.revoked_at is None]
            if not found and ref.isdecimal() and is_pk(int(ref)):
                found = _tokens(connection, select(tokens).where(tokens.c.pk == int(ref)))
            if not found:
                raise NotFound(f"no token is called {ref!r}; `headwater token list` shows them")
            if len(found) > 1:
                known = ", ".join(str(one.pk) for one in found)
                raise Ambiguous(f"several tokens are called {ref!r}; give a number: {known}")
            pk = found[0].pk
            if found[0].revoked_at is None:
                ended = update(tokens).where(tokens.c.pk == pk).values(revoked_at=now())
                connection.execute(ended)
            connection.execute(delete(sessions).where(sessions.c.token_pk == pk))
            return _tokens(connection, select(tokens).where(tokens.c.pk == pk))[0]

        return self._database.write(end)

    def token_of(self, secret: str) -> Token | None:
        """The token that has this secret; None when there is none or it opens nothing now."""
        query = select(tokens).where(tokens.c.key == digest(secret), *_usable(now()))
        return self._used(query)

    def open_session(self, token: Token, lasts: timedelta) -> str:
        """The secret of a new session, no longer than its token."""
        secret = secrets.token_urlsafe(32)
        ends = min(now() + lasts, token.expires_at or datetime.max.replace(tzinfo=UTC))

        def create(connection: Connection) -> None:
            connection.execute(delete(sessions).where(sessions.c.expires_at <= now()))
            values = {"key": digest(secret), "token_pk": token.pk, "expires_at": ends}
            connection.execute(insert(sessions).values(values))

        self._database.write(create)
        return secret

    def session_of(self, secret: str) -> Token | None:
        """The token behind a session; None when the session or the token has ended."""
        moment = now()
        query = (
            select(tokens)
            .join(sessions, sessions.c.token_pk == tokens.c.pk)
            .where(sessions.c.key == digest(secret), sessions.c.expires_at > moment)
            .where(*_usable(moment))
        )
        return self._used(query)

    def close_session(self, secret: str) -> None:
        """End a session."""
        ended = delete(sessions).where(sessions.c.key == digest(secret))
        self._database.write(lambda connection: connection.execute(ended))

    def note(self, note: Note) -> None:
        """Have a note in the audit log as it is now: nothing is written where it is so already."""
        if note.pk is None:
            with auditing.noting(None):
                found = self._database.write(lambda connection: auditing.add(connection, note))
            note.pk, note.written = found
        elif note.values() != note.written:
            self._database.write(lambda connection: auditing.change(connection, note))
            note.written = note.values()

    def log(
        self, asked: Asked = EVERYTHING, *, first: int = 50, after: int | None = None
    ) -> list[AuditEntry]:
        """The audit log, newest first, older than entry `after`."""
        with self._database.read() as connection:
            return auditing.log(connection, asked, first=first, after=after)

    def logged(self, asked: Asked = EVERYTHING) -> int:
        """How many entries the audit log has."""
        with self._database.read() as connection:
            return auditing.count(connection, asked)

    def _used(self, query: Select[Any]) -> Token | None:
        """The one token of a query, noted as used, once an hour."""
        with self._database.read() as connection:
            found = _tokens(connection, query)
        if not found:
            return None
        (token,) = found
        moment = now()
        if token.used_at is None or token.used_at < moment - _USED_EVERY:
            used = update(tokens).where(tokens.c.pk == token.pk).values(used_at=moment)
            self._database.write(lambda connection: connection.execute(used))
        return token


def digest(secret: str) -> bytes:
    """What is kept of a secret. It has 256 random bits, so that one round is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _usable(moment: datetime) -> tuple[Any, ...]:
    lasting = tokens.c.expires_at.is_(None) | (tokens.c.expires_at > moment)
    return tokens.c.revoked_at.is_(None), lasting


def _named(connection: Connection, name: str) -> list[Token]:
    return _tokens(connection, select(tokens).where(tokens.c.name == name))


def _tokens(connection: Connection, query: Select[Any]) -> list[Token]:
    return [_token(row) for row in connection.execute(query)]


def _token(row: Row[Any]) -> Token:
    return Token(
        row.pk,
        row.name,
        Role(row.role),
        row.unmask,
        row.created_at,
        row.expires_at,
        row.revoked_at,
        row.used_at,
    )
