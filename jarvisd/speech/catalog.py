"""All voices of all engines, the default first, and what is known to be wrong with them.

Built in a thread by ``read``; asked on the event loop without touching the disk.
"""

import importlib.util
from dataclasses import dataclass, field, replace
from pathlib import Path

from jarvisd.config.settings import SpeechSettings
from jarvisd.errors import SpeechError
from jarvisd.speech import choice
from jarvisd.speech.engines.espeak_catalog import EspeakCatalog, read_catalog
from jarvisd.speech.engines.piper_catalog import read_voices
from jarvisd.speech.model import EngineStatus, VoiceInfo

_INSTALL_PIPER = "Install it with: pip install 'jarvisd[piper]'"


@dataclass(slots=True)
class Catalog:
    """``absent`` maps engines that are not installed (or have no voice) to their status."""

    piper: list[VoiceInfo]
    espeak: EspeakCatalog
    settings: SpeechSettings
    absent: dict[str, EngineStatus] = field(default_factory=dict)
    _broken: dict[str, str] = field(default_factory=dict)
    _voices: list[VoiceInfo] | None = None

    def voices(self) -> list[VoiceInfo]:
        """Every voice worth listing, the default first."""
        if self._voices is None:  # asked with every status and reply, changed hardly ever
            self._voices = self._listed()
        return self._voices

    def _listed(self) -> list[VoiceInfo]:
        listed = [*self.piper, *self.espeak.voices(self.settings.espeak.voice)]
        listed = [self._judged(voice) for voice in listed]
        default = self._default(listed)
        return [default, *(voice for voice in listed if voice.id != default.id)]

    def find(self, name: str) -> VoiceInfo:
        """The voice asked for, which may be an unlisted variant; raises ``SpeechError``."""
        voices = self.voices()
        try:
            return choice.find(name, voices)
        except SpeechError:
            unlisted = self.espeak.voice(name.removeprefix("espeak:"))
            if unlisted is None:
                raise
            return self._judged(unlisted)

    def mark_broken(self, voice: str, reason: str) -> None:
        """A worker could not load the voice with id ``voice``."""
        self._broken[voice] = reason
        self._voices = None

    def _judged(self, voice: VoiceInfo) -> VoiceInfo:
        reason = self._broken.get(voice.id)
        return replace(voice, available=False, reason=reason) if reason else voice

    def _default(self, listed: list[VoiceInfo]) -> VoiceInfo:
        """The configured voice, also when broken or missing; else Piper's first that works."""
        if configured := self.settings.voice:
            try:
                return choice.find(configured, listed)
            except SpeechError as error:
                if voice := self.espeak.voice(configured.removeprefix("espeak:")):
                    return self._judged(voice)
                return _missing(configured, error.message)
        usable = [voice for voice in self.piper if self._judged(voice).available]
        if usable and "piper" not in self.absent:
            return usable[0]
        return next(voice for voice in listed if voice.engine == "espeak")


def voices_folder(settings: SpeechSettings, state_dir: Path) -> Path:
    """Where Piper's voices lie."""
    configured = settings.piper.voices_dir
    return Path(configured).expanduser() if configured else state_dir / "voices"


def read(settings: SpeechSettings, state_dir: Path) -> Catalog:
    """Look for engines and voices. Blocks on the disk; imports no engine; never raises."""
    folder = voices_folder(settings, state_dir)
    catalog = Catalog(
        read_voices(folder),
        read_catalog(settings.espeak.library, settings.espeak.data),
        settings,
    )
    if problem := catalog.espeak.problem:
        catalog.absent["espeak"] = EngineStatus("absent", problem, "Reinstall jarvisd.")
    if not settings.piper.python and importlib.util.find_spec("piper") is None:
        catalog.absent["piper"] = EngineStatus(
            "absent", "piper-tts is not installed", _INSTALL_PIPER
        )
    elif not catalog.piper:
        hint = f"Put a voice (NAME.onnx and NAME.onnx.json) into {folder}"
        catalog.absent["piper"] = EngineStatus("absent", f"no voice in {folder}", hint)
    return catalog


def _missing(configured: str, reason: str) -> VoiceInfo:
    """A stand-in for a configured voice that does not exist: every reply says why it falls back."""
    engine, _, name = configured.rpartition(":")
    return VoiceInfo(
        configured, engine or "unknown", name, "", 22_050, available=False, reason=reason
    )
