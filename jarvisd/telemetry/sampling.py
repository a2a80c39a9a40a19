"""When a row of all series is taken: once a second while a reply runs or a client watches.

An idle daemon takes none and does not wake up; the series have a gap then. A request to an idle
daemon takes one row at that moment.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

import structlog

from jarvisd.telemetry.events import EventBus, Subscription
from jarvisd.telemetry.loop_lag import LoopLag
from jarvisd.telemetry.series import FINE_S, SeriesHistory, sample
from jarvisd.wire import ReplyEvent, ReplyStarted

# Rows kept for watchers that are slow to read: a minute of them.
BACKLOG = 60

log = structlog.get_logger("jarvisd.telemetry")


class Sampler:
    """Takes rows with ``read`` while ``busy`` is true or a client watches."""

    def __init__(
        self,
        lag: LoopLag,
        *,
        read: Callable[[], Awaitable[Sequence[float]]],
        busy: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._read = read
        self._busy = busy
        self._lag = lag
        self._clock = clock
        self._wall_clock = wall_clock
        self._rows = EventBus(BACKLOG)
        self._watchers = 0
        self._taken_at = float("-inf")
        self._taking: asyncio.Task[None] | None = None
        self._ticking: asyncio.Task[None] | None = None
        self.history = SeriesHistory()

    def observe(self, event: ReplyEvent) -> None:
        """Record one event of a reply."""
        if isinstance(event, ReplyStarted):
            self.wake()

    def wake(self) -> None:
        """A reply began: take rows until all is idle again."""
        if self._ticking is None or self._ticking.done():
            self._ticking = asyncio.create_task(self._tick(), name="sampler")

    async def refresh(self) -> None:
        """Take a row if the newest is older than a second."""
        if self._clock() - self._taken_at >= FINE_S:
            await self._take()

    @contextmanager
    def watch(self) -> Iterator[Subscription]:
        """New rows, as events."""
        self._watchers += 1
        self.wake()
        try:
            with self._rows.subscribe() as rows:
                yield rows
        finally:
            self._watchers -= 1

    def dismiss(self) -> None:
        """End all watching clients."""
        self._rows.close()

    async def close(self) -> None:
        """Take no more rows, and end all watching clients."""
        self.dismiss()
        running = [task for task in (self._ticking, self._taking) if task is not None]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _tick(self) -> None:
        """Take rows once a second, and one more at the end, which shows the idle state.

        Never sooner than a second after the last row: rates over a shorter time say nothing.
        """
        due = max(self._taken_at + FINE_S, self._clock())
        await asyncio.sleep(due - self._clock())
        with self._lag.measured():
            while True:
                busy = self._busy() or self._watchers > 0
                await self._take()
                if not busy:
                    return
                due = max(due + FINE_S, self._clock())
                await asyncio.sleep(due - self._clock())

    async def _take(self) -> None:
        """Take one row, for all that want one now."""
        if self._taking is None or self._taking.done():
            self._taking = asyncio.create_task(self._record(), name="sample")
        await asyncio.shield(self._taking)

    async def _record(self) -> None:
        self._taken_at = self._clock()
        try:
            row = await self._read()
        except Exception:
            # A figure that cannot be read must not end all others, nor the daemon.
            log.exception("sample.failed")
            return
        now = self._wall_clock()
        self.history.record(now, row)
        if self._rows.subscribers:
            self._rows.publish(sample(now, row))
