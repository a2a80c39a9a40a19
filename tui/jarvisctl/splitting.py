"""A long text in parts that one reply each can speak. Pure: text and limits in, text out.

The parts joined are the text again but for blank ones, and each ends where an utterance does. How
long speech will be is guessed on the long side: only the voice knows, once it has spoken.
"""

from collections.abc import Iterator
from unicodedata import east_asian_width

from jarvisd.config.settings import TextSettings
from jarvisd.text import UtteranceStream
from jarvisd.text.model import Utterance

# Slow speech. Voices speak 12 to 18 letters a second; a letter of Chinese is a syllable or more.
LETTERS_PER_S = 9.0
WIDE_LETTERS = 4
PAUSE_S = 0.5  # after each utterance, at most


def parts(text: str, *, max_chars: int, max_seconds: float) -> Iterator[str]:
    """``text`` in parts of at most ``max_chars``, each spoken in about ``max_seconds`` at most."""
    start = end = 0
    seconds = 0.0
    for utterance in _utterances(text):
        length = _seconds(utterance)
        too_long = utterance.end - start > max_chars or seconds + length > max_seconds
        if too_long and end > start:
            yield from _cut(text[start:end], max_chars)
            start, seconds = end, 0.0
        end = utterance.end
        seconds += length
    yield from _cut(text[start:], max_chars)


def _cut(part: str, max_chars: int) -> Iterator[str]:
    """The part itself, or slices of one utterance that alone is too long; no blank ones."""
    for start in range(0, len(part), max_chars):
        if part[start : start + max_chars].strip():
            yield part[start : start + max_chars]


def _utterances(text: str) -> Iterator[Utterance]:
    stream = UtteranceStream(TextSettings())
    yield from stream.feed(text)
    yield from stream.finish()


def _seconds(utterance: Utterance) -> float:
    spoken = utterance.spoken.text
    wide = sum(east_asian_width(letter) in "WF" for letter in spoken)
    return PAUSE_S + (len(spoken) + wide * (WIDE_LETTERS - 1)) / LETTERS_PER_S
