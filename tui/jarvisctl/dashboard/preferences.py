"""What a user may set for the dashboard: theme, animation, keys. Read from one small file.

    # ~/.config/jarvisctl/dashboard.toml
    theme = "jarvis-safe"
    animation = false
    [keys]
    interrupt = "ctrl+x"

Keys are named by the ids that the help screen (``?``) shows.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from jarvisd.errors import JarvisError


class Preferences(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file's content; every field has a default."""

    theme: str = "jarvis"
    animation: bool = True
    keys: dict[str, str] = {}


def path_of(environ: Mapping[str, str]) -> Path:
    """Where the file is looked for."""
    home = environ.get("XDG_CONFIG_HOME") or f"{environ.get('HOME', '')}/.config"
    return Path(home) / "jarvisctl" / "dashboard.toml"


def read(path: Path) -> Preferences:
    """The file's preferences, the defaults where there is none.

    Raises ``JarvisError`` (``preferences.invalid``) that names the file and what is wrong in it.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Preferences()
    except (OSError, UnicodeDecodeError) as error:
        raise _invalid(path, error) from error
    try:
        return msgspec.convert(tomllib.loads(text), Preferences)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise _invalid(path, error) from error


def _invalid(path: Path, error: Exception) -> JarvisError:
    return JarvisError(
        f"{path}: {error}",
        code="preferences.invalid",
        hint="Correct the file, or remove it: everything has a default.",
    )
