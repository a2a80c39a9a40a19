"""The audio of one reply as it grows: utterances in order, pauses between them, and their words.

Takes audio in any order, puts it in order, appends it to the timeline and the ledger. ``changed``
wakes those who wait for a change. It must never make audio or read a clock.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from jarvisd.errors import SpeechError
from jarvisd.reply.broadcast import Broadcast
from jarvisd.reply.ledger import SpokenLedger
from jarvisd.reply.listeners import SampleRange
from jarvisd.reply.playback_position import PlaybackPosition
from jarvisd.reply.reorder_buffer import (
    AllDelivered,
    PieceReady,
    Release,
    ReorderBuffer,
    UtteranceCounts,
    UtteranceReady,
    UtteranceSkipped,
)
from jarvisd.reply.timeline import Timeline
from jarvisd.speech.model import AudioPiece, SynthesisResult, VoiceChoice
from jarvisd.text.model import Utterance

BYTES_PER_SAMPLE = 2

TOO_LONG = SpeechError(
    "The reply's audio reached its limit.",
    code="speech.reply_too_long",
    hint="Raise audio.max_reply_s, or ask for a shorter answer.",
)


@dataclass(frozen=True, slots=True)
class SpokenUtterance:
    """An utterance with complete audio: who spoke it, and its place in the timeline."""

    seq: int
    choice: VoiceChoice
    result: SynthesisResult
    position: int = 0
    samples: int = 0


class UtteranceListener(Protocol):
    """Is told how each utterance ended, in order."""

    def first_audio(self) -> None:
        """The first sample of the reply exists."""
        ...

    def spoken(self, spoken: SpokenUtterance) -> None:
        """An utterance's audio is complete and delivered."""
        ...

    def skipped(self, seq: int, reason: str, message: str) -> None:
        """An utterance is not spoken, or not to its end."""
        ...


class AudioTrack:
    """One reply's audio of at most ``max_s`` seconds."""

    def __init__(
        self,
        listener: UtteranceListener,
        *,
        sample_rate: int,
        max_s: float,
        look_ahead_s: float,
        clock: Callable[[], float],
    ) -> None:
        self._listener = listener
        self.sample_rate = sample_rate
        self.timeline = Timeline(max_bytes=int(max_s * sample_rate) * BYTES_PER_SAMPLE)
        self.ledger = SpokenLedger(sample_rate)
        self.position = PlaybackPosition(
            self.timeline, sample_rate, look_ahead_s=look_ahead_s, clock=clock
        )
        self.changed = Broadcast()
        self._buffer: ReorderBuffer[AudioPiece, SpokenUtterance] = ReorderBuffer()
        self._starts: dict[int, int] = {}
        self._pauses: dict[int, int] = {}
        self._pause: tuple[int, int] | None = None
        self.overfull = False

    # --- what goes in ---------------------------------------------------------------------------

    @property
    def head(self) -> int:
        """The utterance whose audio is delivered at once."""
        return self._buffer.head

    @property
    def counts(self) -> UtteranceCounts:
        """Counts of utterances so far, and how they ended."""
        return self._buffer.counts

    def blocked(self, seq: int) -> bool:
        """Whether the producer of utterance ``seq`` must wait for those before it."""
        return self._buffer.blocked(seq)

    def expect(self, utterance: Utterance) -> None:
        """An utterance follows; one without spoken text is skipped at once."""
        self.ledger.utterance(utterance)
        self._pauses[utterance.seq] = utterance.pause_ms
        self._take(self._buffer.expect(utterance.seq))
        if utterance.skipped is not None:
            self.skip(utterance.seq, utterance.skipped)

    def piece(self, seq: int, piece: AudioPiece) -> None:
        """The next piece of an utterance."""
        self._take(self._buffer.piece(seq, piece))

    def finish(self, spoken: SpokenUtterance) -> None:
        """An utterance is complete."""
        self._take(self._buffer.finish(spoken.seq, spoken))

    def skip(self, seq: int, reason: str, message: str = "") -> None:
        """An utterance failed."""
        self._take(self._buffer.skip(seq, reason, message))

    def end(self) -> None:
        """No more utterances follow."""
        self._take(self._buffer.end())

    def cancel(self) -> None:
        """Keep the audio so far; nothing follows."""
        self._buffer.cancel()
        self.timeline.close()
        self.changed.notify()

    # --- who hears it ---------------------------------------------------------------------------

    def hold(self, *, paused: bool) -> None:
        """Pause or resume playback."""
        if paused:
            self.position.pause()
        else:
            self.position.resume()
        self.changed.notify()

    def acknowledge(self, samples: int) -> None:
        """The client has played ``samples``."""
        self.position.acknowledge(samples)
        self.changed.notify()

    def heard(self) -> str:
        """The text that was heard by now."""
        return self._text_of(self.position.heard())

    def expected(self) -> str:
        """The text that is heard if all listeners continue to the end."""
        return self._text_of(self.position.expected())

    @property
    def cut_short(self) -> bool:
        """Whether a part of the audio was not heard, and will not be."""
        return self.expected() != self.ledger.heard_text(self.timeline.samples)

    def _text_of(self, ranges: Iterable[SampleRange]) -> str:
        return "".join(self.ledger.heard_text(each.end, each.start) for each in ranges)

    # --- putting it in order --------------------------------------------------------------------

    def _take(self, released: list[Release[AudioPiece, SpokenUtterance]]) -> None:
        for release in released:
            match release:
                case PieceReady(seq, piece):
                    self._append(seq, piece)
                case UtteranceReady(_, spoken):
                    self._complete(spoken)
                case UtteranceSkipped(seq, reason, message):
                    self.ledger.skipped(seq)
                    self._listener.skipped(seq, reason, message)
                case AllDelivered():
                    self.timeline.close()
        if released:
            self.changed.notify()

    def _append(self, seq: int, piece: AudioPiece) -> None:
        if self.timeline.samples == 0:
            self._listener.first_audio()
        if seq not in self._starts:
            self._append_pause()
            self._starts[seq] = self.timeline.samples
        samples = len(piece.pcm) // BYTES_PER_SAMPLE
        # Once a piece did not fit nothing follows it, even if it would: it belongs elsewhere.
        if self.overfull or samples > self.timeline.space:
            self.overfull = True
            return
        self.timeline.append(piece.pcm)
        self.ledger.audio(seq, samples, piece.marks)
        self.position.made()

    def _append_pause(self) -> None:
        """Insert the pause after the previous utterance, now that another one follows."""
        if self._pause is None:
            return
        (seq, samples), self._pause = self._pause, None
        if samples and self.timeline.space >= samples:
            self.timeline.append(bytes(samples * BYTES_PER_SAMPLE))
            self.ledger.silence(seq, samples)

    def _complete(self, spoken: SpokenUtterance) -> None:
        seq = spoken.seq
        if self.overfull:
            self.ledger.skipped(seq)
            self._listener.skipped(seq, TOO_LONG.code, TOO_LONG.message)
            return
        self.ledger.ended(seq)
        start = self._starts.get(seq, self.timeline.samples)
        self._pause = (seq, self._pauses[seq] * self.sample_rate // 1000)
        samples = self.timeline.samples - start
        self._listener.spoken(SpokenUtterance(seq, spoken.choice, spoken.result, start, samples))
