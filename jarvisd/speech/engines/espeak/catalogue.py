"""The voices of espeak-ng, read from its data files without loading the library.

Reads some 250 small files: call it in a thread. Never imports ctypes or the engine.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jarvisd.errors import SpeechError
from jarvisd.speech.engine import VoiceList
from jarvisd.speech.engines.espeak.paths import find
from jarvisd.speech.engines.espeak.settings import Settings
from jarvisd.speech.files import PASSING, read_regular
from jarvisd.speech.model import EngineStatus, VoiceInfo

SAMPLE_RATE = 22_050
_MOST_BYTES = 65_536
_LISTED_VARIANTS = ("f1", "f2", "f3", "f4", "f5", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8")


@dataclass(frozen=True, slots=True)
class EspeakLanguage:
    """One language file: its language code (``en-gb``) and its name."""

    code: str
    description: str


@dataclass(frozen=True, slots=True)
class EspeakVoices:
    """Languages by the name that the library knows (``en``), and the variants of all of them."""

    languages: Mapping[str, EspeakLanguage] = field(default_factory=dict)
    variants: frozenset[str] = frozenset()
    problem: str = ""

    def voice(self, name: str) -> VoiceInfo | None:
        """``language`` or ``language+variant``, the language by name or code.

        ``None`` where espeak-ng has no such voice.
        """
        language, plus, variant = name.partition("+")
        known = self._known(language)
        if known is None or (plus and variant not in self.variants):
            return None
        about = self.languages[known]
        description = about.description + (f", variant {variant}" if variant else "")
        name = f"{known}{plus}{variant}"
        return VoiceInfo(f"espeak:{name}", "espeak", name, about.code, SAMPLE_RATE, description)

    def voices(self, default: str) -> list[VoiceInfo]:
        """The default, its language's usual variants, then every language."""
        names = [default]
        names += [f"{default.partition('+')[0]}+{variant}" for variant in _LISTED_VARIANTS]
        names += sorted(self.languages)
        voices = {voice.id: voice for voice in map(self.voice, names) if voice}
        if self.voice(default):
            return list(voices.values())
        return [self._unavailable(default), *voices.values()]

    def _known(self, language: str) -> str | None:
        if language in self.languages:
            return language
        same = (name for name, about in self.languages.items() if about.code == language)
        return next(same, None)

    def _unavailable(self, name: str) -> VoiceInfo:
        return VoiceInfo(
            f"espeak:{name}",
            "espeak",
            name,
            name.partition("+")[0],
            SAMPLE_RATE,
            available=False,
            reason=self.problem or f"espeak-ng has no voice {name!r}",
        )


def guess(settings: Settings) -> VoiceList:
    """The configured voice: it is part of the installation."""
    language, _, variant = settings.voice.partition("+")
    embedded = EspeakLanguage(language, "built-in voice")
    return _list(EspeakVoices({language: embedded}, frozenset({variant})), settings)


def read(settings: Settings) -> VoiceList:
    """The configured voice first, then the usual ones."""
    return _list(read_voices(settings.library, settings.data), settings)


def _list(known: EspeakVoices, settings: Settings) -> VoiceList:
    absent = EngineStatus("absent", known.problem, "Reinstall jarvisd.") if known.problem else None
    return VoiceList(known.voices(settings.voice), absent, find=known.voice)


def read_voices(library: str, data: str) -> EspeakVoices:
    """Read the data. The result has the ``problem``, if any; temporary errors are raised."""
    try:
        folder = Path(find(library, data)[1])
        languages = dict(_languages(folder))
        variants = frozenset(path.name for path in (folder / "voices" / "!v").iterdir())
    except SpeechError as error:
        return EspeakVoices(problem=error.message)
    except OSError as error:
        if error.errno in PASSING:
            raise
        return EspeakVoices(problem=f"espeak-ng's data cannot be read: {error}")
    return EspeakVoices(languages, variants)


def _languages(data: Path) -> Iterator[tuple[str, EspeakLanguage]]:
    """The languages with a dictionary; the library knows them by their file name."""
    if not (data / "lang").is_dir():
        raise OSError(f"{data} is not espeak-ng's data")
    dictionaries = {path.name.removesuffix("_dict") for path in data.glob("*_dict")}
    for path in sorted((data / "lang").rglob("*")):
        if not path.is_file():
            continue
        try:
            fields = _fields(path)
        except ValueError:
            continue  # no language file is that large
        code = fields.get("language", path.name).split()[0].lower()
        if fields.get("dictionary", code.partition("-")[0]) in dictionaries:
            description = fields.get("name", path.name).partition("//")[0].strip()
            yield path.name.lower(), EspeakLanguage(code, description)


def _fields(path: Path) -> dict[str, str]:
    """The first value of every keyword in a language file."""
    fields: dict[str, str] = {}
    for line in read_regular(path, _MOST_BYTES).decode(errors="replace").splitlines():
        keyword, _, value = line.strip().partition(" ")
        if value.strip():
            fields.setdefault(keyword, value.strip())
    return fields
