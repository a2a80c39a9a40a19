"""What a rewrite is, and the readers that make them.

A reader looks at the places where its trigger matches, and nowhere else. It may decline; then the
next reader is asked. A ``Frame`` tries its readers in order over a text in one pass.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from string import ascii_letters
from typing import NamedTuple

from jarvisd.text.spoken.first import KINDS, first_kinds

SOFT_STOP = "\x00."  # a full stop, where the text has none: the end of a line
SOFT_COMMA = "\x00,"  # a short break, where words follow: a dash, brackets
NUMBER = r"\d+(?:[.,]\d+)*"
# Around a number: no Latin letter and no digit. Chinese and Japanese write no spaces there.
BEFORE_NUMBER = r"(?<![A-Za-zÀ-ɏ\d_.,^])"
AFTER_UNIT = r"(?![A-Za-zÀ-ɏ\d_/²³°])"
_VISIBLE = re.compile(r"\s*+\S")
# Passed over quickly: plain words with plain words behind them, and the rest of a word at whose
# start no reader wants to look. Never "vs", nor a single "I", "V" or "X": readers look at those.
_WORD = r"(?:[A-Za-z][a-z]+|[A-HJ-UWYZa-z])"
_PLAIN = (
    rf"(?P<plain>(?<![^ ])(?!vs ){_WORD}(?: (?!vs ){_WORD})*(?= [A-Za-z])|(?<=[A-Za-z])[A-Za-z]+)"
)


class Reading(NamedTuple):
    """The text's ``[start:end]`` is said as ``spoken``; ``rule`` names the reason for people.

    Empty words drop the stretch. ``SOFT_STOP`` and ``SOFT_COMMA`` are pauses that are left out
    beside other punctuation. Who says it adds white space around the words.
    """

    start: int
    end: int
    spoken: str
    rule: str


class Reader(NamedTuple):
    """``trigger`` uses no named groups; ``read`` gets its match and may return ``None``.

    A reading starts where the trigger does, and is not empty; it may end anywhere behind.
    """

    rule: str
    trigger: str
    read: Callable[[re.Match[str]], Reading | None]


def worded(rule: str, pattern: str, say: Callable[[re.Match[str]], str]) -> Reader:
    """A reader that puts all that ``pattern`` matches into words."""

    def read(match: re.Match[str]) -> Reading:
        return Reading(match.start(), match.end(), say(match), rule)

    return Reader(rule, pattern, read)


class Frame:
    """Readers in their order: where two have a reading at the same place, the first wins.

    A reader is only tried where the text has a character that its trigger can begin with.
    """

    def __init__(self, readers: Sequence[Reader]) -> None:
        firsts = [first_kinds(reader.trigger) for reader in readers]
        parts = [_PLAIN]
        for kind, pattern in KINDS.items():
            named = [
                f"(?P<{kind}{n}>{reader.trigger})"
                for n, (reader, first) in enumerate(zip(readers, firsts, strict=True))
                if kind in first
            ]
            parts.append(f"(?={pattern})(?:{'|'.join(named)})")
        self._any = re.compile("|".join(parts))
        self._each = [(re.compile(reader.trigger), reader.read) for reader in readers]

    def readings(self, text: str, start: int = 0, end: int | None = None) -> Iterator[Reading]:
        """Every rewrite of ``text[start:end]``, in order; they do not overlap.

        Readers see what is before ``start``, and nothing from ``end`` on.
        """
        position, end = start, len(text) if end is None else end
        while match := self._any.search(text, position, end):
            if match.lastgroup == "plain":
                position = match.end()
                continue
            reading = self._read(
                text, match.start(), end, int((match.lastgroup or "").lstrip(ascii_letters))
            )
            if reading:
                yield reading
            position = reading.end if reading else match.start() + 1

    def _read(self, text: str, place: int, end: int, first: int) -> Reading | None:
        """What the first reader from number ``first`` on says that does not decline."""
        for trigger, read in self._each[first:]:
            match = trigger.match(text, place, end)
            reading = read(match) if match else None
            if reading and reading.end <= end:
                return reading
        return None


def nothing_after(match: re.Match[str]) -> bool:
    """Whether nothing but white space follows; looks no further than it must."""
    return _VISIBLE.match(match.string, match.end()) is None


def fixed(spoken: str) -> Callable[[re.Match[str]], str]:
    """Always say the same."""
    return lambda _match: spoken


def spaced(text: str, names: dict[str, str]) -> str:
    """``text`` with the characters in ``names`` replaced by their names, as words."""
    return " ".join("".join(f" {names[c]} " if c in names else c for c in text).split())
