"""Durations as people type them: ``90``, ``90s``, ``10m``, ``1h30m``, ``2d``."""

import re

import click

_PARTS = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?")
_SECONDS = (86_400.0, 3_600.0, 60.0, 1.0)


def duration(text: str) -> float:
    """Seconds in ``text``, as the type of an option; refuses what is no duration above zero."""
    parts = _PARTS.fullmatch(text.strip().lower())
    total = 0.0
    if parts is not None:
        total = sum(float(n or 0) * s for n, s in zip(parts.groups(), _SECONDS, strict=True))
    if total <= 0:
        raise click.BadParameter(f"{text!r} is no duration. Try 30s, 10m or 1h30m.")
    return total
