"""The Piper voices in a folder: ``NAME.onnx`` with ``NAME.onnx.json`` beside it.

Reads the small descriptions only, so that the daemon needs neither Piper nor onnxruntime; whether
a model really loads is known after a worker tried. Call it in a thread.
"""

import importlib.util
import os
from pathlib import Path

import msgspec

from jarvisd.config.installation import how_to_add
from jarvisd.speech.engine import VoiceList
from jarvisd.speech.engines.piper.settings import Settings
from jarvisd.speech.files import PASSING, open_regular, read_regular
from jarvisd.speech.model import EngineStatus, VoiceInfo

_ENDING = ".onnx"
_MOST_VOICES = 1_000
_LONGEST_WORD = 100
MOST_JSON_BYTES = 4_194_304
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
    """Nothing: only the disk has them."""
    del settings
    return VoiceList()


def read(settings: Settings) -> VoiceList:
    """The voices in the configured folder; absent without the library or without any."""
    folder = Path(settings.voices_dir)
    voices, passing = read_voices(folder)
    if not settings.python and importlib.util.find_spec("piper") is None:
        hint = f"Install it: {how_to_add('piper')}"
        status = EngineStatus("absent", "piper-tts is not installed", hint)
        return VoiceList(voices, status, passing)
    if not voices:
        hint = f"Put a voice (NAME.onnx and NAME.onnx.json) into {folder}"
        return VoiceList((), EngineStatus("absent", f"no voice in {folder}", hint))
    return VoiceList(voices, passing=passing)


def read_voices(folder: Path) -> tuple[list[VoiceInfo], bool]:
    """Every voice in ``folder``, by name; unusable ones with the reason. A missing folder: none.

    Also true if a reason may be temporary. Raises ``OSError`` where the folder cannot be read.
    """
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if entry.name.endswith(_ENDING))
    except (FileNotFoundError, NotADirectoryError):
        return [], False
    voices, passing = [], False
    for name in names[:_MOST_VOICES]:
        try:
            voices.append(_voice(folder / name))
        except OSError as error:
            voices.append(_info(folder / name, "", 22_050, reason=str(error.strerror or error)))
            passing = passing or error.errno in PASSING
    return voices, passing


def _voice(model: Path) -> VoiceInfo:
    """The voice by its own description, or why it cannot be used; raises ``OSError``."""
    try:
        description = _describe(model)
    except RecursionError:
        return _info(model, "", 22_050, reason=f"{model.name}.json is nested too deeply")
    except (msgspec.MsgspecError, ValueError) as error:
        return _info(model, "", 22_050, reason=str(error))
    language = description.language.code or description.espeak.voice
    about = ", ".join(
        part[:_LONGEST_WORD]
        for part in (description.language.name_english, description.audio.quality)
        if part
    )
    rate = description.audio.sample_rate
    return _info(model, language[:_LONGEST_WORD], rate, description=about)


def _describe(model: Path) -> _Description:
    if _plain(model.stem) != model.stem:
        raise ValueError("its name has characters that cannot be shown")
    with open_regular(model) as file:
        if file.read(1) != _ONNX_FIRST_BYTE:
            raise ValueError(f"{model.name} is not an ONNX model")
    sidecar = model.with_name(model.name + ".json")
    try:
        described = read_regular(sidecar, MOST_JSON_BYTES)
    except FileNotFoundError:
        raise ValueError(f"{sidecar.name} is missing") from None
    description = msgspec.json.decode(described, type=_Description)
    if not 8_000 <= description.audio.sample_rate <= 48_000:
        raise ValueError(f"{sidecar.name}: {description.audio.sample_rate} Hz is not usable")
    return description


def _plain(name: str) -> str:
    """``name``, safe to show: no control characters, no bytes that are not UTF-8."""
    shown = name.encode(errors="replace").decode()
    return "".join(letter if letter.isprintable() else "?" for letter in shown)


def _info(
    model: Path, language: str, rate: int, *, description: str = "", reason: str = ""
) -> VoiceInfo:
    name = _plain(model.stem)
    return VoiceInfo(
        f"piper:{name}",
        "piper",
        name,
        language.lower().replace("_", "-"),
        rate,
        description,
        available=not reason,
        reason=_plain(reason),
    )
