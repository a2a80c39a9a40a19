"""Speech: engines in worker processes, and the choice of the voice.

``Speech`` is loaded on first use, so that a worker process that imports one engine from this
package does not load the daemon's side of it.
"""

from typing import TYPE_CHECKING, Any

from jarvisd.speech.model import (
    AudioPiece,
    EngineStatus,
    Priority,
    SynthesisRequest,
    SynthesisResult,
    VoiceChoice,
    VoiceInfo,
    WordMark,
    WorkerStatus,
)

if TYPE_CHECKING:
    from jarvisd.speech.speech import Speech
    from jarvisd.speech.synthesis import Synthesis

__all__ = [
    "AudioPiece",
    "EngineStatus",
    "Priority",
    "Speech",
    "Synthesis",
    "SynthesisRequest",
    "SynthesisResult",
    "VoiceChoice",
    "VoiceInfo",
    "WordMark",
    "WorkerStatus",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the protocol of modules
    if name == "Speech":
        from jarvisd.speech.speech import Speech  # noqa: PLC0415 - see the module's docstring

        return Speech
    if name == "Synthesis":
        from jarvisd.speech.synthesis import Synthesis  # noqa: PLC0415 - the same

        return Synthesis
    raise AttributeError(name)
