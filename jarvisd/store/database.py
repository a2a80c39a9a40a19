"""The database file: opening, writing in one transaction, reading at the same time.

Knows SQL and the file, and nothing of queues, memory or retries. Its callers make sure that only
one task at a time writes or opens. Errors are ``sqlite3.Error`` and ``OSError``, unchanged.
"""

import asyncio
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import structlog

from jarvisd.store import days
from jarvisd.store.connection import DatabaseConnection, transaction
from jarvisd.store.model import (
    Change,
    ConversationSummary,
    DaySummary,
    KeepDay,
    MarkFailed,
    MarkHeard,
    StoredMessage,
    title_of,
)
from jarvisd.store.opening import identity, open_connections, set_aside

_ADD_CONVERSATION = """
INSERT INTO conversations (id, created_at, updated_at, title) VALUES (?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET updated_at = max(updated_at, excluded.updated_at)
"""
# A commit whose answer was lost is tried again: the same message must not appear twice.
_ADD_MESSAGE = """
INSERT INTO messages (
    id, conversation, role, text, created_at, heard, interrupted, reply, provider, model, voice,
    tokens, failed
) VALUES (
    :id, :conversation, :role, :text, :created_at, :heard, :interrupted, :reply, :provider, :model,
    :voice, :tokens, :failed
) ON CONFLICT (id) DO NOTHING
"""
_MARK_HEARD = """
UPDATE messages SET heard = ?, interrupted = ?
WHERE reply = ? AND reply <> '' AND role = 'assistant'
"""
_MARK_FAILED = """
UPDATE messages SET failed = ? WHERE reply = ? AND reply <> '' AND role = 'user'
"""
_NEWEST_MESSAGES = """
SELECT
    role, text, created_at, heard, interrupted, reply, provider, model, voice, tokens, failed, id,
    conversation
FROM messages WHERE conversation = ? ORDER BY position DESC LIMIT ?
"""
_SUMMARY = """
SELECT
    id, created_at, updated_at, title,
    (SELECT count(*) FROM messages WHERE conversation = conversations.id)
FROM conversations WHERE id = ?
"""
_SUMMARIES = """
SELECT
    id, created_at, updated_at, title,
    (SELECT count(*) FROM messages WHERE conversation = conversations.id)
FROM conversations
WHERE (updated_at, id) < (?, ?) ORDER BY updated_at DESC, id DESC LIMIT ?
"""
# The order of the columns above.
_FIELDS = tuple(field.name for field in fields(StoredMessage))

_log = structlog.get_logger(__name__)


class FileGoneError(sqlite3.OperationalError):
    """The file that was opened is not the one at its path any more: it must be opened anew."""


class Database:
    """A database file, open or not. ``await ready()`` before using it, ``close`` it at the end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open: tuple[DatabaseConnection, DatabaseConnection] | None = None
        self._identity: tuple[int, int] | None = None

    @property
    def is_open(self) -> bool:
        """Whether the file is open."""
        return self._open is not None

    @property
    def writer(self) -> DatabaseConnection:
        """The connection that writes; raises ``sqlite3.OperationalError`` if there is none."""
        return self._connections()[0]

    @property
    def reader(self) -> DatabaseConnection:
        """The connection that reads; raises ``sqlite3.OperationalError`` if there is none."""
        return self._connections()[1]

    async def ready(self) -> bool:
        """Open the file if it is not open, or if another file took its place.

        Returns whether it was opened now: then earlier changes may be missing. See
        ``open_connections`` for damaged files.
        """
        if self._open is not None:
            if await asyncio.to_thread(identity, self.path) == self._identity:
                return False
            _log.error("store.deleted", path=str(self.path))
            await self.close()
        self._open = await open_connections(self.path)
        self._identity = await asyncio.to_thread(identity, self.path)
        return True

    async def close(self) -> None:
        """Close both connections; the last one to close merges the journal into the file."""
        if self._open is None:
            return
        writer, reader = self._open
        self._open = None
        try:
            await reader.close()
        finally:
            await writer.close()

    async def set_aside(self, reason: str) -> None:
        """Move the damaged file away; ``ready`` continues with an empty one."""
        await self.close()
        await asyncio.to_thread(set_aside, self.path, reason)

    def _connections(self) -> tuple[DatabaseConnection, DatabaseConnection]:
        if self._open is None:
            raise sqlite3.OperationalError(f"{self.path} is not open")
        return self._open

    async def apply(self, changes: Sequence[Change]) -> None:
        """Make all changes in order, in one transaction: all of them or none.

        Committed changes survive the daemon's death. The end of a turn is flushed, with all before
        it, and survives the machine's: on a busy disk that takes 14 ms (median) to 280 ms, which
        must not come before the first sound. Raises ``FileGoneError`` where the file was deleted.
        """
        await self.writer.run(lambda connection: self._apply(connection, changes))

    def _apply(self, connection: sqlite3.Connection, changes: Sequence[Change]) -> None:
        if identity(self.path) != self._identity:
            raise FileGoneError(f"{self.path} was deleted")
        if flushed := any(map(_ends_a_turn, changes)):
            connection.execute("PRAGMA synchronous = FULL")
        try:
            with transaction(connection):
                for change in changes:
                    _make(connection, change)
        finally:
            if flushed:
                connection.execute("PRAGMA synchronous = NORMAL")

    async def forget(self, conversation: str) -> int:
        """Delete a conversation so that nothing of it stays in the file or its journal.

        Returns how many messages it had. Deleted content is overwritten (``secure_delete``), and
        the journal that still holds the old pages is emptied.
        """
        deleted, kept = await self.writer.run(lambda connection: _forget(connection, conversation))
        if kept:
            _log.warning("store.journal_kept", reason="another process reads the database")
        return deleted

    async def messages(self, conversation: str, limit: int) -> list[StoredMessage]:
        """The newest ``limit`` messages, oldest first."""
        rows = await self.reader.execute_fetchall(_NEWEST_MESSAGES, (conversation, limit))
        return [_message(row) for row in rows][::-1]

    async def summary(self, conversation: str) -> ConversationSummary | None:
        """One conversation, or ``None`` where there is none of that name."""
        for row in await self.reader.execute_fetchall(_SUMMARY, (conversation,)):
            return _summary(row)
        return None

    async def summaries(self, limit: int, before: tuple[float, str]) -> list[ConversationSummary]:
        """Conversations updated before that time (and name, at the same time), newest first."""
        rows = await self.reader.execute_fetchall(_SUMMARIES, (*before, limit))
        return [_summary(row) for row in rows]

    async def days(self, limit: int) -> list[DaySummary]:
        """The newest ``limit`` daily summaries, newest first."""
        return await days.read(self.reader, limit)


def _ends_a_turn(change: Change) -> bool:
    return not isinstance(change, KeepDay | StoredMessage) or (
        isinstance(change, StoredMessage) and change.role == "assistant"
    )


def _make(connection: sqlite3.Connection, change: Change) -> None:
    match change:
        case StoredMessage():
            _add(connection, change)
        case MarkHeard(reply, heard, interrupted):
            connection.execute(_MARK_HEARD, (heard, interrupted, reply))
        case MarkFailed(reply, failed):
            connection.execute(_MARK_FAILED, (failed, reply))
        case KeepDay():
            days.keep(connection, change)


def _add(connection: sqlite3.Connection, message: StoredMessage) -> None:
    at = message.created_at
    conversation = (message.conversation, at, at, title_of(message.text))
    connection.execute(_ADD_CONVERSATION, conversation)
    connection.execute(_ADD_MESSAGE, asdict(message))


def _forget(connection: sqlite3.Connection, conversation: str) -> tuple[int, bool]:
    """How many messages are gone, and whether the journal still holds them."""
    with transaction(connection):
        sql = "DELETE FROM messages WHERE conversation = ?"
        deleted = connection.execute(sql, (conversation,)).rowcount
        connection.execute("DELETE FROM conversations WHERE id = ?", (conversation,))
    ((busy, *_),) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return deleted, bool(busy)


def _message(row: Iterable[Any]) -> StoredMessage:
    values = dict(zip(_FIELDS, row, strict=True))
    values["interrupted"] = bool(values["interrupted"])
    return StoredMessage(**values)


def _summary(row: Iterable[Any]) -> ConversationSummary:
    id_, created_at, updated_at, title, messages = row
    return ConversationSummary(
        id=id_, created_at=created_at, updated_at=updated_at, messages=messages, title=title
    )
