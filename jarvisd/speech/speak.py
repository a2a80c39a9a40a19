"""The job of speaking, inside a worker process: an engine's raw pieces, shaped and sent.

Never imports what its engine does not need.
"""

import contextlib
import importlib
from collections.abc import Callable, Generator
from typing import Any

import msgspec

from jarvisd.speech import messages
from jarvisd.speech.engine import Engine
from jarvisd.speech.engines import make
from jarvisd.speech.model import AudioPiece
from jarvisd.speech.shaping import UtteranceShaper
from jarvisd.workers.runner import JobAborted, NothingMade

MAX_PCM_BYTES = 262_144  # one piece; 1.4 s at 96 kB/s


class SpeakRunner:
    """Runs an engine in the worker process. The resource is the voice."""

    def __init__(self, engine: Engine) -> None:
        self.name = engine.name
        self._engine = engine
        self._rates: dict[str, int] = {}
        self.versions = engine.versions
        self.abort = engine.abort

    def load(self, resource: str) -> None:
        """Load the voice and have it say a word."""
        self._rates[resource] = self._engine.load(resource)

    def prepare(self) -> None:
        """Load numpy and soxr now (60 ms), not when the first audio needs them."""
        with contextlib.suppress(ImportError):  # said again by whoever really needs them
            importlib.import_module("jarvisd.audio.resampling")

    def run(
        self, kind: str, resource: str, body: msgspec.Raw, cancelled: Callable[[], bool]
    ) -> Generator[bytes, None, bytes]:
        """Speak an utterance; see ``Runner.run``."""
        if kind != messages.SPEAK:
            raise ValueError(f"{self.name} cannot {kind}")
        job = messages.read_speak(body)
        if cancelled():
            raise JobAborted
        if resource not in self._rates:
            self.load(resource)
        shaper = UtteranceShaper(self._rates[resource], job.sample_rate)
        for raw in self._engine.synthesize(job.text, resource, job.speed, cancelled):
            yield from _encoded(shaper.push(raw))
        yield from _encoded(shaper.finish())
        if not shaper.audible:
            raise NothingMade("the engine made no sound for this text")
        return messages.encode(
            messages.Spoken(shaper.samples, shaper.target_rate, shaper.leading_silence_samples)
        )


def open_runner(engine: str, options: bytes) -> SpeakRunner:
    """Start ``engine`` in this process; raises what its library raises. Options: JSON settings."""
    return SpeakRunner(make(engine, msgspec.json.decode(options, type=dict[str, Any])))


def _encoded(piece: AudioPiece | None) -> Generator[bytes, None, None]:
    """A piece in frames of bounded size; the first has the marks."""
    if piece is None:
        return
    marks = [(mark.offset, mark.length, mark.sample) for mark in piece.marks]
    for start in range(0, len(piece.pcm), MAX_PCM_BYTES):
        yield messages.encode(messages.Audio(piece.pcm[start : start + MAX_PCM_BYTES], marks))
        marks = []
