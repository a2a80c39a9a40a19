"""Where libespeak-ng and its data lie: as configured, else in the espeakng-loader wheel.

Looks only; loads nothing.
"""

import importlib.util
from pathlib import Path

from jarvisd.errors import SpeechError


def find(library: str, data: str) -> tuple[str, str]:
    """Paths of the library and of its data; looks into the wheel without importing it.

    A configured library may leave its data to the loader's default; raises ``SpeechError``.
    """
    if library and data:
        return library, data
    spec = importlib.util.find_spec("espeakng_loader")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    if not folders:
        raise unusable("the espeakng-loader package is not installed")
    folder = Path(folders[0])
    return library or str(folder / "libespeak-ng.so"), data or str(folder / "espeak-ng-data")


def unusable(reason: str) -> SpeechError:
    """The error for an espeak-ng that cannot work here."""
    return SpeechError(
        reason,
        code="speech.engine_failed",
        hint="Reinstall jarvisd, or set speech.espeak.library and speech.espeak.data.",
    )
