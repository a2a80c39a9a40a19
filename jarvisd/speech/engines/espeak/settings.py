"""espeak-ng's settings."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from jarvisd.sections import FilePath, about
from jarvisd.speech.engines.settings import EngineSettings


class Settings(EngineSettings, frozen=True):
    """espeak-ng, the built-in voice."""

    voice: Annotated[str, about("espeak-ng voice and variant, as language+variant.")] = "en-us+f5"
    words_per_minute: Annotated[Annotated[int, Meta(ge=80, le=450)], about("Speaking rate.")] = 165
    library: Annotated[
        FilePath, about("Path of libespeak-ng.so.1. Empty: the one that came with jarvisd.")
    ] = ""
    data: Annotated[
        FilePath, about("Path of espeak-ng-data. Empty: the one beside the library.")
    ] = ""

    def readable(self) -> Sequence[str]:
        """The configured library and data; what belongs to jarvisd is readable anyway."""
        own = [str(Path(self.library).parent)] if self.library else []
        return [*own, self.data] if self.data else own
