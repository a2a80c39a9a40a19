"""The speaking half of a reply: utterances in, ordered audio and events about it out.

Makes utterance n+1 while n plays, as far ahead as playback needs; hands every piece through the
reorder buffer into the timeline and the spoken ledger. It owns the syntheses in flight and must
never keep one running after an interrupt.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from jarvisd.config import Settings
from jarvisd.errors import SpeechError
from jarvisd.reply.broadcast import Broadcast
from jarvisd.reply.generation import Generations
from jarvisd.reply.ledger import SpokenLedger
from jarvisd.reply.listeners import Stretch
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
from jarvisd.reply.voice import ReplyVoice
from jarvisd.speech import Speech, Synthesis
from jarvisd.speech.model import (
    AudioPiece,
    Priority,
    SynthesisRequest,
    SynthesisResult,
    VoiceChoice,
)
from jarvisd.text.model import Utterance

BYTES_PER_SAMPLE = 2

TOO_LONG = SpeechError(
    "The reply's audio reached its limit.",
    code="speech.reply_too_long",
    hint="Raise audio.max_reply_s, or ask for a shorter answer.",
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """An utterance whose audio is whole: who spoke it, and where it lies in the timeline."""

    seq: int
    choice: VoiceChoice
    result: SynthesisResult
    position: int = 0
    samples: int = 0


@dataclass(slots=True)
class _InFlight:
    """An utterance that is being made, for the generation in which it may be heard."""

    synthesis: Synthesis
    generation: int


class Listener(Protocol):
    """Who hears what becomes of each utterance, in order."""

    def first_audio(self) -> None:
        """The first sample of the reply exists."""
        ...

    def spoken(self, spoken: Spoken) -> None:
        """An utterance's audio is whole and delivered."""
        ...

    def skipped(self, seq: int, reason: str, message: str) -> None:
        """An utterance will not be heard, or not to its end."""
        ...


class Speaker:
    """Speaks the utterances of one reply."""

    def __init__(
        self,
        speech: Speech,
        voice: ReplyVoice,
        listener: Listener,
        *,
        settings: Settings,
        sample_rate: int,
        speed: float,
        clock: Callable[[], float],
    ) -> None:
        self._speech = speech
        self._voice = voice
        self._listener = listener
        self._settings = settings
        self._speed = speed
        self.sample_rate = sample_rate
        self.timeline = Timeline(
            max_bytes=int(settings.audio.max_reply_s * sample_rate) * BYTES_PER_SAMPLE
        )
        self.ledger = SpokenLedger(sample_rate)
        self.position = PlaybackPosition(
            self.timeline, sample_rate, look_ahead_s=settings.speech.look_ahead_s, clock=clock
        )
        self.changed = Broadcast()
        self._buffer: ReorderBuffer[AudioPiece, Spoken] = ReorderBuffer()
        self._generations = Generations()
        self._generation = self._generations.begin()
        self._in_flight: dict[int, _InFlight] = {}
        self._room = asyncio.Semaphore(settings.speech.slots)
        self._newest_with_audio = -1
        self._overfull = False
        self._starts: dict[int, int] = {}
        self._pauses: dict[int, int] = {}
        self._breath: tuple[int, int] | None = None

    @property
    def choice(self) -> VoiceChoice | None:
        """Who speaks now; ``None`` where nobody can."""
        return self._voice.current

    @property
    def voice_id(self) -> str:
        """The voice that speaks now; empty where nobody can."""
        return self._voice.current.voice.id if self._voice.current else ""

    @property
    def counts(self) -> UtteranceCounts:
        """Utterances so far, and what became of them."""
        return self._buffer.counts

    @property
    def with_workers(self) -> bool:
        """Whether an utterance waits for a worker, or is being made by one."""
        return any(not making.synthesis.ended for making in self._in_flight.values())

    async def run(self, utterances: AsyncIterator[Utterance]) -> None:
        """Speak everything; returns when the last utterance was delivered or skipped."""
        async with asyncio.TaskGroup() as making:
            async for utterance in utterances:
                self._expect(utterance)
                if utterance.skipped is not None:
                    self._deliver(self._buffer.skip(utterance.seq, utterance.skipped, ""))
                    continue
                await self._room.acquire()
                await self._wait_until_needed()
                making.create_task(self._make(utterance))
        self._deliver(self._buffer.end())

    def interrupt(self) -> list[Synthesis]:
        """Stop every synthesis and close the timeline; returns what has yet to be freed."""
        self._generations.retire()
        self._buffer.cancel()
        running = [making.synthesis for making in self._in_flight.values()]
        for synthesis in running:
            synthesis.cancel()
        self.timeline.close()
        self.changed.notify()
        return running

    def heard(self) -> str:
        """The text that was heard by now."""
        return self._text_of(self.position.heard())

    def expected(self) -> str:
        """The text that will have been heard once everybody who listens has come to the end."""
        return self._text_of(self.position.expected())

    @property
    def cut_short(self) -> bool:
        """Whether something of what was spoken was not heard, and will not be."""
        return self.expected() != self.ledger.heard_text(self.timeline.samples)

    def hold(self, *, paused: bool) -> None:
        """Playback stands still, or goes on."""
        if paused:
            self.position.pause()
        else:
            self.position.resume()
        self.changed.notify()

    def acknowledge(self, samples: int) -> None:
        """The client has played ``samples``."""
        self.position.acknowledge(samples)
        self.changed.notify()

    def _text_of(self, stretches: Iterable[Stretch]) -> str:
        return "".join(self.ledger.heard_text(each.end, each.start) for each in stretches)

    def _expect(self, utterance: Utterance) -> None:
        self.ledger.utterance(utterance)
        self._pauses[utterance.seq] = utterance.pause_ms
        self._deliver(self._buffer.expect(utterance.seq))

    async def _wait_until_needed(self) -> None:
        while not self.position.wants_more():
            await self.changed.wait(self.position.seconds_until_more())

    async def _make(self, utterance: Utterance) -> None:
        try:
            while not await self._attempt(utterance):
                pass
        finally:
            self._room.release()

    async def _attempt(self, utterance: Utterance) -> bool:
        """Synthesise once; false when the utterance should be made again."""
        choice = self._voice.current
        if self._generations.current is None:
            return True  # interrupted
        if choice is None or self._overfull:
            self._skip(utterance.seq, TOO_LONG if self._overfull else self._voice.silence)
            return True
        try:
            await self._synthesise(utterance, choice)
        except SpeechError as error:
            return self._settle(utterance.seq, choice, error)
        return True

    def _settle(self, seq: int, choice: VoiceChoice, error: SpeechError) -> bool:
        """Decide after a failure: true when the utterance is done with, false to try again."""
        if error.code == "speech.engine_failed" and self._voice.engine_failed(choice, error):
            self._change_voice()
        moved_on = self._voice.current is not None and self._voice.current is not choice
        # Only what has no audio yet, here or after it, may be made by the next voice: otherwise
        # the reply would go back and forth between the two.
        if moved_on and seq > self._newest_with_audio:
            return False
        self._skip(seq, error)
        return True

    def _change_voice(self) -> None:
        """Begin a new generation: only utterances that have audio belong to both voices' reply."""
        self._generation = self._generations.begin()
        for seq, making in self._in_flight.items():
            if seq <= self._newest_with_audio:
                making.generation = self._generation
            else:
                making.synthesis.cancel()

    def _skip(self, seq: int, error: SpeechError | None) -> None:
        reason = error.code if error else "speech.no_engine"
        self._deliver(self._buffer.skip(seq, reason, error.message if error else ""))

    async def _synthesise(self, utterance: Utterance, choice: VoiceChoice) -> None:
        seq = utterance.seq
        head = seq == self._buffer.head
        synthesis = self._speech.synthesize(
            SynthesisRequest(
                text=utterance.spoken.text,
                voice=choice.voice.id,
                sample_rate=self.sample_rate,
                speed=self._speed,
                priority=Priority.NOW if head else Priority.NEXT,
                deadline_s=self._settings.speech.deadline_s,
            )
        )
        making = self._in_flight[seq] = _InFlight(synthesis, self._generation)
        try:
            async for piece in synthesis:
                if not self._generations.admits(making.generation):
                    return
                self._newest_with_audio = max(self._newest_with_audio, seq)
                self._deliver(self._buffer.piece(seq, piece))
                await self._wait_for_turn(seq)
            if synthesis.result is not None:
                self._deliver(self._buffer.finish(seq, Spoken(seq, choice, synthesis.result)))
        finally:
            del self._in_flight[seq]
            synthesis.cancel()  # a no-op once it ended; frees the slot when we were cancelled

    async def _wait_for_turn(self, seq: int) -> None:
        while self._buffer.blocked(seq):
            await self.changed.wait()

    def _deliver(self, released: list[Release[AudioPiece, Spoken]]) -> None:
        for release in released:
            match release:
                case PieceReady(seq, piece):
                    self._append(seq, piece)
                case UtteranceReady(seq, spoken):
                    self._finish(seq, spoken)
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
            self._breathe()
            self._starts[seq] = self.timeline.samples
        samples = len(piece.pcm) // BYTES_PER_SAMPLE
        # Once a piece did not fit nothing follows it, even if it would: it belongs elsewhere.
        if self._overfull or samples > self.timeline.space:
            self._overfull = True
            return
        self.timeline.append(piece.pcm)
        self.ledger.audio(seq, samples, piece.marks)
        self.position.made()

    def _breathe(self) -> None:
        """Insert the pause that the previous utterance left, now that something follows it."""
        if self._breath is None:
            return
        (seq, samples), self._breath = self._breath, None
        if samples and self.timeline.space >= samples:
            self.timeline.append(bytes(samples * BYTES_PER_SAMPLE))
            self.ledger.silence(seq, samples)

    def _finish(self, seq: int, spoken: Spoken) -> None:
        if self._overfull:
            self.ledger.skipped(seq)
            self._listener.skipped(seq, TOO_LONG.code, TOO_LONG.message)
            return
        self.ledger.ended(seq)
        start = self._starts.get(seq, self.timeline.samples)
        self._breath = (seq, self._pauses[seq] * self.sample_rate // 1000)
        self._listener.spoken(
            Spoken(seq, spoken.choice, spoken.result, start, self.timeline.samples - start)
        )
