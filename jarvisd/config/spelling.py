"""Suggestions for unknown keys, and the allowed words of a choice."""

from difflib import get_close_matches
from typing import Annotated, Literal, get_args, get_origin

from jarvisd.config.tree import leaves, tables

_LONGEST = 80
# Settings of earlier releases, and what to set instead.
REPLACED = {"text.first_clause_chars": "text.first_audio_budget_ms"}


def advice(path: str, value: object) -> str:
    """The message for an unknown key, with the most similar setting or section."""
    if path in REPLACED:
        return f"unknown setting; it was replaced by {REPLACED[path]}"
    what = "unknown section" if isinstance(value, dict) else "unknown setting"
    meant = _sections_like(path) if isinstance(value, dict) else _settings_like(path)
    return f"{what}; did you mean {meant}?" if meant else what


def _sections_like(path: str) -> str:
    return _closest(path, [known for known in tables() if known])


def _settings_like(path: str) -> str:
    """Prefer the same section, then the same name elsewhere, then a similar name."""
    section, _, name = path.rpartition(".")
    siblings = [known for known in leaves() if known.rpartition(".")[0] == section]
    elsewhere = [known for known in leaves() if known.rpartition(".")[2] == name]
    return _closest(path, siblings) or "".join(elsewhere[:1]) or _closest(path, list(leaves()))


def _closest(path: str, known: list[str]) -> str:
    # Nothing that long is a slip of the finger, and comparing takes the square of the length.
    return "".join(get_close_matches(path[:_LONGEST], known, n=1, cutoff=0.75))


def choices(annotated: object) -> tuple[object, ...]:
    """The values that a ``Literal`` setting allows, through annotations; else none."""
    if get_origin(annotated) is Annotated:
        return choices(get_args(annotated)[0])
    return get_args(annotated) if get_origin(annotated) is Literal else ()
