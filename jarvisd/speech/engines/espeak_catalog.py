"""The voices of espeak-ng, read from its data files without loading the library.

Reads some 250 small files: call it in a thread. Never imports ctypes or the engine.
"""

from dataclasses import dataclass
from pathlib import Path

from jarvisd.errors import SpeechError
from jarvisd.speech.engines.espeak_paths import find
from jarvisd.speech.model import VoiceInfo

SAMPLE_RATE = 22_050
_LISTED_VARIANTS = ("f1", "f2", "f3", "f4", "f5", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8")


@dataclass(frozen=True, slots=True)
class EspeakCatalog:
    """Languages by code with their names, and the variants that go with each of them."""

    languages: dict[str, str]
    variants: frozenset[str]
    problem: str = ""

    def voice(self, name: str) -> VoiceInfo | None:
        """``language`` or ``language+variant``; ``None`` where espeak-ng has no such voice."""
        language, plus, variant = name.partition("+")
        if language not in self.languages or (plus and variant not in self.variants):
            return None
        description = self.languages[language] + (f", variant {variant}" if variant else "")
        return VoiceInfo(f"espeak:{name}", "espeak", name, language, SAMPLE_RATE, description)

    def voices(self, default: str) -> list[VoiceInfo]:
        """The default, its language's usual variants, then every language."""
        names = [default]
        names += [f"{default.partition('+')[0]}+{variant}" for variant in _LISTED_VARIANTS]
        names += sorted(self.languages)
        found = [self.voice(name) for name in dict.fromkeys(names)]
        voices = [voice for voice in found if voice]
        if not voices or voices[0].name != default:
            voices.insert(0, self._unavailable(default))
        return voices

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


def read_catalog(library: str, data: str) -> EspeakCatalog:
    """Look at the data; never raises: what is wrong is the catalog's ``problem``."""
    try:
        _, folder = find(library, data)
        languages = dict(_languages(Path(folder) / "lang"))
        variants = frozenset(path.name for path in (Path(folder) / "voices" / "!v").iterdir())
    except SpeechError as error:
        return EspeakCatalog({}, frozenset(), error.message)
    except OSError as error:
        return EspeakCatalog({}, frozenset(), f"espeak-ng's data cannot be read: {error}")
    return EspeakCatalog(languages, variants)


def _languages(folder: Path) -> list[tuple[str, str]]:
    """(code, name) of every language file below ``folder``."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            head = path.read_text(encoding="utf-8", errors="replace")
            fields = [line.split(maxsplit=1) for line in head.splitlines()]
            name = next((f[1] for f in fields if len(f) == 2 and f[0] == "name"), path.name)
            code = next((f[1] for f in fields if len(f) == 2 and f[0] == "language"), path.name)
            found.append((code.split()[0].lower(), name.strip()))
    return found
