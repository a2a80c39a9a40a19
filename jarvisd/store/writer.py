"""The one task that writes: takes changes at once, saves them in batches, outlives every failure.

Changes wait in memory, bounded in number and characters; what does not fit is dropped, counted and
logged. A failing disk is tried again with growing pauses until it takes what waits. Nothing here
makes a caller of ``submit`` wait.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import islice
from typing import NamedTuple

import structlog

from jarvisd.errors import StoreError
from jarvisd.store.database import Database
from jarvisd.store.model import Change, MarkHeard, StoredMessage
from jarvisd.store.opening import is_corrupt
from jarvisd.store.receipt import Receipt
from jarvisd.store.recent import size

BATCH = 256
MAX_WAITING_CHARS = 32_000_000
FIRST_RETRY_S = 0.25
LONGEST_RETRY_S = 30.0
# For a statement under way to end, once nothing more is begun.
STOP_GRACE_S = 1.0

_log = structlog.get_logger(__name__)

# What a disk or a file can do to us: it may pass. Anything else is the change's own fault.
_PASSING = (OSError, StoreError, sqlite3.OperationalError)
_UNWRITABLE = (sqlite3.Error, UnicodeError, OverflowError)
# ValueError: a connection that is closed, because a damaged file could not be replaced yet.
_FAILURES = (OSError, StoreError, sqlite3.Error, ValueError)


class _Waiting(NamedTuple):
    number: int
    change: Change
    receipt: Receipt


class Writer:
    """Queue and task in front of a database. ``start`` it, ``stop`` it."""

    def __init__(
        self,
        database: Database,
        *,
        queue: int,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        """``on_change`` is called when writing begins to fail, and when it works again."""
        self._on_change = on_change
        self._database = database
        self._most = queue
        self._waiting: deque[_Waiting] = deque()
        self._chars = 0
        self._accepted = 0
        self._work = asyncio.Event()
        self._retry = asyncio.Event()
        self._progress = asyncio.Condition()
        self._lock = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._deletions: set[asyncio.Task[int]] = set()
        self._failure = ""
        self._stopping = False
        self.dropped = 0
        self.refused = 0
        self.steps = 0

    @property
    def ended(self) -> str:
        """Why nothing will ever be written again, or empty: it ended without having been told."""
        if self._task is None or self._stopping or not self._task.done():
            return ""
        error = None if self._task.cancelled() else self._task.exception()
        return f"the database writer ended: {error!r}"

    @property
    def reason(self) -> str:
        """Why nothing is being saved at the moment, or empty."""
        if not self._failure:
            return ""
        lost = f"; {self.dropped} changes lost" if self.dropped else ""
        return f"cannot write {self._database.path}: {self._failure}{lost}"

    @property
    def queued(self) -> int:
        """How many changes are accepted and not yet saved."""
        return len(self._waiting)

    @property
    def waiting(self) -> list[Change]:
        """Accepted and not yet saved, oldest first."""
        return [entry.change for entry in self._waiting]

    def start(self) -> None:
        """Begin to write."""
        self._task = asyncio.create_task(self._run(), name="store-writer")

    def ping(self) -> None:
        """Have the task take a step (``steps``), whether or not there is anything to write.

        While it pauses after a failure it takes one at the end of the pause.
        """
        self._work.set()

    async def stop(self, deadline_s: float) -> bool:
        """Save what waits, for at most ``deadline_s``; whether all was saved."""
        saved = await self.flush(deadline_s)
        self._stopping = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task, *self._deletions}, timeout=STOP_GRACE_S)
        if not saved:
            _log.error("store.unsaved", changes=len(self._waiting), reason=self.reason)
        return saved

    def submit(self, change: Change) -> Receipt:
        """Accept a change to be saved soon, or drop it where there is no room."""
        weight = _weight(change)
        if len(self._waiting) >= self._most or self._chars + weight > MAX_WAITING_CHARS:
            self.dropped += 1
            if self.dropped.bit_count() == 1:  # 1, 2, 4, 8 ...: loud, but no flood
                _log.error("store.dropped", dropped=self.dropped, reason=self.reason)
            return Receipt.settled("too many changes wait for the disk")
        self._accepted += 1
        self._chars += weight
        receipt = Receipt(self._retry.set)
        self._waiting.append(_Waiting(self._accepted, change, receipt))
        self._work.set()
        return receipt

    async def flush(self, timeout_s: float) -> bool:
        """Wait until all that was accepted before is saved; false after ``timeout_s``.

        Does not wait out a pause after a failure: the disk is tried again at once.
        """
        target, refused = self._accepted, self.refused
        self._retry.set()
        try:
            async with asyncio.timeout(timeout_s), self._progress:
                await self._progress.wait_for(lambda: self._saved_up_to() >= target)
        except TimeoutError:
            return False
        return self.refused == refused

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Nothing is written meanwhile, so the file and ``waiting`` add up to the whole."""
        async with self._lock:
            yield

    async def forget(self, conversation: str) -> int:
        """Delete a conversation, waiting or saved; returns how many messages it had.

        Once begun it is finished, even when whoever asked for it has gone.
        """
        task = asyncio.create_task(self._forget(conversation), name="store-forget")
        self._deletions.add(task)
        task.add_done_callback(self._deletions.discard)
        return await asyncio.shield(task)

    async def _forget(self, conversation: str) -> int:
        try:
            async with self._lock:
                waiting = [e for e in self._waiting if _belongs(e.change, conversation)]
                self._take(waiting)
                deleted = await self._database.forget(conversation)
        finally:
            await self._announce()
        return len(waiting) + deleted

    def _saved_up_to(self) -> int:
        return self._waiting[0].number - 1 if self._waiting else self._accepted

    async def _run(self) -> None:
        pause = FIRST_RETRY_S
        while True:
            await self._work.wait()
            try:
                await self._write_batch()
            except _FAILURES as error:
                await self._pause(str(error), pause)
                pause = min(2 * pause, LONGEST_RETRY_S)
            else:
                pause = FIRST_RETRY_S
                self._recovered()
                await self._announce()
            self.steps += 1

    async def _write_batch(self) -> None:
        async with self._lock:
            batch = list(islice(self._waiting, BATCH))
            if batch:  # a deletion may have left nothing
                await self._save(batch)
                self._take(batch)
            if not self._waiting:
                self._work.clear()

    async def _save(self, batch: list[_Waiting]) -> None:
        """Save together; where that fails for no passing reason, find out which one it was."""
        try:
            await self._database.apply([entry.change for entry in batch])
        except _PASSING:
            raise
        except _UNWRITABLE as error:
            if is_corrupt(error):
                await self._database.start_afresh(str(error))
                await self._database.apply([entry.change for entry in batch])
            elif len(batch) > 1:
                for entry in batch:
                    await self._save([entry])
            else:
                self.refused += 1
                batch[0].receipt.settle(f"the database refused it: {error}")
                _log.exception("store.refused", change=type(batch[0].change).__name__)

    def _take(self, entries: list[_Waiting]) -> None:
        """Remove entries from the queue: from its head as a rule, else wherever they are."""
        for entry in entries:
            if entry.receipt.open:
                entry.receipt.settle()
            self._chars -= _weight(entry.change)
            if self._waiting[0] is entry:
                self._waiting.popleft()
            else:
                self._waiting.remove(entry)

    async def _pause(self, failure: str, pause_s: float) -> None:
        if not self._failure:
            _log.error("store.failing", reason=failure, waiting=len(self._waiting))
        self._failure = failure
        self._on_change()
        self._retry.clear()
        for entry in self._waiting:
            entry.receipt.put_off(self.reason)
        await self._announce()
        try:
            async with asyncio.timeout(pause_s):
                await self._retry.wait()
        except TimeoutError:
            return

    def _recovered(self) -> None:
        if self._failure:
            _log.warning("store.recovered", after=self._failure, dropped=self.dropped)
            self._failure = ""
            self._on_change()

    async def _announce(self) -> None:
        async with self._progress:
            self._progress.notify_all()


def _weight(change: Change) -> int:
    match change:
        case StoredMessage():
            return size(change)
        case MarkHeard():
            return len(change.heard or "")
    return 0


def _belongs(change: Change, conversation: str) -> bool:
    return isinstance(change, StoredMessage) and change.conversation == conversation
