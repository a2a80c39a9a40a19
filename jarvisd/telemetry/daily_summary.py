"""Daily summaries: today counted in memory, kept on disk now and then, merged after a restart.

The only measurements that outlive the daemon. A day (UTC) is counts and a sketch per span; once it
is over only its percentiles are kept. Written a minute after something changed, and at the end: a
daemon that is killed loses the last minute of its statistics, nothing else.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

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


class Today:
    """What happened on one day so far. Pure."""

    def __init__(self, day: str) -> None:
        self.day = day
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
        """Count one span that no event tells of."""
        self._spans[name].record(milliseconds)

    def merge(self, kept: DaySummary) -> None:
        """Add what was kept of an earlier part of the day."""
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
        """As it is kept."""
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
    """Counts today and has it kept by ``keep``, a change for the store; never waits."""

    def __init__(
        self,
        keep: Callable[[DaySummary, str], None] = lambda _summary, _oldest: None,
        *,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._keep = keep
        self._wall_clock = wall_clock
        self._today = Today(self._day())
        self._timer: asyncio.TimerHandle | None = None
        self._restored = False
        self._most = 0

    def apply(self, days: int) -> None:
        """Keep so many days; 0: none."""
        self._most = days

    def observe(self, event: ReplyEvent) -> None:
        """Count one event."""
        self._turn()
        self._today.observe(event)
        self._save_soon()

    def span(self, name: str, milliseconds: float) -> None:
        """Count one span that no event tells of."""
        self._turn()
        self._today.span(name, milliseconds)

    def restore(self, kept: DaySummary | None) -> None:
        """What is on disk of today, if anything is; nothing is written before this is known."""
        if kept is not None and kept.day == self._today.day:
            self._today.merge(kept)
        self._restored = True

    def today(self) -> Day:
        """Today so far."""
        self._turn()
        return day_of(self._today.summary())

    @property
    def oldest(self) -> str:
        """The first day that is kept."""
        return (self._now() - timedelta(days=max(0, self._most - 1))).date().isoformat()

    def save(self) -> None:
        """Have today kept now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._restored and self._most:
            self._keep(self._today.summary(), self.oldest)

    def _save_soon(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SAVE_AFTER_S, self.save)

    def _turn(self) -> None:
        day = self._day()
        if day != self._today.day:
            self.save()
            self._today = Today(day)

    def _day(self) -> str:
        return self._now().date().isoformat()

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._wall_clock(), tz=UTC)


def day_of(kept: DaySummary) -> Day:
    """A summary as it crosses the socket."""
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
