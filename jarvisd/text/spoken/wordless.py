"""Readers for every language but English: markup is silent, and the rest is as written.

They must never add a word but from the language's own table: the engine reads digits and symbols
itself, in the right language.
"""

import re
import unicodedata

from jarvisd.text.spoken import markup, measures, symbols
from jarvisd.text.spoken.readings import SOFT_COMMA, Reader, Reading, fixed, worded

_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "nbsp": " "}
# Those of other rooms that add no word.
_SILENT = frozenset(
    {"smiley", "ellipsis", "space before a mark", "several marks", "white space", "quotation mark"}
)
_ENGLISH = frozenset({"entity", "multiplication"})
# What an engine has a name for; it gets it, even alone.
_NAMED = re.escape("%‰€$£¥₹₽₩₿¢§&@#=+×÷±≤≥≠≈∞√→−°²³/<>~^*½¼¾№ºª–—₴")


def _host(match: re.Match[str]) -> str:
    """Only the host is spoken; nobody can use a spoken path."""
    host = re.split(r"[/?#]", match[0].split("://")[-1], maxsplit=1)[0].rsplit("@", 1)[-1]
    return host.removeprefix("www.")


def _unspeakable(match: re.Match[str]) -> Reading | None:
    """Emoji, quotes, control characters; never a mark that combines with the letter before it."""
    if unicodedata.category(match[0]).startswith("M"):
        return None
    return Reading(match.start(), match.end(), "", "unspeakable")


def _silent(readers: tuple[Reader, ...]) -> tuple[Reader, ...]:
    return tuple(reader for reader in readers if reader.rule in _SILENT)


_BEFORE: tuple[Reader, ...] = (
    *markup.LINE_READERS,
    worded(
        "web address",
        r"(?:\b(?:https?|ftp|wss?|ssh)://|\bwww\.)[^\s<>()\[\]\"'`*]*[^\s<>()\[\]\"'`*.,;:!?…。、，]",
        _host,
    ),
    worded(
        "mail address",
        r"(?<![\w.%+-])(?:mailto:)?[\w.%+-]{1,64}@[\w-]+(?:\.[\w-]+)+",
        lambda match: match[0].removeprefix("mailto:"),
    ),
    worded(
        "entity",
        r"&(amp|lt|gt|nbsp|quot|apos|#\d{1,6}|#x[0-9a-fA-F]{1,5});",
        lambda match: _ENTITIES.get(match[1], ""),
    ),
    worded("number", r"(?<=\d) ?\*(?= ?\d)", fixed(" × ")),
    *(reader for reader in markup.INLINE_READERS if reader.rule not in _ENGLISH),
)
_AFTER = (
    *_silent(symbols.READERS),
    worded(
        "break",
        r"[()\[\]{}（）]|(?<!\d)[–—]+(?! ?\d)|(?<=\D )[–—]+|(?<=[^\s\d] )-+(?=\s)|--+",
        fixed(SOFT_COMMA),
    ),
    worded("slash", r"(?<=[^\W\d])/(?=[^\W\d]{3})", fixed(" ")),
    Reader("unspeakable", rf"[^\w\s.,;:!?'’。！？、，；：・\-{_NAMED}]", _unspeakable),
    worded("hyphen", r"(?<!\w)-(?!\d)|(?<=\w)-(?!\w)", fixed("")),
)


def readers(code: str) -> tuple[Reader, ...]:
    """Those of a language: amounts are said in its own words, where it has a table of them."""
    return (*_BEFORE, *measures.readers(code), *_AFTER)
