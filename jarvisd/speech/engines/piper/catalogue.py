"""The Piper voices in a folder: ``NAME.onnx`` with ``NAME.onnx.json`` beside it.

Reads the small descriptions only, so that the daemon needs neither Piper nor onnxruntime; whether
a model really loads is known once a worker tried. Call it in a thread.
"""

import importlib.util
from pathlib import Path

import msgspec

from jarvisd.config.installation import how_to_add
from jarvisd.speech.engine import VoiceList
from jarvisd.speech.engines.piper.settings import Settings
from jarvisd.speech.model import EngineStatus, VoiceInfo

_MOST_VOICES = 1_000
_MOST_JSON_BYTES = 4_194_304
_ONNX_FIRST_BYTE = b"\x08"  # field 1, ir_version, comes first in every exporter's output


class _Audio(msgspec.Struct):
    sample_rate: int
    quality: str = ""


class _Espeak(msgspec.Struct):
    voice: str = ""


class _Language(msgspec.Struct):
    code: str = ""
    name_english: str = ""


class _Description(msgspec.Struct):
    """What we read of Piper's own description of a voice."""

    audio: _Audio
    espeak: _Espeak = msgspec.field(default_factory=_Espeak)
    language: _Language = msgspec.field(default_factory=_Language)
    num_speakers: int = 1


def guess(settings: Settings) -> VoiceList:
    """Nothing: only the disk knows."""
    del settings
    return VoiceList()


def read(settings: Settings) -> VoiceList:
    """The voices in the configured folder; absent without the library or without any."""
    folder = Path(settings.voices_dir)
    voices = read_voices(folder)
    if not settings.python and importlib.util.find_spec("piper") is None:
        hint = f"Install it: {how_to_add('piper')}"
        status = EngineStatus("absent", "piper-tts is not installed", hint)
        return VoiceList(voices, status)
    if not voices:
        hint = f"Put a voice (NAME.onnx and NAME.onnx.json) into {folder}"
        return VoiceList((), EngineStatus("absent", f"no voice in {folder}", hint))
    return VoiceList(voices)


def read_voices(folder: Path) -> list[VoiceInfo]:
    """Every voice in ``folder``, by name; unusable ones with the reason. A missing folder: none."""
    try:
        models = sorted(folder.glob("*.onnx"))[:_MOST_VOICES]
    except OSError:
        return []
    return [_voice(model) for model in models]


def _voice(model: Path) -> VoiceInfo:
    try:
        description = _describe(model)
    except (OSError, msgspec.MsgspecError, ValueError) as error:
        return _info(model, "", 22_050, reason=str(error))
    language = description.language.code or description.espeak.voice
    about = ", ".join(
        part for part in (description.language.name_english, description.audio.quality) if part
    )
    return _info(model, language, description.audio.sample_rate, description=about)


def _describe(model: Path) -> _Description:
    sidecar = model.with_name(model.name + ".json")
    if not sidecar.is_file():
        raise ValueError(f"{sidecar.name} is missing")
    if sidecar.stat().st_size > _MOST_JSON_BYTES:
        raise ValueError(f"{sidecar.name} is too large")
    with model.open("rb") as file:
        if file.read(1) != _ONNX_FIRST_BYTE:
            raise ValueError(f"{model.name} is not an ONNX model")
    description = msgspec.json.decode(sidecar.read_bytes(), type=_Description)
    if not 8_000 <= description.audio.sample_rate <= 48_000:
        raise ValueError(f"{sidecar.name}: {description.audio.sample_rate} Hz is not usable")
    return description


def _info(
    model: Path, language: str, rate: int, *, description: str = "", reason: str = ""
) -> VoiceInfo:
    return VoiceInfo(
        f"piper:{model.stem}",
        "piper",
        model.stem,
        language.lower().replace("_", "-"),
        rate,
        description,
        available=not reason,
        reason=reason,
    )
