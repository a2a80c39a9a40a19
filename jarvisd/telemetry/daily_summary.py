"""Daily summaries: counted in memory, saved to disk, merged after a restart.

The only measurements that survive the daemon. A day (UTC) has counts and a sketch per span; after
the day only its percentiles are kept. It is saved a minute after a change, and at the end: a daemon
that is killed loses the last minute of its statistics, nothing else.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from jarvisd.store.model import DaySpan, DaySummary
from jarvisd.telemetry.sketch import Sketch
from jarvisd.telemetry.spans import SPANS, spans_of
from jarvisd.wire import (
    Chunk,
    ChunkSkipped,
    Day,
    Quantiles,
    ReplyDone,
    ReplyEvent,
    ReplyFailed,
    ReplyInterrupted,
)

SAVE_AFTER_S = 60.0
# A clock that is set comes back to one of these, if to any.
DAYS_IN_MEMORY = 3


class Today:
    """The counts of one day so far. Pure."""

    def __init__(self, day: str) -> None:
        self.day = day
        # Whether what was kept of it earlier is in it.
        self.restored = False
        self.replies = 0
        self.errors = 0
        self.interrupted = 0
        self.utterances = 0
        self.fallback = 0
        self.skipped = 0
        self._spans = {name: Sketch() for name in SPANS}

    def observe(self, event: ReplyEvent) -> None:
        """Count one event."""
        match event:
            case Chunk():
                self.utterances += 1
                self.fallback += event.fallback
            case ChunkSkipped():
                self.skipped += 1
            case ReplyDone() | ReplyInterrupted() | ReplyFailed():
                self.replies += 1
                self.errors += isinstance(event, ReplyFailed)
                self.interrupted += isinstance(event, ReplyInterrupted)
                for name, milliseconds in spans_of(event.timings).items():
                    self._spans[name].record(milliseconds)
            case _:
                pass

    def span(self, name: str, milliseconds: float) -> None:
        """Count one span that is in no event."""
        self._spans[name].record(milliseconds)

    def merge(self, kept: DaySummary) -> None:
        """Add the saved earlier part of the day."""
        self.replies += kept.replies
        self.errors += kept.errors
        self.interrupted += kept.interrupted
        self.utterances += kept.utterances
        self.fallback += kept.fallback
        self.skipped += kept.skipped
        for span in kept.spans:
            if span.name in self._spans:
                self._spans[span.name].merge(Sketch.from_bins(span.bins, span.total_ms))

    def summary(self) -> DaySummary:
        """The day as it is saved."""
        return DaySummary(
            day=self.day,
            replies=self.replies,
            errors=self.errors,
            interrupted=self.interrupted,
            utterances=self.utterances,
            fallback=self.fallback,
            skipped=self.skipped,
            spans=tuple(_span(name, sketch) for name, sketch in self._spans.items()),
        )


class DailySummaries:
    """Counts the events of today and saves them with ``keep``, a change for the store; never waits.

    ``read`` returns the saved part of a day. A day is saved only after that part was added, and the
    last days stay in memory: so changing the clock starts no day again.
    """

    def __init__(
        self,
        keep: Callable[[DaySummary, int], None] = lambda _summary, _most: None,
        read: Callable[[str], Awaitable[DaySummary | None]] | None = None,
        *,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._keep = keep
        self._read = read
        self._wall_clock = wall_clock
        self._today = Today(self._day())
        self._days = OrderedDict({self._today.day: self._today})
        self._timer: asyncio.TimerHandle | None = None
        self._reading: set[asyncio.Task[None]] = set()
        self._most = 0

    def start(self) -> None:
        """Add the saved part of today."""
        self._restore(self._today)

    def close(self) -> None:
        """Save today, and read no more."""
        self.save()
        for task in self._reading:
            task.cancel()

    def apply(self, days: int) -> None:
        """Set how many days to keep; 0: none."""
        self._most = days

    def observe(self, event: ReplyEvent) -> None:
        """Count one event."""
        self._turn()
        self._today.observe(event)
        self._save_soon()

    def span(self, name: str, milliseconds: float) -> None:
        """Count one span that is in no event."""
        self._turn()
        self._today.span(name, milliseconds)

    def today(self) -> Day:
        """Today so far."""
        self._turn()
        return day_of(self._today.summary())

    def save(self) -> None:
        """Save today now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._keep_day(self._today)

    # --- inside ---------------------------------------------------------------------------------

    def _keep_day(self, day: Today) -> None:
        if day.restored and self._most:
            self._keep(day.summary(), self._most)

    def _save_soon(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SAVE_AFTER_S, self.save)

    def _turn(self) -> None:
        day = self._day()
        if day == self._today.day:
            return
        self.save()
        known = self._days.get(day)
        self._today = self._days[day] = known or Today(day)
        self._days.move_to_end(day)
        if len(self._days) > DAYS_IN_MEMORY:
            self._days.popitem(last=False)
        if known is None:
            self._restore(self._today)

    def _restore(self, day: Today) -> None:
        if self._read is None:
            day.restored = True
            return
        task = asyncio.get_running_loop().create_task(self._add_kept(day, self._read), name="day")
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)

    async def _add_kept(
        self, day: Today, read: Callable[[str], Awaitable[DaySummary | None]]
    ) -> None:
        if (kept := await read(day.day)) is not None:
            day.merge(kept)
        day.restored = True
        if day is not self._today:
            self._keep_day(day)

    def _day(self) -> str:
        return datetime.fromtimestamp(self._wall_clock(), tz=UTC).date().isoformat()


def day_of(kept: DaySummary) -> Day:
    """A summary as it is sent to clients."""
    return Day(
        day=kept.day,
        replies=kept.replies,
        errors=kept.errors,
        interrupted=kept.interrupted,
        utterances=kept.utterances,
        fallback=kept.fallback,
        skipped=kept.skipped,
        spans={
            span.name: Quantiles(
                count=span.count, p50_ms=span.p50_ms, p95_ms=span.p95_ms, p99_ms=span.p99_ms
            )
            for span in kept.spans
            if span.count
        },
    )


def _span(name: str, sketch: Sketch) -> DaySpan:
    return DaySpan(
        name=name,
        count=sketch.count,
        total_ms=sketch.total,
        p50_ms=_rounded(sketch.quantile(0.50)),
        p95_ms=_rounded(sketch.quantile(0.95)),
        p99_ms=_rounded(sketch.quantile(0.99)),
        bins=sketch.bins(),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
