"""All voices of all engines, the default first, and their known problems.

Built in a thread by ``read``; asked on the event loop without touching the disk.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from jarvisd.config.settings import SpeechSettings
from jarvisd.errors import SpeechError
from jarvisd.speech import choice
from jarvisd.speech.engine import VoiceList
from jarvisd.speech.engines import EngineSettings, catalogue_of
from jarvisd.speech.model import EngineStatus, VoiceInfo


@dataclass(slots=True)
class Catalogue:
    """``lists``: one per engine, in order of preference. ``wanted``: the configured voice."""

    lists: Mapping[str, VoiceList]
    wanted: str = ""
    _broken: dict[str, str] = field(default_factory=dict)
    _voices: list[VoiceInfo] | None = None

    @property
    def absent(self) -> dict[str, EngineStatus]:
        """Engines that are not installed or have no voice, and why."""
        return {name: known.absent for name, known in self.lists.items() if known.absent}

    @property
    def passing(self) -> bool:
        """Whether there was a problem that may be over soon."""
        return any(known.passing for known in self.lists.values())

    def keeping(self, known: "Catalogue") -> "Catalogue":
        """This catalogue, with the voices in ``known`` of engines that could not be read now."""
        lists = {
            name: replace(known.lists[name], passing=True)
            if found.passing and not found.voices and known.lists[name].voices
            else found
            for name, found in self.lists.items()
        }
        return Catalogue(lists, self.wanted)

    def voices(self) -> list[VoiceInfo]:
        """Every voice worth listing, the default first."""
        if self._voices is None:  # asked with every status and reply, changed hardly ever
            self._voices = self._listed()
        return self._voices

    def find(self, name: str) -> VoiceInfo:
        """The voice asked for, which may be an unlisted variant; raises ``SpeechError``."""
        try:
            return choice.find(name, self.voices())
        except SpeechError:
            if unlisted := self._unlisted(name):
                return unlisted
            raise

    def mark_broken(self, voice: str, reason: str) -> None:
        """A worker could not load the voice with id ``voice``."""
        self._broken[voice] = reason
        self._voices = None

    def _listed(self) -> list[VoiceInfo]:
        listed = [self._judged(one) for known in self.lists.values() for one in known.voices]
        if default := self._default(listed):
            return [default, *(voice for voice in listed if voice.id != default.id)]
        return listed

    def _unlisted(self, name: str) -> VoiceInfo | None:
        engine, colon, own = name.partition(":")
        for each, known in self.lists.items():
            if (not colon or each == engine) and (voice := known.find(own if colon else name)):
                return self._judged(voice)
        return None

    def _judged(self, voice: VoiceInfo) -> VoiceInfo:
        reason = self._broken.get(voice.id)
        return replace(voice, available=False, reason=reason) if reason else voice

    def _default(self, listed: list[VoiceInfo]) -> VoiceInfo | None:
        """The configured voice, even if broken or missing; else the first one that works."""
        if self.wanted:
            try:
                return choice.find(self.wanted, listed)
            except SpeechError as error:
                return self._unlisted(self.wanted) or _missing(self.wanted, error.message)
        for name, known in self.lists.items():
            # An engine whose voices are there is wanted, whether or not it can speak now: then
            # another one does, and says why.
            if known.voices:
                of_engine = [one for one in listed if one.engine == name]
                return next((one for one in of_engine if one.available), of_engine[0])
        return None


def guess(settings: SpeechSettings, engines: Mapping[str, EngineSettings]) -> Catalogue:
    """The catalogue before the disk was read. Never blocks."""
    lists = {name: catalogue_of(name).guess(own) for name, own in engines.items()}
    return Catalogue(lists, settings.voice)


def read(settings: SpeechSettings, engines: Mapping[str, EngineSettings]) -> Catalogue:
    """Look for engines and voices on the disk. Blocks; imports no engine; never raises."""
    return Catalogue({name: _read(name, own) for name, own in engines.items()}, settings.voice)


def _read(name: str, settings: EngineSettings) -> VoiceList:
    try:
        return catalogue_of(name).read(settings)
    except OSError as error:
        reason = f"its voices cannot be looked up: {error.strerror or error}"
        return VoiceList((), EngineStatus("absent", reason, "It is retried automatically."), True)


def _missing(configured: str, reason: str) -> VoiceInfo:
    """Stands for a configured voice that does not exist: every reply says why it falls back."""
    engine, _, name = configured.rpartition(":")
    return VoiceInfo(
        configured, engine or "unknown", name, "", 22_050, available=False, reason=reason
    )
