"""The interface of the store: memory first, the database behind it.

Adding never waits, and a current conversation is read from memory. If the disk fails, the daemon
continues in memory, and ``degraded`` says why.
"""

import asyncio
import math
import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import structlog

from jarvisd.errors import NotFoundError, RequestError, StoreError
from jarvisd.store.database import Database
from jarvisd.store.model import (
    Change,
    Conversation,
    ConversationSummary,
    DaySummary,
    KeepDay,
    MarkFailed,
    MarkHeard,
    NewMessage,
    StoredMessage,
    StoreNews,
)
from jarvisd.store.receipt import Receipt
from jarvisd.store.recent import Recent, counting, overlay, summarize
from jarvisd.store.writer import STOP_GRACE_S, Writer

RECENT_CONVERSATIONS = 64
RECENT_CHARS = 2_000_000
# Messages of one conversation that are ever given out at once.
CONVERSATION_MESSAGES = 1_000
LIST_FLUSH_S = 1.0
LOOK_S = 0.25
# A conversation is read again when one was deleted meanwhile.
READ_ATTEMPTS = 3
CLOSE_DEADLINE_S = 5.0
NOT_WANTED = "conversations are kept in memory only: store.enabled is false"
_NEWEST = (math.inf, "")

_log = structlog.get_logger(__name__)
_READ_ERRORS = (sqlite3.Error, OSError, ValueError)


class Store:
    """Conversations and their messages. ``await Store.open(...)``, then ``await close()``."""

    def __init__(
        self,
        database: Database | None,
        *,
        queue: int,
        on_news: Callable[[StoreNews], None] = lambda _: None,
    ) -> None:
        """``on_news`` is called with news about the disk and about lost changes."""
        self._database = database
        self._recent = Recent(
            conversations=RECENT_CONVERSATIONS, chars=RECENT_CHARS, complete=database is None
        )
        self._writer = None
        if database is not None:
            remembered = self._recent.everything
            self._writer = Writer(database, queue=queue, remembered=remembered, on_news=on_news)

    @classmethod
    async def open(
        cls,
        path: Path | None,
        *,
        queue: int,
        on_news: Callable[[StoreNews], None] = lambda _: None,
    ) -> "Store":
        """Open the database, or use memory only: by choice (``None``), or until it can be opened.

        ``queue`` limits the changes that wait for the disk; ``on_news`` is called when
        ``degraded`` may have changed.
        """
        store = cls(Database(path) if path else None, queue=queue, on_news=on_news)
        if store._writer is not None:
            await store._writer.start()
        return store

    async def close(self, deadline_s: float = CLOSE_DEADLINE_S) -> bool:
        """Save waiting changes within the deadline and close the file; whether all were saved.

        A hanging disk takes about two seconds more than the deadline, not longer.
        """
        if self._writer is None or self._database is None:
            return True
        saved = await self._writer.stop(deadline_s)
        # A task of its own: closing awaits a thread that a hung disk may hold, and would not let
        # itself be cancelled.
        closing = asyncio.create_task(self._database.close(), name="store-close")
        done, _ = await asyncio.wait({closing}, timeout=STOP_GRACE_S)
        if not done:
            _log.error(
                "store.hung", reason="the disk does not answer; ending without closing the database"
            )
        elif error := closing.exception():
            _log.error("store.unclosed", reason=str(error))
        return saved and bool(done)

    @property
    def degraded(self) -> str:
        """Why conversations are not saved, or empty. Also empty if that is configured."""
        return self._writer.reason if self._writer else ""

    async def look(self) -> None:
        """Check the database file, without a long wait."""
        if self._writer:
            await self._writer.look(LOOK_S)

    def reloaded(self) -> None:
        """The settings were reloaded: try the disk again, there may be room now."""
        if self._writer:
            self._writer.forgive()

    @property
    def writer(self) -> Writer | None:
        """The writer of the file; ``None`` if the configuration wants memory only."""
        return self._writer

    @property
    def waiting(self) -> int:
        """Changes that are not on disk yet."""
        return self._writer.queued if self._writer else 0

    @property
    def dropped(self) -> int:
        """Changes lost so far because too many were waiting for the disk."""
        return self._writer.dropped if self._writer else 0

    def add_message(self, conversation: str, message: NewMessage) -> Receipt:
        """Keep a message as the newest of its conversation; the first one begins it.

        It is in the history at once; the receipt tells when it is on disk.
        """
        stored = StoredMessage(
            id=secrets.token_hex(8), conversation=conversation, **asdict(message)
        )
        self._recent.add(stored)
        return self._submit(stored)

    def mark_heard(self, reply: str, heard: str | None, interrupted: bool) -> Receipt:
        """Correct what was heard of the assistant's message that ``reply`` made.

        The history has it at once; the receipt tells when it is on disk.
        """
        change = MarkHeard(reply, heard, interrupted)
        self._recent.mark(change)
        return self._submit(change)

    def mark_failed(self, reply: str, failed: str) -> Receipt:
        """Mark the question of ``reply``: it got the error ``failed`` instead of an answer."""
        change = MarkFailed(reply, failed)
        self._recent.mark(change)
        return self._submit(change)

    def keep_day(self, summary: DaySummary, most: int) -> None:
        """Keep a day's summary in place of its earlier version; delete all but the newest days."""
        self._submit(KeepDay(summary, most))

    async def days(self, limit: int) -> list[DaySummary]:
        """The newest summaries on disk, newest first; none if the disk cannot be read."""
        try:
            open_ = self._database is not None and self._database.is_open
            return await self._database.days(limit) if self._database and open_ else []
        except _READ_ERRORS as error:
            _log.warning("store.unreadable", reason=str(error))
            return []

    async def flush(self, timeout_s: float) -> bool:
        """Wait until all accepted changes survive the end of this process.

        False after ``timeout_s``, and at once if the configured database is not available.
        """
        return await self._writer.flush(timeout_s) if self._writer else True

    async def history(self, conversation: str, limit: int) -> list[StoredMessage]:
        """The newest ``limit`` (1 or more) messages, oldest first, as they count for the next
        prompt: without the questions that got no answer.

        If the database cannot be read, this is logged, and memory answers: the reply continues.
        """
        remembered = self._recent.newest(conversation, limit)
        if remembered is not None:
            return remembered
        try:
            messages, whole = await self._read(conversation, limit)
        except StoreError as error:
            _log.warning("store.unreadable", reason=error.message, conversation=conversation)
            return counting(self._recent.merged(conversation, []))[-limit:]
        self._recent.load(conversation, messages, whole=whole)
        return counting(messages)[-limit:]

    async def conversations(self, limit: int, before: str | None) -> list[ConversationSummary]:
        """Conversations, last updated first; ``before`` is the ``cursor`` of the last one seen.

        Raises ``RequestError`` for an invalid cursor and ``StoreError`` for an unreadable file.
        """
        start = _parse_cursor(before)
        remembered = self._recent.summaries()
        in_memory = [entry for entry in remembered if (entry.updated_at, entry.id) < start]
        if self._database is None:
            return in_memory[:limit]
        complete = await self.flush(LIST_FLUSH_S)
        if not self._database.is_open:
            return in_memory[:limit]
        try:
            saved = await self._database.summaries(limit, start)
        except _READ_ERRORS as error:
            raise _unreadable(error) from error
        return saved if complete else _combine(saved, in_memory)[:limit]

    async def conversation(self, conversation: str) -> Conversation:
        """One conversation with its newest messages (at most ``CONVERSATION_MESSAGES``).

        Raises ``NotFoundError`` (``conversation.unknown``), or ``StoreError``.
        """
        messages, _ = await self._read(conversation, CONVERSATION_MESSAGES)
        summary = await self._summary(conversation)
        if not messages:
            raise NotFoundError(
                f"there is no conversation {conversation!r}",
                code="conversation.unknown",
                hint="List them with: jarvisctl conversations",
            )
        begun = summary or summarize(messages)
        return Conversation(
            id=conversation,
            created_at=begun.created_at,
            updated_at=max(begun.updated_at, messages[-1].created_at),
            title=begun.title,
            messages=tuple(messages[-CONVERSATION_MESSAGES:]),
        )

    async def forget(self, conversation: str) -> int:
        """Delete a conversation for good; returns how many messages it had, 0 for none such.

        Raises ``StoreError`` if the file cannot be written; it is deleted from memory anyway.
        """
        try:
            deleted = await self._writer.forget(conversation) if self._writer else 0
        except (sqlite3.Error, OSError, StoreError) as error:
            raise StoreError(
                f"the conversation could not be deleted from disk: {error}",
                hint="Free space on the disk or repair the database, then delete it again.",
            ) from error
        finally:
            remembered = self._recent.forget(conversation)
        return deleted if self._writer else remembered

    def _submit(self, change: Change) -> Receipt:
        if self._writer is None:
            return Receipt.settled(NOT_WANTED)
        return self._writer.submit(change)

    async def _summary(self, conversation: str) -> ConversationSummary | None:
        try:
            if self._database is None or not self._database.is_open:
                return None
            return await self._database.summary(conversation)
        except _READ_ERRORS as error:
            raise _unreadable(error) from error

    async def _read(self, conversation: str, limit: int) -> tuple[list[StoredMessage], bool]:
        """Messages from file, queue and memory together; and whether these are all."""
        if self._database is None or self._writer is None:
            return self._recent.merged(conversation, []), True
        for _ in range(READ_ATTEMPTS):
            deletions, waiting = self._writer.deletions, self._writer.waiting
            saved = await self._saved(conversation, limit)
            if deletions == self._writer.deletions:
                break  # none of it was deleted meanwhile; what was saved is the same in both
        current = overlay(saved, conversation, waiting)
        whole = self._database.is_open and len(saved) < limit
        return self._recent.merged(conversation, current), whole

    async def _saved(self, conversation: str, limit: int) -> list[StoredMessage]:
        if self._database is None or not self._database.is_open:
            return []
        try:
            return await self._database.messages(conversation, limit)
        except _READ_ERRORS as error:
            raise _unreadable(error) from error


def _unreadable(error: Exception) -> StoreError:
    return StoreError(f"the database could not be read: {error}", hint="See the daemon's log.")


def _parse_cursor(before: str | None) -> tuple[float, str]:
    if before is None:
        return _NEWEST
    time, _, name = before.partition(":")
    try:
        return float(time), name
    except ValueError:
        raise RequestError(f"{before!r} is no cursor of a list", code="request.cursor") from None


def _combine(
    saved: list[ConversationSummary], in_memory: list[ConversationSummary]
) -> list[ConversationSummary]:
    """Both lists as one, last updated first; of duplicates the fuller entry."""
    found = {summary.id: summary for summary in saved}
    for summary in in_memory:
        known = found.get(summary.id)
        if known is None or known.messages < summary.messages:
            found[summary.id] = summary
    return sorted(found.values(), key=lambda s: (s.updated_at, s.id), reverse=True)
