"""Speech that makes what the test tells it to, when the test tells it to.

    speech.makes("Hello.").piece(samples=100).end()

Syntheses are the real ones; the test is their pool. Nothing happens by itself.
"""

import asyncio
from collections.abc import Callable

from jarvisd.errors import SpeechError
from jarvisd.speech import Synthesis
from jarvisd.speech.model import (
    AudioPiece,
    SynthesisRequest,
    SynthesisResult,
    VoiceChoice,
    VoiceInfo,
    WordMark,
)

RATE = 1_000  # so that a sample is a millisecond


def voice(engine: str, name: str = "one", rate: int = RATE) -> VoiceInfo:
    return VoiceInfo(f"{engine}:{name}", engine, name, language="en-us", sample_rate=rate)


WANTED, OTHER = voice("wanted"), voice("other")


class Clock:
    """Stands still until the test moves it."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


class Making:
    """One utterance that was asked for, in the hands of the test."""

    def __init__(self, synthesis: Synthesis, clock: Callable[[], float]) -> None:
        self.synthesis = synthesis
        self.cancelled = False
        self._clock = clock
        self._samples = 0
        synthesis.started(clock(), worker=1)

    @property
    def text(self) -> str:
        return self.synthesis.request.text

    @property
    def voice(self) -> str:
        return self.synthesis.request.voice

    def piece(self, samples: int, *marks: tuple[int, int], value: int = 1) -> "Making":
        """Deliver so many samples of ``value``; ``marks`` are (character, sample) of words."""
        pcm = value.to_bytes(2, "little") * samples
        words = tuple(WordMark(offset, 0, sample) for offset, sample in marks)
        self.synthesis.deliver(AudioPiece(pcm, words), self._clock())
        self._samples += samples
        return self

    def end(self) -> None:
        """The utterance is whole."""
        now = self._clock()
        self.synthesis.complete(
            SynthesisResult(
                samples=self._samples,
                sample_rate=self.synthesis.request.sample_rate,
                leading_silence_samples=0,
                queued_at=self.synthesis.queued_at,
                started_at=self.synthesis.started_at,
                first_audio_at=self.synthesis.first_piece_at,
                finished_at=now,
                worker=1,
            )
        )
        self.synthesis.release()

    def whole(self, samples: int) -> None:
        """One piece, and the end."""
        self.piece(samples).end()

    def fail(self, code: str, message: str = "it broke") -> None:
        self.synthesis.fail(SpeechError(message, code=code))
        self.synthesis.release()


class ScriptedSpeech:
    """Voices in order of preference; engines in ``failed`` cannot be chosen."""

    def __init__(self, clock: Callable[[], float], *voices: VoiceInfo) -> None:
        self.clock = clock
        self.voices_known = list(voices)
        self.failed: set[str] = set()
        self.made: list[Making] = []

    async def discovered(self) -> None:
        pass

    def choose(
        self, voice: str = "default", *, excluding: frozenset[str] = frozenset()
    ) -> VoiceChoice:
        if voice not in ("default", *(known.id for known in self.voices_known)):
            raise SpeechError(f"there is no voice {voice!r}", code="speech.voice_unknown")
        able = [
            known
            for known in self.voices_known
            if known.engine not in self.failed and known.engine not in excluding
        ]
        if not able:
            raise SpeechError("no engine can speak", code="speech.no_engine")
        first = next((known for known in able if known.id == voice), able[0])
        fallback = voice not in ("default", first.id)
        return VoiceChoice(first, fallback=fallback, reason="it failed" if fallback else "")

    def synthesize(self, request: SynthesisRequest) -> Synthesis:
        synthesis = Synthesis(request, self, now=self.clock())
        self.made.append(Making(synthesis, self.clock))
        return synthesis

    @property
    def texts(self) -> list[str]:
        """What was asked for so far, in order."""
        return [making.text for making in self.made]

    async def makes(self, text: str) -> Making:
        """The newest synthesis of an utterance that has ``text`` in it, as soon as it is begun."""
        await until(lambda: any(text in making.text for making in self.made))
        return next(making for making in reversed(self.made) if text in making.text)

    def cancel(self, job: Synthesis) -> None:
        """As the pool's: the listener gave it up."""
        next(making for making in self.made if making.synthesis is job).cancelled = True

    def flow(self, job: Synthesis, *, flowing: bool) -> None:
        """As the pool's: nobody needs to be held back."""


async def until(reached: Callable[[], bool]) -> None:
    """Let the loop run until ``reached``; a test that never gets there ends by its own limit."""
    async with asyncio.timeout(300):
        while not reached():
            await asyncio.sleep(0)


async def settled(turns: int = 20) -> None:
    """Let everything happen that happens without time passing."""
    for _ in range(turns):
        await asyncio.sleep(0)
