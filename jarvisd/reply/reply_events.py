"""Builds the events of one reply and appends them in order.

Knows the wire types and the stopwatch; decides nothing.
"""

from collections.abc import Callable

from jarvisd.errors import JarvisError
from jarvisd.llm.model import Completion
from jarvisd.reply.audio_track import SpokenUtterance
from jarvisd.reply.event_log import EventLog
from jarvisd.reply.reorder_buffer import UtteranceCounts
from jarvisd.reply.stopwatch import Measures, Stopwatch
from jarvisd.speech.model import VoiceChoice
from jarvisd.text.model import Utterance
from jarvisd.wire import (
    Chunk,
    ChunkSkipped,
    ErrorDetail,
    ReplyDone,
    ReplyEvent,
    ReplyFailed,
    ReplyInterrupted,
    ReplyStarted,
    Token,
    TokenUsage,
    Totals,
    UtteranceEvent,
)


class ReplyEvents:
    """Publishes the events of one reply, to its own readers and to ``publish``."""

    def __init__(
        self,
        reply: str,
        *,
        sample_rate: int,
        publish: Callable[[ReplyEvent], object],
        clock: Callable[[], float],
        measures: Measures,
        received_at: float | None = None,
        traced: bool = False,
    ) -> None:
        """``received_at``: when its request arrived, if that was not now."""
        self._reply = reply
        self.sample_rate = sample_rate
        self._clock = clock
        self._measures = measures
        self._trace = measures.trace(wanted=traced)
        self.log = EventLog(publish)
        self.stopwatch = Stopwatch(clock, received_at)
        self.fallback = False
        self._started: ReplyStarted | None = None

    @property
    def ended(self) -> bool:
        """Whether the last event was published."""
        return self.log.closed

    def started(self, conversation: str, provider: str, choice: VoiceChoice | None) -> None:
        """The reply exists, and ``choice`` will speak it (``None``: no voice).

        This and later events are hidden until ``question_kept``.
        """
        self.fallback = bool(choice and choice.fallback)
        event = ReplyStarted(
            reply=self._reply,
            seq=self.log.next_seq,
            conversation=conversation,
            provider=provider,
            engine=choice.voice.engine if choice else "",
            voice=choice.voice.id if choice else "",
            sample_rate=self.sample_rate,
            fallback=self.fallback,
            fallback_reason=choice.reason if choice else "",
            started_at=self.stopwatch.started_at,
        )
        self._trace.started(event, self.stopwatch.marks)
        self._started = event
        self.log.append(event)

    def question_kept(self, unkept: str) -> None:
        """The question is on disk, or not for the reason ``unkept``: show the events."""
        if self._started is not None:
            self._started.kept, self._started.kept_reason = not unkept, unkept
        self.log.show()

    def token(self, text: str) -> None:
        """The model wrote ``text``."""
        self.log.append(Token(reply=self._reply, seq=self.log.next_seq, text=text))

    def utterance(self, utterance: Utterance) -> None:
        """A speakable unit was cut."""
        self._trace.note("text", utterance.seq, self.stopwatch.text_ready(utterance.seq))
        self.log.append(
            UtteranceEvent(
                reply=self._reply,
                seq=self.log.next_seq,
                utterance=utterance.seq,
                start=utterance.start,
                end=utterance.end,
                text=utterance.text,
                spoken=utterance.spoken.text,
                sentences=[sentence.text for sentence in utterance.sentences],
            )
        )

    def first_audio(self) -> None:
        """The first sample exists."""
        self.stopwatch.mark("first_audio")

    def spoken(self, spoken: SpokenUtterance) -> None:
        """An utterance's audio is complete and in its place."""
        voice = spoken.choice.voice
        self._trace_spoken(spoken)
        self.fallback = self.fallback or spoken.choice.fallback
        self.log.append(
            Chunk(
                reply=self._reply,
                seq=self.log.next_seq,
                utterance=spoken.seq,
                engine=voice.engine,
                voice=voice.id,
                fallback=spoken.choice.fallback,
                fallback_reason=spoken.choice.reason,
                sample_rate=self.sample_rate,
                position=spoken.position,
                samples=spoken.samples,
                cached=False,
                timings=self.stopwatch.utterance(
                    spoken.seq,
                    started_at=spoken.result.started_at,
                    first_audio_at=spoken.result.first_audio_at,
                    finished_at=spoken.result.finished_at,
                ),
            )
        )

    def skipped(self, seq: int, reason: str, message: str) -> None:
        """An utterance is not spoken, or not to its end."""
        self._trace.note("skipped", seq, self._clock())
        self.log.append(
            ChunkSkipped(
                reply=self._reply,
                seq=self.log.next_seq,
                utterance=seq,
                reason=reason,
                message=message,
            )
        )

    def written(self) -> None:
        """Audio was sent to a listener."""
        self.stopwatch.mark("written")

    def interrupting(self) -> None:
        """It is interrupted now."""
        self.stopwatch.mark("interrupted")

    def freed(self) -> None:
        """All its work has ended after an interrupt."""
        self.stopwatch.mark("freed")
        if (took_ms := self.stopwatch.ms_between("interrupted", "freed")) is not None:
            self._measures.span("interrupt", took_ms)

    def done(
        self, counts: UtteranceCounts, completion: Completion, *, samples: int, unkept: str
    ) -> None:
        """The reply ended well; ``unkept`` says why it is not on disk."""
        self.log.append(
            ReplyDone(
                reply=self._reply,
                seq=self.log.next_seq,
                totals=_totals(counts),
                tokens=_tokens(completion),
                timings=self.stopwatch.timings(completion),
                samples=samples,
                finish_reason=completion.finish_reason,
                fallback=self.fallback,
                kept=not unkept,
                kept_reason=unkept,
            )
        )
        self._trace.ended("done")

    def interrupted(
        self,
        counts: UtteranceCounts,
        completion: Completion,
        *,
        heard: str,
        played: int,
        unkept: str,
    ) -> None:
        """The reply was interrupted; ``heard`` had been played by then."""
        self.log.append(
            ReplyInterrupted(
                reply=self._reply,
                seq=self.log.next_seq,
                totals=_totals(counts),
                tokens=_tokens(completion),
                timings=self.stopwatch.timings(completion),
                heard=heard,
                heard_chars=len(heard),
                played_samples=played,
                kept=not unkept,
                kept_reason=unkept,
            )
        )
        self._trace.ended("interrupted")

    def failed(
        self,
        counts: UtteranceCounts,
        completion: Completion,
        *,
        text: str,
        failure: JarvisError,
        unkept: str,
    ) -> None:
        """The reply ended early; ``text`` had been written by then."""
        self.log.append(
            ReplyFailed(
                reply=self._reply,
                seq=self.log.next_seq,
                totals=_totals(counts),
                tokens=_tokens(completion),
                timings=self.stopwatch.timings(completion),
                text=text,
                error=ErrorDetail(
                    code=failure.code,
                    message=failure.message,
                    hint=failure.hint,
                    retry_after_s=failure.retry_after_s,
                ),
                kept=not unkept,
                kept_reason=unkept,
            )
        )
        self._trace.ended("failed")

    def _trace_spoken(self, spoken: SpokenUtterance) -> None:
        seq, result = spoken.seq, spoken.result
        self._trace.note("queued", seq, result.queued_at)
        self._trace.note("started", seq, result.started_at)
        self._trace.note("first_audio", seq, result.first_audio_at)
        self._trace.note("finished", seq, result.finished_at)
        self._trace.silence(result.leading_silence_samples / result.sample_rate)


def _totals(counts: UtteranceCounts) -> Totals:
    return Totals(utterances=counts.utterances, spoken=counts.spoken, skipped=counts.skipped)


def _tokens(completion: Completion) -> TokenUsage:
    return TokenUsage(
        prompt=completion.prompt_tokens,
        cached=completion.cached_tokens,
        completion=completion.completion_tokens,
    )
