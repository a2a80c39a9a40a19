"""A reading rule: a pattern of written text and how it is said."""

import re
from collections.abc import Callable
from typing import NamedTuple

SOFT_STOP = "\x00."  # a full stop, where the text has none: the end of a line
SOFT_COMMA = "\x00,"  # a short break, where words follow: a dash, brackets
NUMBER = r"\d+(?:[.,]\d+)*"
# Around a number: no Latin letter and no digit. Chinese and Japanese write no spaces there.
BEFORE_NUMBER = r"(?<![A-Za-zÀ-ɏ\d_.,^])"
_VISIBLE = re.compile(r"\s*+\S")
AFTER_UNIT = r"(?![A-Za-zÀ-ɏ\d_/²³°])"


class Rule(NamedTuple):
    """``pattern`` uses no named groups; ``say`` returns the spoken words for a match.

    An empty result drops the match. The caller adds white space around the result.
    ``SOFT_STOP`` and ``SOFT_COMMA`` are pauses that are left out beside other punctuation.
    """

    pattern: str
    say: Callable[[re.Match[str]], str]


def nothing_after(match: re.Match[str]) -> bool:
    """Whether nothing but white space follows; looks no further than it must."""
    return _VISIBLE.match(match.string, match.end()) is None


def fixed(spoken: str) -> Callable[[re.Match[str]], str]:
    """Always say the same."""
    return lambda _match: spoken


def spaced(text: str, names: dict[str, str]) -> str:
    """``text`` with the characters in ``names`` replaced by their names, as words."""
    return " ".join("".join(f" {names[c]} " if c in names else c for c in text).split())
