"""Where the time of single replies went: noted while they run, evaluated on request.

Opt-in. A reply without a trace has ``NO_TRACE``, whose calls do nothing; a traced one notes a
moment with one append. All moments are seconds of the daemon's monotonic clock. Times of a client's
clock are kept apart. Contains no text of questions or answers.
"""

import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Literal, Protocol

import structlog

from jarvisd.errors import NotFoundError
from jarvisd.wire import ClientTrace, ReplyStarted

KEPT = 100
# Of one trace: some four hundred utterances, and a minute of a client that reports its position.
MOST_NOTES = 2_048
MOST_CLIENT_NOTES = 64

Outcome = Literal["done", "interrupted", "failed"]
Note = tuple[str, int, float]

log = structlog.get_logger("jarvisd.trace")


class Tracing(Protocol):
    """What a reply notes while it runs."""

    def note(self, step: str, utterance: int, at: float) -> None:
        """``step`` of ``utterance`` happened at that second."""
        ...

    def silence(self, seconds: float) -> None:
        """This much silence was removed at the start of an utterance."""
        ...

    def started(self, event: ReplyStarted, marks: Mapping[str, float]) -> None:
        """The reply exists; ``marks`` are its moments, to which more are added."""
        ...

    def ended(self, outcome: Outcome) -> None:
        """The reply ended."""
        ...


class NoTrace:
    """Takes everything and does nothing."""

    __slots__ = ()

    def note(self, step: str, utterance: int, at: float) -> None:
        """Do nothing."""

    def silence(self, seconds: float) -> None:
        """Do nothing."""

    def started(self, event: ReplyStarted, marks: Mapping[str, float]) -> None:
        """Do nothing."""

    def ended(self, outcome: Outcome) -> None:
        """Do nothing."""


NO_TRACE = NoTrace()


class Trace:
    """The notes of one reply."""

    __slots__ = (
        "_on_end",
        "began",
        "client",
        "dropped",
        "event",
        "leading_silence_s",
        "marks",
        "notes",
        "outcome",
    )

    def __init__(self, began: float, on_end: "Callable[[Trace], None]") -> None:
        """``began`` is the wall-clock second."""
        self._on_end = on_end
        self.began = began
        self.event: ReplyStarted | None = None
        self.marks: Mapping[str, float] = {}
        self.notes: list[Note] = []
        self.client: deque[ClientTrace] = deque(maxlen=MOST_CLIENT_NOTES)
        self.leading_silence_s: float | None = None
        self.dropped = 0
        self.outcome: Outcome = "done"

    def note(self, step: str, utterance: int, at: float) -> None:
        """One moment of one utterance."""
        if len(self.notes) < MOST_NOTES:
            self.notes.append((step, utterance, at))
        else:
            self.dropped += 1

    def silence(self, seconds: float) -> None:
        """Only that of the first utterance counts."""
        if self.leading_silence_s is None:
            self.leading_silence_s = seconds

    def started(self, event: ReplyStarted, marks: Mapping[str, float]) -> None:
        """Keep the reply's ``marks``, which may still grow after its end."""
        self.event, self.marks = event, marks

    def ended(self, outcome: Outcome) -> None:
        """The reply ended; what is heard later is added then."""
        self.outcome = outcome
        self._on_end(self)


class Traces:
    """The last traces, and whether a reply gets one."""

    def __init__(self, *, wall_clock: Callable[[], float] = time.time) -> None:
        self.enabled = False
        self._wall_clock = wall_clock
        self._kept: deque[Trace] = deque(maxlen=KEPT)

    def begin(self, wanted: bool) -> Tracing:
        """The trace of a reply that begins; ``wanted``: its request asked for one."""
        if not (wanted or self.enabled):
            return NO_TRACE
        return Trace(self._wall_clock(), self._keep)

    def newest(self) -> list[Trace]:
        """Every trace that is kept, newest first."""
        return list(reversed(self._kept))

    def get(self, reply: str) -> Trace:
        """The trace of a reply; raises ``NotFoundError`` (``trace.unknown``)."""
        for trace in reversed(self._kept):
            if trace.event and trace.event.reply == reply:
                return trace
        raise NotFoundError(
            f"There is no trace of a reply {reply!r}.",
            code="trace.unknown",
            hint="Trace all replies with [telemetry] traces, or one with --trace; then: "
            "jarvisctl trace list",
        )

    def played(self, reply: str, told: ClientTrace) -> None:
        """Add the times of a client; ignored if there is no such trace."""
        for trace in reversed(self._kept):
            if trace.event and trace.event.reply == reply:
                trace.client.append(told)
                return

    def _keep(self, trace: Trace) -> None:
        self._kept.append(trace)
        reply = trace.event.reply if trace.event else ""
        log.debug("trace.kept", reply=reply, outcome=trace.outcome, notes=len(trace.notes))
