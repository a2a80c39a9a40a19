"""The voices of this machine and what its espeak-ng says, without a daemon.

The one place of jarvisctl that knows the speech room. Loaded only by commands that need it.
"""

import os
from pathlib import Path
from typing import cast

from jarvisd.config.settings import Settings
from jarvisd.errors import SpeechError
from jarvisd.speech import catalogue
from jarvisd.speech.engines import settings_types
from jarvisd.speech.engines.espeak.library import Library
from jarvisd.speech.engines.espeak.settings import Settings as EspeakSettings
from jarvisd.text.languages.nearest import code

# Where install.sh and the unit of the system keep the voices.
_SYSTEM_STATE = Path("/var/lib/jarvisd")
# What espeak-ng calls a language, where it is not the language's usual code.
_NAMES = {"zh": "cmn", "en": "en-us", "no": "nb"}


def language_of(voice: str, settings: Settings) -> str:
    """The language of the voice with this id, or of the default voice; raises ``SpeechError``."""
    engines = {
        name: settings.speech.engine(name).resolved(_state_dir(settings))
        for name in settings_types()
    }
    found = catalogue.read(settings.speech, engines)
    if voice:
        return found.find(voice).language
    return next((known.language for known in found.voices()), "en")


def _state_dir(settings: Settings) -> Path:
    if not settings.daemon.state_dir and os.access(_SYSTEM_STATE, os.X_OK):
        return _SYSTEM_STATE
    return settings.daemon.directory(os.environ)


class Ear:
    """The espeak-ng of this machine, with the voice of one language."""

    def __init__(self, tag: str, settings: Settings) -> None:
        """Raises ``SpeechError`` where there is no library, or no voice for ``tag``."""
        own = cast("EspeakSettings", settings.speech.engine("espeak"))
        self._library = Library.open(own.library, own.data)
        plain = tag.lower().replace("_", "-")
        names = (plain, _NAMES.get(code(tag), code(tag)))
        if not plain or not any(self._library.select(name) for name in names):
            raise SpeechError(
                f"espeak-ng has no voice for the language {tag!r}",
                code="speech.voice_unknown",
                hint="Name another one, as in --lang de; see: jarvisctl voices",
            )

    def phonemes(self, text: str) -> list[str]:
        """What would be said, in the alphabet of the IPA, a string for each clause."""
        return [" ".join(clause.split()) for clause in self._library.phonemes(text)]
