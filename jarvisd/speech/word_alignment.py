"""Finds each written word among the pronounced words. Pure.

Phonemizers join words ("of the") and spell numbers out ("23"), so written and pronounced words are
matched in small groups by their expected duration, and inside a group by length.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

# Beyond this, matching by groups would cost more than it tells; positions are spread evenly.
_MOST_WORDS = 150
_BAND = 12  # how far written and pronounced words may run apart, in words
_MOST_JOINED = 3
_MOST_SPELLED_OUT = 7
_SOUNDS_PER_LETTER = 0.85
_SOUNDS_PER_DIGIT = 4.5
_GROUP_PENALTY = 0.75
_SURPRISE = 3.5  # sounds by which one word may differ before joined words are looked for
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class WrittenWord:
    """A word of the text: where it is and how many sounds it is expected to have."""

    offset: int
    length: int
    sounds: float


def written_words(text: str) -> list[WrittenWord]:
    """The words of ``text`` that are pronounced: those with a letter or a digit."""
    words = []
    for match in _WORD.finditer(text):
        digits = sum(1 for char in match.group() if char.isdigit())
        letters = sum(1 for char in match.group() if char.isalpha())
        sounds = digits * _SOUNDS_PER_DIGIT + letters * _SOUNDS_PER_LETTER
        if sounds:
            words.append(WrittenWord(match.start(), len(match.group()), sounds))
    return words


def align(written: Sequence[float], pronounced: Sequence[float]) -> list[float]:
    """For each written word, the pronounced word in which it begins, as index + fraction of it.

    Both arguments are sounds per word. Positions never go backwards and lie in
    ``[0, len(pronounced))``; no pronounced words give no positions.
    """
    if not pronounced:
        return []
    if _fit_one_to_one(written, pronounced):
        return [float(index) for index in range(len(written))]
    if max(len(written), len(pronounced)) > _MOST_WORDS:
        return _spread(written, pronounced)
    return _positions(_groups(written, pronounced), written) or _spread(written, pronounced)


def _fit_one_to_one(written: Sequence[float], pronounced: Sequence[float]) -> bool:
    """The same number of words, each about as long as expected: the usual case."""
    return len(written) == len(pronounced) and all(
        abs(said - heard) <= _SURPRISE for said, heard in zip(written, pronounced, strict=True)
    )


def _spread(written: Sequence[float], pronounced: Sequence[float]) -> list[float]:
    """Positions by the share of all sounds that comes before each word."""
    scale = sum(pronounced) / sum(written) if written else 0.0
    starts = [0.0, *accumulate(pronounced)]
    positions = []
    for before in [0.0, *accumulate(written)][: len(written)]:
        index = min(bisect_right(starts, before * scale), len(pronounced)) - 1
        inside = (before * scale - starts[index]) / max(pronounced[index], 1e-9)
        positions.append(index + min(max(inside, 0.0), 0.999))
    return positions


def _groups(
    written: Sequence[float], pronounced: Sequence[float]
) -> list[tuple[int, int, int, int]]:
    """The cheapest way to pair groups, as (first, end) of written and (first, end) of pronounced.

    A group is one word with one, several joined into one, or one spelled out as several. Empty
    where no such pairing exists.
    """
    shapes = [(1, count) for count in range(1, _MOST_SPELLED_OUT + 1)]
    shapes += [(count, 1) for count in range(2, _MOST_JOINED + 1)]
    said = [0.0, *accumulate(written)]
    heard = [0.0, *accumulate(pronounced)]
    best: dict[tuple[int, int], tuple[float, tuple[int, int] | None]] = {(0, 0): (0.0, None)}
    for i in range(len(written) + 1):
        middle = round(i * len(pronounced) / max(1, len(written)))
        for j in range(max(0, middle - _BAND), min(len(pronounced), middle + _BAND) + 1):
            if (i, j) not in best:
                continue
            cost = best[i, j][0]
            for wide, tall in shapes:
                end = (i + wide, j + tall)
                if end[0] > len(written) or end[1] > len(pronounced):
                    continue
                gap = abs((said[end[0]] - said[i]) - (heard[end[1]] - heard[j]))
                total = cost + gap + _GROUP_PENALTY * (wide + tall - 2)
                if end not in best or total < best[end][0]:
                    best[end] = (total, (i, j))
    return _trace(best, (len(written), len(pronounced)))


def _trace(
    best: dict[tuple[int, int], tuple[float, tuple[int, int] | None]], end: tuple[int, int]
) -> list[tuple[int, int, int, int]]:
    groups = []
    while end in best and (start := best[end][1]) is not None:
        groups.append((start[0], end[0], start[1], end[1]))
        end = start
    return groups[::-1]


def _positions(
    groups: Sequence[tuple[int, int, int, int]], written: Sequence[float]
) -> list[float]:
    positions: list[float] = []
    for first, end, heard_first, heard_end in groups:
        total = sum(written[first:end])
        width = heard_end - heard_first
        before = 0.0
        for index in range(first, end):
            positions.append(heard_first + width * before / total)
            before += written[index]
    return positions
