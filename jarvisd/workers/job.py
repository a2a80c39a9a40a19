"""One job as its caller sees it: pieces to await, a result, a way to stop.

The pool feeds it on the event loop; the caller iterates. Its buffer is bounded: above the high mark
the worker waits until the caller has read. A kind of job is a subclass that decodes its pieces and
its end, and translates a worker's failure.
"""

import asyncio
import time
from abc import ABC, abstractmethod
from collections import deque
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from jarvisd.errors import JarvisError, WorkerError
from jarvisd.workers.model import Priority

_HIGH_BYTES = 4_194_304
_LOW_BYTES = 1_048_576
_MOST_ATTEMPTS = 2
Piece = TypeVar("Piece")
Result = TypeVar("Result")


class JobControl(Protocol):
    """The pool, as a job sees it."""

    def cancel(self, job: "AnyJob") -> None:
        """Its caller cancelled it."""
        ...

    def flow(self, job: "AnyJob", *, flowing: bool) -> None:
        """Make its worker wait, or continue."""
        ...


class Job(ABC, Generic[Piece, Result]):
    """Iterate it once: ``async for piece in job``; raises ``JarvisError``.

    ``result`` is set once the iteration ended well. Monotonic seconds throughout; ``started_at``
    is 0 while it waits.
    """

    kind: str

    def __init__(
        self,
        control: JobControl,
        *,
        engine: str,
        resource: str,
        body: bytes,
        priority: Priority,
        deadline_s: float,
        now: float,
    ) -> None:
        self.engine = engine
        self.resource = resource
        self.body = body
        self.priority = priority
        self.deadline_s = deadline_s
        self.queued_at = now
        self.started_at = 0.0
        self.attempts = 0
        self.first_piece_at = 0.0
        self.worker = 0
        self.result: Result | None = None
        self._control = control
        self._pieces: deque[Piece] = deque()
        self._held = 0
        self._flowing = True
        self._error: JarvisError | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._freed = asyncio.Event()

    # --- what its kind knows --------------------------------------------------------------------

    @property
    @abstractmethod
    def must_make_something(self) -> bool:
        """Whether an empty result is an error of the engine."""

    @abstractmethod
    def read_piece(self, body: msgspec.Raw) -> Piece:
        """Raises ``msgspec.MsgspecError``."""

    @abstractmethod
    def size_of(self, piece: Piece) -> int:
        """Bytes that a piece holds."""

    @abstractmethod
    def read_end(self, body: msgspec.Raw, finished_at: float) -> Result:
        """Raises ``msgspec.MsgspecError``."""

    @abstractmethod
    def translate(self, error: WorkerError) -> JarvisError:
        """The error for the caller of this kind of job."""

    # --- the listener's side --------------------------------------------------------------------

    def __aiter__(self) -> "Job[Piece, Result]":
        return self

    async def __anext__(self) -> Piece:
        while not self._pieces:
            if self._error is not None:
                raise self._error
            if self.result is not None:
                raise StopAsyncIteration
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        piece = self._pieces.popleft()
        self._held -= self.size_of(piece)
        if not self._flowing and self._held <= _LOW_BYTES:
            self._flow(flowing=True)
        return piece

    def cancel(self) -> None:
        """Stop now: no more pieces. Idempotent; no effect after the end."""
        if not self.ended:
            self.fail(WorkerError("it was cancelled", code="workers.cancelled"))
            self._control.cancel(self)

    async def freed(self) -> None:
        """Wait until its worker has stopped: the native call returned or the process ended."""
        await self._freed.wait()

    @property
    def ended(self) -> bool:
        """Whether it has a result or an error."""
        return self.result is not None or self._error is not None

    @property
    def error(self) -> JarvisError | None:
        """Why it failed, if so."""
        return self._error

    # --- the pool's side ------------------------------------------------------------------------

    def started(self, now: float, worker: int) -> None:
        """A worker has started it."""
        self.started_at = self.started_at or now
        self.worker = worker
        self.attempts += 1

    @property
    def may_be_retried(self) -> bool:
        """Whether another worker may repeat it: once, and only before its first piece."""
        return not self.ended and not self.first_piece_at and self.attempts < _MOST_ATTEMPTS

    def receive(self, body: msgspec.Raw) -> None:
        """A piece from the worker. Raises ``msgspec.MsgspecError``."""
        self.deliver(self.read_piece(body), time.monotonic())

    def deliver(self, piece: Piece, now: float) -> None:
        """Take a piece; it is dropped after a cancel or a deadline."""
        if self.ended:
            return
        self.first_piece_at = self.first_piece_at or now
        self._pieces.append(piece)
        self._held += self.size_of(piece)
        if self._flowing and self._held >= _HIGH_BYTES:
            self._flow(flowing=False)
        self._wake()

    def conclude(self, body: msgspec.Raw) -> None:
        """The end from the worker. Raises ``msgspec.MsgspecError``."""
        self.complete(self.read_end(body, time.monotonic()))

    def complete(self, result: Result) -> None:
        """The job is complete."""
        if not self.ended:
            self.result = result
        self._wake()

    def fail(self, error: JarvisError) -> None:
        """It failed. Waiting pieces are still returned, except after a cancel."""
        if self.ended:
            return
        if error.code == "workers.cancelled":
            self._pieces.clear()
            self._held = 0
        self._error = self.translate(error) if isinstance(error, WorkerError) else error
        if not self._flowing:
            self._flow(flowing=True)
        self._wake()

    def release(self) -> None:
        """No worker works on it any more."""
        self._freed.set()

    def _flow(self, *, flowing: bool) -> None:
        self._flowing = flowing
        self._control.flow(self, flowing=flowing)

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)


AnyJob = Job[Any, Any]
