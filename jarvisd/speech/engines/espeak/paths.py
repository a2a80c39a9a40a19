"""Finds libespeak-ng and its data: as configured, else in the espeakng-loader wheel.

Loads nothing.
"""

import importlib.util
from pathlib import Path

from jarvisd.errors import SpeechError

_DATA = "espeak-ng-data"


def find(library: str, data: str) -> tuple[str, str]:
    """Paths of the library and of its data: configured, else beside each other in the wheel.

    A configured library brings its own data, as distributions lay it out. Raises ``SpeechError``.
    """
    if library:
        return library, data or _data_of(Path(library))
    spec = importlib.util.find_spec("espeakng_loader")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    if not folders:
        raise unusable("the espeakng-loader package is not installed")
    folder = Path(folders[0])
    return str(folder / "libespeak-ng.so"), data or str(folder / _DATA)


def _data_of(library: Path) -> str:
    for folder in (library.parent / _DATA, Path("/usr/share") / _DATA):
        if folder.is_dir():
            return str(folder)
    raise unusable(f"there is no {_DATA} beside {library}")


def unusable(reason: str) -> SpeechError:
    """The error for an espeak-ng that cannot be used."""
    return SpeechError(
        reason,
        code="speech.engine_failed",
        hint="Reinstall jarvisd, or set speech.espeak.library and speech.espeak.data.",
    )
