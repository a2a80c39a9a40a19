"""The only task that writes: takes changes at once, saves them in batches, survives every failure.

Changes wait in a bounded queue; beyond that they are dropped, counted and logged. A failing disk is
retried with growing pauses while changes wait, and on request; a deleted file is made again from
memory. ``submit`` never waits.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from typing import Literal

import structlog

from jarvisd.errors import StoreError
from jarvisd.store.database import Database, FileGoneError
from jarvisd.store.model import Change, StoredMessage, StoreNews
from jarvisd.store.opening import is_corrupt
from jarvisd.store.queue import ChangeQueue, WaitingChange
from jarvisd.store.receipt import Receipt

BATCH = 256
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


class Writer:
    """Queue and task in front of a database. Call ``start``, then ``stop``."""

    def __init__(
        self,
        database: Database,
        *,
        queue: int,
        remembered: Callable[[], list[StoredMessage]],
        on_news: Callable[[StoreNews], None],
    ) -> None:
        """``remembered`` returns the conversations in memory, saved or not."""
        self._on_news = on_news
        self._database = database
        self._remembered = remembered
        self._lacking = False
        self._queue = ChangeQueue(limit=queue)
        self._work = asyncio.Event()
        self._retry = asyncio.Event()
        self._progress = asyncio.Condition()
        self._lock = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._deletions: set[asyncio.Task[int]] = set()
        self._failure = ""
        self._failures = 0
        self._loss = ""
        self._stopping = False
        self.refused = 0
        # Begun and ended deletions: who reads without a lock sees whether one came in between.
        self.deletions = 0
        self.steps = 0

    @property
    def ended(self) -> str:
        """Why the task ended unexpectedly, so that nothing will be written any more; or empty."""
        if self._task is None or self._stopping or not self._task.done():
            return ""
        error = None if self._task.cancelled() else self._task.exception()
        return f"the database writer ended: {error!r}"

    @property
    def reason(self) -> str:
        """Why nothing is saved now, or what was lost recently; or empty."""
        if not self._failure:
            return self._loss
        lost = f"; {self.dropped} changes lost" if self.dropped else ""
        if self._database.is_open:
            return f"cannot write {self._database.path}: {self._failure}{lost}"
        return (
            f"cannot use {self._database.path}, conversations are kept in memory only: "
            f"{self._failure}{lost}"
        )

    @property
    def queued(self) -> int:
        """How many changes are accepted and not yet saved."""
        return len(self._queue)

    @property
    def dropped(self) -> int:
        """How many changes did not fit and are lost."""
        return self._queue.dropped

    @property
    def waiting(self) -> list[Change]:
        """Accepted and not yet saved, oldest first."""
        return self._queue.changes

    async def start(self) -> None:
        """Open the file, if that is possible, and begin to write."""
        try:
            await self._database.ready()
        except _FAILURES as error:
            self._failure = str(error)
            _log.error("store.memory_only", reason=self.reason)
            self._tell("error", "store.memory_only", self.reason)
        self._task = asyncio.create_task(self._run(), name="store-writer")

    def ping(self) -> None:
        """Make the task check the file and take a step (``steps``), even with nothing to write.

        In the pause after a failure it takes the step at the end of the pause.
        """
        self._work.set()

    async def look(self, timeout_s: float) -> None:
        """Check the file now; returns after that, or after ``timeout_s``."""
        steps = self.steps
        self._work.set()
        self._retry.set()
        try:
            async with asyncio.timeout(timeout_s), self._progress:
                await self._progress.wait_for(lambda: self.steps > steps)
        except TimeoutError:
            return

    def forgive(self) -> None:
        """Stop reporting past losses, and try the disk at once."""
        self._loss = ""
        self._work.set()
        self._retry.set()

    async def stop(self, deadline_s: float) -> bool:
        """Save waiting changes for at most ``deadline_s``; returns whether all were saved."""
        saved = await self.flush(deadline_s)
        self._stopping = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task, *self._deletions}, timeout=STOP_GRACE_S)
        if self._queue:
            _log.error("store.unsaved", changes=len(self._queue), reason=self.reason)
        return saved

    def submit(self, change: Change) -> Receipt:
        """Accept a change to be saved soon, or drop it if there is no room."""
        receipt = Receipt(self._retry.set)
        if self._queue.accept(change, receipt):
            self._work.set()
            return receipt
        if self.dropped.bit_count() == 1:  # 1, 2, 4, 8 ...: loud, but no flood
            _log.error("store.dropped", dropped=self.dropped, reason=self.reason)
            self._lose(f"{self.dropped} changes lost: too many waited for the disk")
        return Receipt.settled("too many changes wait for the disk")

    async def flush(self, timeout_s: float) -> bool:
        """Wait until all that was accepted before is saved; false after ``timeout_s``.

        In the pause after a failure the disk is tried at once, and its failure is the answer.
        """
        target, refused, failures = self._queue.accepted, self.refused, self._failures
        self._retry.set()

        def known() -> bool:
            return self._queue.saved_up_to >= target or self._failures > failures

        try:
            async with asyncio.timeout(timeout_s), self._progress:
                await self._progress.wait_for(known)
        except TimeoutError:
            return False
        saved = self._queue.saved_up_to >= target and self._database.is_open
        return saved and self.refused == refused

    async def forget(self, conversation: str) -> int:
        """Delete a conversation, waiting or saved; returns how many messages it had.

        Once begun it is finished, even if the caller is cancelled.
        """
        task = asyncio.create_task(self._forget(conversation), name="store-forget")
        self._deletions.add(task)
        task.add_done_callback(self._deletions.discard)
        return await asyncio.shield(task)

    async def _forget(self, conversation: str) -> int:
        try:
            async with self._lock:
                self.deletions += 1
                waiting = self._queue.of_conversation(conversation)
                for entry in waiting:
                    entry.receipt.settle("its conversation was deleted")
                self._queue.remove(waiting)
                await self._open()
                deleted = await self._database.forget(conversation)
        finally:
            self.deletions += 1
            await self._announce()
        return len(waiting) + deleted

    async def _run(self) -> None:
        pause = FIRST_RETRY_S
        while True:
            await self._work.wait()
            self._retry.clear()  # whoever asks while it fails wants it tried once more
            try:
                await self._write_batch()
            except _FAILURES as error:
                self.steps += 1
                await self._pause(str(error), pause)
                pause = min(2 * pause, LONGEST_RETRY_S)
            else:
                pause = FIRST_RETRY_S
                self._recovered()
                self.steps += 1
                await self._announce()

    async def _write_batch(self) -> None:
        async with self._lock:
            if not self._queue:  # nothing to try for again, unless somebody asks
                self._work.clear()
            batch = self._queue.batch(BATCH)
            if self._lacking or not (batch and self._database.is_open):
                await self._open()
            if batch:
                await self._save(batch)
                self._queue.remove(batch)
            if not self._queue:
                self._work.clear()

    async def _open(self) -> None:
        """Open the file if it is not open, and write what may be missing in it from memory."""
        before = self._database.is_open
        if await self._database.ready():
            self._lacking = True
            if before:
                gone = f"{self._database.path} was deleted; it is written again from memory"
                self._tell("error", "store.deleted", gone)
        if self._lacking:
            waiting = {each.id for each in self._queue.changes if isinstance(each, StoredMessage)}
            saved = [message for message in self._remembered() if message.id not in waiting]
            self._lacking = False
            try:
                await self._save(
                    [WaitingChange(0, message, Receipt.settled()) for message in saved]
                )
            except BaseException:
                self._lacking = True
                raise

    async def _save(self, batch: list[WaitingChange]) -> None:
        """Save together; if that fails permanently, find the change that caused it."""
        try:
            await self._database.apply([entry.change for entry in batch])
        except FileGoneError:
            await self._open()
            await self._database.apply([entry.change for entry in batch])
        except _PASSING:
            raise
        except _UNWRITABLE as error:
            if is_corrupt(error):
                await self._database.set_aside(str(error))
                await self._open()
                await self._database.apply([entry.change for entry in batch])
            elif len(batch) > 1:
                for entry in batch:
                    await self._save([entry])
            else:
                self.refused += 1
                batch[0].receipt.settle(f"the database refused it: {error}")
                self._lose(f"a change was lost: the database refused it: {error}")
                _log.exception("store.refused", change=type(batch[0].change).__name__)

    async def _pause(self, failure: str, pause_s: float) -> None:
        if not self._failure:
            _log.error("store.failing", reason=failure, waiting=len(self._queue))
        begun = not self._failure
        self._failure = failure
        self._failures += 1
        if begun:
            self._tell("error", "store.failing", self.reason)
        self._queue.put_off(self.reason)
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
            self._tell("info", "store.recovered", "conversations are saved again")

    def _tell(self, level: Literal["info", "error"], name: str, message: str) -> None:
        self._on_news(StoreNews(level, name, message))

    def _lose(self, loss: str) -> None:
        self._loss = loss
        self._tell("error", "store.lost", loss)

    async def _announce(self) -> None:
        async with self._progress:
            self._progress.notify_all()
