"""When the steps of one reply happened, on one monotonic clock.

Each step is noted once, the first time. Spans are differences of this one clock only.
"""

from collections.abc import Callable

from jarvisd.api.types import ReplyTimings, UtteranceTimings
from jarvisd.llm.model import Completion


class Stopwatch:
    """Marks of one reply; ``clock`` returns monotonic seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.started_at = clock()
        self._marks: dict[str, float] = {}
        self._text_at: dict[int, float] = {}

    def mark(self, step: str) -> None:
        """Note that ``step`` happened now, unless it already did."""
        self._marks.setdefault(step, self._clock())

    def text_ready(self, utterance: int) -> None:
        """Note that the text of ``utterance`` was cut now."""
        self.mark("first_utterance")
        self._text_at[utterance] = self._clock()

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
        at = self._marks.get(step)
        return None if at is None else self.since_start_ms(at)
