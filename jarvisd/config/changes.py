"""What a reload would change: now, and only after a restart. Pure.

A setting changes at run time only where it is listed here; everything else needs a restart.
"""

from typing import NamedTuple

from jarvisd.config.settings import Settings
from jarvisd.config.tree import build, leaves, value_at

# Settings, and whole sections, that rooms can take over while they run. Sorted.
LIVE = (
    "api.body_timeout_s",
    "api.header_timeout_s",
    "api.max_body_bytes",
    "api.max_connections",
    "api.max_connections_per_user",
    "api.max_head_bytes",
    "api.max_text_chars",
    "api.reserved_connections",
    "api.write_timeout_s",
    "audio",
    "governor",
    "llm",
    "log.level",
    "reply",
    "speech.deadline_s",
    "speech.look_ahead_s",
    "speech.on_engine_death",
    "speech.slots",
    "speech.voice",
    "telemetry",
    "text",
)


class Changes(NamedTuple):
    """``settings`` to put in force; dotted paths that change now, and that need a restart."""

    settings: Settings
    now: tuple[str, ...]
    restart: tuple[str, ...]


def compare(current: Settings, wanted: Settings) -> Changes:
    """The changes from the current to the wanted settings, as far as possible without a restart."""
    differing = [path for path in leaves() if value_at(current, path) != value_at(wanted, path)]
    now = tuple(path for path in differing if is_live(path))
    values = {path: value_at(wanted if path in now else current, path) for path in leaves()}
    return Changes(build(values), now, tuple(path for path in differing if path not in now))


def is_live(path: str) -> bool:
    """Whether the setting at ``path`` can change while the daemon runs."""
    return any(path == live or path.startswith(f"{live}.") for live in LIVE)
