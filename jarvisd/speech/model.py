"""Values of the speech room: requests, audio, results and voices.

PCM everywhere in this room: signed 16-bit little-endian, mono, at the rate the request names.
"""

from dataclasses import dataclass
from typing import Literal

from jarvisd.workers.model import Priority, WorkerStatus

__all__ = [
    "AudioPiece",
    "EngineState",
    "EngineStatus",
    "Priority",
    "SynthesisRequest",
    "SynthesisResult",
    "VoiceChoice",
    "VoiceInfo",
    "WordMark",
    "WorkerStatus",
]

EngineState = Literal["ready", "starting", "idle", "failed", "absent"]


@dataclass(frozen=True, slots=True)
class VoiceInfo:
    """One voice that an engine offers. ``id`` is ``engine:name``, unique and stable."""

    id: str
    engine: str
    name: str
    language: str
    sample_rate: int
    description: str = ""
    available: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class WordMark:
    """A word starts here: characters in the spoken text, and the sample at which it begins.

    ``sample`` counts from the utterance's first delivered sample, at the delivered rate.
    """

    offset: int
    length: int
    sample: int


@dataclass(frozen=True, slots=True)
class SynthesisRequest:
    """One utterance to make. ``sample_rate`` 0 keeps the voice's own rate."""

    text: str
    voice: str
    sample_rate: int = 0
    speed: float = 1.0
    priority: Priority = Priority.NOW
    deadline_s: float = 30.0


@dataclass(frozen=True, slots=True)
class AudioPiece:
    """A piece of an utterance's audio, in order, with the words that begin in it."""

    pcm: bytes
    marks: tuple[WordMark, ...] = ()


@dataclass(frozen=True, slots=True)
class SynthesisResult:
    """The result of a successful utterance. Monotonic seconds; 0 if a step did not happen."""

    samples: int
    sample_rate: int
    leading_silence_samples: int
    queued_at: float
    started_at: float
    first_audio_at: float
    finished_at: float
    worker: int


@dataclass(frozen=True, slots=True)
class VoiceChoice:
    """The engine and voice that will speak one whole reply, and why it is not the wanted one."""

    voice: VoiceInfo
    fallback: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """The state of one engine, why, and what helps."""

    state: EngineState
    reason: str = ""
    hint: str = ""
