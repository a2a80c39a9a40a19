"""The speaking half of a reply: utterances in, audio for its track out.

Makes utterance n+1 while n plays, as far ahead as playback needs, with the reply's voice. It owns
the running syntheses and must never keep one running after an interrupt.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from jarvisd.config import SpeechSettings
from jarvisd.errors import SpeechError
from jarvisd.reply.audio_track import TOO_LONG, AudioTrack, SpokenUtterance
from jarvisd.reply.generation import Generations
from jarvisd.reply.voice import ReplyVoice
from jarvisd.speech import Speech, Synthesis
from jarvisd.speech.model import Priority, SynthesisRequest, VoiceChoice
from jarvisd.text.model import Utterance


@dataclass(slots=True)
class _InFlight:
    """An utterance that is being made, with its generation."""

    synthesis: Synthesis
    generation: int


class Speaker:
    """Speaks the utterances of one reply onto ``track``."""

    def __init__(
        self,
        speech: Speech,
        voice: ReplyVoice,
        track: AudioTrack,
        *,
        settings: SpeechSettings,
        speed: float,
    ) -> None:
        self._speech = speech
        self._voice = voice
        self.track = track
        self._settings = settings
        self._speed = speed
        self._generations = Generations()
        self._generation = self._generations.begin()
        self._in_flight: dict[int, _InFlight] = {}
        self._room = asyncio.Semaphore(settings.slots)
        self._newest_with_audio = -1

    @property
    def choice(self) -> VoiceChoice | None:
        """The voice that speaks now; ``None`` if none can."""
        return self._voice.current

    @property
    def voice_id(self) -> str:
        """The voice that speaks now; empty if none can."""
        return self._voice.current.voice.id if self._voice.current else ""

    @property
    def with_workers(self) -> bool:
        """Whether an utterance waits for a worker, or is being made by one."""
        return any(not making.synthesis.ended for making in self._in_flight.values())

    async def run(self, utterances: AsyncIterator[Utterance]) -> None:
        """Speak everything; returns when the last utterance was delivered or skipped."""
        async with asyncio.TaskGroup() as making:
            async for utterance in utterances:
                self.track.expect(utterance)
                if utterance.skipped is not None:
                    continue
                await self._room.acquire()
                await self._wait_until_needed()
                making.create_task(self._make(utterance))
        self.track.end()

    def interrupt(self) -> list[Synthesis]:
        """Stop every synthesis and end the track; returns those that are still to be freed."""
        self._generations.retire()
        running = [making.synthesis for making in self._in_flight.values()]
        for synthesis in running:
            synthesis.cancel()
        self.track.cancel()
        return running

    async def _wait_until_needed(self) -> None:
        position = self.track.position
        while not position.wants_more():
            await self.track.changed.wait(position.seconds_until_more())

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
        if choice is None or self.track.overfull:
            self._skip(utterance.seq, TOO_LONG if self.track.overfull else self._voice.silence)
            return True
        try:
            await self._synthesise(utterance, choice)
        except SpeechError as error:
            return self._settle(utterance.seq, choice, error)
        return True

    def _settle(self, seq: int, choice: VoiceChoice, error: SpeechError) -> bool:
        """Decide after a failure: true to give the utterance up, false to try again."""
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
        """Begin a new generation: only utterances with audio stay from the old voice."""
        self._generation = self._generations.begin()
        for seq, making in self._in_flight.items():
            if seq <= self._newest_with_audio:
                making.generation = self._generation
            else:
                making.synthesis.cancel()

    def _skip(self, seq: int, error: SpeechError | None) -> None:
        reason = error.code if error else "speech.no_engine"
        self.track.skip(seq, reason, error.message if error else "")

    async def _synthesise(self, utterance: Utterance, choice: VoiceChoice) -> None:
        seq = utterance.seq
        head = seq == self.track.head
        synthesis = self._speech.synthesize(
            SynthesisRequest(
                text=utterance.spoken.text,
                voice=choice.voice.id,
                sample_rate=self.track.sample_rate,
                speed=self._speed,
                priority=Priority.NOW if head else Priority.NEXT,
                deadline_s=self._settings.deadline_s,
            )
        )
        making = self._in_flight[seq] = _InFlight(synthesis, self._generation)
        try:
            async for piece in synthesis:
                if not self._generations.admits(making.generation):
                    return
                self._newest_with_audio = max(self._newest_with_audio, seq)
                self.track.piece(seq, piece)
                await self._wait_for_turn(seq)
            if synthesis.result is not None:
                self.track.finish(SpokenUtterance(seq, choice, synthesis.result))
        finally:
            del self._in_flight[seq]
            synthesis.cancel()  # a no-op once it ended; frees the slot when we were cancelled

    async def _wait_for_turn(self, seq: int) -> None:
        while self.track.blocked(seq):
            await self.track.changed.wait()
