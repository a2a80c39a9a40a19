"""When the steps of one reply happened, on one monotonic clock, and where spans are reported.

Each step is noted once, the first time. Spans are differences of this one clock only.
"""

from collections.abc import Callable
from typing import Protocol

from jarvisd.llm.model import Completion
from jarvisd.telemetry.traces import NO_TRACE, Tracing
from jarvisd.wire import ReplyTimings, UtteranceTimings


class Stopwatch:
    """Marks of one reply; ``clock`` returns monotonic seconds. It began at ``started_at``, or now.

    ``marks`` are the seconds of its steps.
    """

    def __init__(self, clock: Callable[[], float], started_at: float | None = None) -> None:
        self._clock = clock
        self.started_at = clock() if started_at is None else started_at
        self.marks: dict[str, float] = {}
        self._text_at: dict[int, float] = {}

    def mark(self, step: str) -> None:
        """Note that ``step`` happened now, if it is the first time."""
        if step not in self.marks:
            self.marks[step] = self._clock()

    def text_ready(self, utterance: int) -> float:
        """Note that the text of ``utterance`` was cut now; returns the second."""
        self.mark("first_utterance")
        self._text_at[utterance] = now = self._clock()
        return now

    def ms_between(self, start: str, end: str) -> float | None:
        """Milliseconds from one step to another; ``None`` where one did not happen."""
        if start not in self.marks or end not in self.marks:
            return None
        return max(0.0, self.marks[end] - self.marks[start]) * 1_000

    def ms_since(self, step: str) -> float:
        """Milliseconds that have passed since ``step``, which happened."""
        return (self._clock() - self.marks[step]) * 1_000

    def since_start_ms(self, at: float) -> float:
        """Milliseconds from the start of the reply to the monotonic second ``at``."""
        return round(max(0.0, at - self.started_at) * 1000, 3)

    def utterance(
        self, seq: int, *, started_at: float, first_audio_at: float, finished_at: float
    ) -> UtteranceTimings:
        """The spans of one utterance."""
        return UtteranceTimings(
            text_ms=self.since_start_ms(self._text_at.get(seq, self.started_at)),
            started_ms=self.since_start_ms(started_at),
            first_audio_ms=self.since_start_ms(first_audio_at),
            finished_ms=self.since_start_ms(finished_at),
        )

    def timings(self, completion: Completion) -> ReplyTimings:
        """The spans of the whole reply, ending now; the provider's own as it reported them."""
        return ReplyTimings(
            headers_ms=self._elapsed("headers"),
            first_token_ms=self._elapsed("first_token"),
            first_utterance_ms=self._elapsed("first_utterance"),
            first_audio_ms=self._elapsed("first_audio"),
            last_token_ms=self._elapsed("last_token"),
            total_ms=self.since_start_ms(self._clock()),
            prompt_ms=completion.prompt_ms or None,
            completion_ms=completion.completion_ms or None,
        )

    def _elapsed(self, step: str) -> float | None:
        at = self.marks.get(step)
        return None if at is None else self.since_start_ms(at)


class Measures(Protocol):
    """Takes measurements; every call takes a microsecond at most."""

    def trace(self, *, wanted: bool) -> Tracing:
        """The trace of a reply that begins; ``wanted``: it asked for one."""
        ...

    def span(self, name: str, milliseconds: float) -> None:
        """Something took so long."""
        ...


class Unmeasured:
    """Ignores all measurements."""

    def trace(self, *, wanted: bool) -> Tracing:
        """Trace nothing."""
        del wanted
        return NO_TRACE

    def span(self, name: str, milliseconds: float) -> None:
        """Do nothing."""
