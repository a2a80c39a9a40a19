"""The last replies, notices and health checks.

Rings of records and a sketch for each span. Contains no text of questions or answers.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Literal, TypeVar

from msgspec.structs import replace

from jarvisd.telemetry.sketch import Sketch
from jarvisd.telemetry.spans import SPANS, spans_of
from jarvisd.wire import (
    ChunkSkipped,
    Component,
    HealthCheck,
    Notice,
    Quantiles,
    RecentRepliesResponse,
    ReplyDone,
    ReplyEvent,
    ReplyFailed,
    ReplyInterrupted,
    ReplyStarted,
    ReplySummary,
)

REPLIES = 100
CHECKS = 1_000
NOTICES = 1_000
# Replies in flight of which we know how they began; more than that are never admitted.
STARTED = 1_024

Ended = ReplyDone | ReplyInterrupted | ReplyFailed
Level = Literal["info", "warning", "error"]
T = TypeVar("T")


class Records:
    """All records; times are wall-clock seconds."""

    def __init__(self, *, wall_clock: Callable[[], float] = time.time) -> None:
        self._wall_clock = wall_clock
        self._started: dict[str, ReplyStarted] = {}
        self.replies: deque[ReplySummary] = deque(maxlen=REPLIES)
        self.notices: deque[Notice] = deque(maxlen=NOTICES)
        self.checks: deque[HealthCheck] = deque(maxlen=CHECKS)
        self.spans: Mapping[str, Sketch] = {name: Sketch() for name in SPANS}
        self._states: dict[str, str] = {}
        self._looked_at: dict[str, float] = {}

    # --- replies --------------------------------------------------------------------------------

    def observe(self, event: ReplyEvent) -> None:
        """Record one event of a reply."""
        match event:
            case ReplyStarted():
                if len(self._started) >= STARTED:
                    self._started.pop(next(iter(self._started)))
                self._started[event.reply] = event
                if event.fallback:
                    self.notice("warning", "voice.fallback", event.fallback_reason, event.reply)
            case ChunkSkipped() if event.reason.startswith("speech."):
                self.notice("warning", event.reason, event.message, event.reply)
            case ReplyDone():
                self._ended(event, "")
            case ReplyInterrupted():
                self._ended(event, "")
            case ReplyFailed():
                self._ended(event, event.error.code)
                error = event.error
                self.notice("error", error.code, error.message, event.reply, hint=error.hint)
            case _:
                pass

    def recent(self, limit: int) -> RecentRepliesResponse:
        """The newest replies, and the quantiles of all since the start."""
        return RecentRepliesResponse(
            replies=newest(self.replies, limit),
            spans={name: quantiles(sketch) for name, sketch in self.spans.items()},
        )

    def _ended(self, event: Ended, error: str) -> None:
        started = self._started.pop(event.reply, None)
        spans = spans_of(event.timings)
        for name, value in spans.items():
            self.spans[name].record(value)
        summary = ReplySummary(
            reply=event.reply,
            ended_at=self._wall_clock(),
            outcome=_outcome(event),
            provider=started.provider if started else "",
            engine=started.engine if started else "",
            voice=started.voice if started else "",
            fallback=_fell_back(event, started),
            totals=event.totals,
            tokens=event.tokens,
            spans=spans,
            error=error,
        )
        self.replies.append(summary)

    # --- notices and checks ---------------------------------------------------------------------

    def notice(
        self, level: Level, name: str, message: str, reply: str = "", *, hint: str = ""
    ) -> None:
        """Record a notice; one that says the same as the last takes its place.

        A long text that is cut says so for each sentence, and must not push out all others.
        """
        made = Notice(
            time=self._wall_clock(),
            level=level,
            name=name,
            message=message,
            hint=hint,
            reply=reply,
        )
        if self.notices and replace(self.notices[-1], time=made.time) == made:
            self.notices[-1] = made
        else:
            self.notices.append(made)

    def checked(self, components: Iterable[Component]) -> None:
        """Record a health check; a changed state is also a notice."""
        for found in components:
            if self._looked_at.get(found.name) == found.checked_at:
                continue  # an answer that was remembered is no check
            self._looked_at[found.name] = found.checked_at
            self.checks.append(
                HealthCheck(
                    time=found.checked_at,
                    component=found.name,
                    state=found.state,
                    reason=found.reason,
                )
            )
            before = self._states.get(found.name)
            self._states[found.name] = found.state
            if before != found.state and (before is not None or _is_bad(found)):
                self.notice(
                    "warning" if _is_bad(found) else "info",
                    f"{found.name}.{found.state}",
                    found.reason or f"{found.name} is {found.state}",
                    hint=found.hint,
                )


def newest(records: deque[T], limit: int) -> list[T]:
    """The last ``limit`` records, newest first."""
    return list(islice(reversed(records), limit))


def quantiles(sketch: Sketch) -> Quantiles:
    """The quantiles of a sketch of milliseconds."""
    return Quantiles(
        count=sketch.count,
        p50_ms=_rounded(sketch.quantile(0.50)),
        p95_ms=_rounded(sketch.quantile(0.95)),
        p99_ms=_rounded(sketch.quantile(0.99)),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _outcome(event: Ended) -> Literal["done", "interrupted", "failed"]:
    if isinstance(event, ReplyDone):
        return "done"
    return "interrupted" if isinstance(event, ReplyInterrupted) else "failed"


def _fell_back(event: Ended, started: ReplyStarted | None) -> bool:
    at_start = started.fallback if started else False
    return at_start or (isinstance(event, ReplyDone) and event.fallback)


def _is_bad(component: Component) -> bool:
    return component.state in ("degraded", "failed", "absent") and not component.optional
