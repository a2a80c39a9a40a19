"""The spoken text of an utterance: no markup, symbols as words, aligned with the original.

One pass with the readers of the language; all other text is spoken as written. The result has no
control characters and no tags, its length is bounded, and its alignments cover the original without
gaps, so that every spoken position has a written one.
"""

from collections.abc import Iterator
from functools import cache

from jarvisd.text.languages import ENGLISH, Language
from jarvisd.text.model import Alignment, SpokenText
from jarvisd.text.spoken import counting, dates, markup, mathematics, symbols, technical, wordless
from jarvisd.text.spoken.amounts import Amounts
from jarvisd.text.spoken.own_words import NO_WORDS, OwnWords
from jarvisd.text.spoken.readings import SOFT_COMMA, SOFT_STOP, Frame, Reading

MAX_SPOKEN_CHARS = 8_000

READERS = (
    *markup.LINE_READERS,
    *technical.READERS[:3],  # addresses before the markup inside them
    *mathematics.READERS,
    *markup.INLINE_READERS,
    *technical.READERS[3:7],
    *counting.READERS[:5],
    *dates.READERS,
    *counting.READERS[5:],
    *Amounts(ENGLISH).readers(),
    *technical.READERS[7:],
    *symbols.READERS,
)
_PUNCTUATION = ".,;:!?。！？、，；："
_SPACES = " \n"
_BREAK = frozenset(_SPACES)


@cache  # at most one for each language
def _frame(language: Language) -> Frame:
    return Frame(READERS if language is ENGLISH else wordless.readers(language.code))


def readings(
    text: str, *, language: Language = ENGLISH, own_words: OwnWords = NO_WORDS
) -> Iterator[Reading]:
    """Every stretch of ``text`` that is said in other words, with the name of the rule."""
    frame = _frame(language)
    return _owned(text, frame, own_words) if own_words else frame.readings(text)


def _owned(text: str, frame: Frame, own_words: OwnWords) -> Iterator[Reading]:
    """The owner's words win, except inside a name that is read as a whole: an address, a path."""
    ruled = frame.readings(text)
    rule = next(ruled, None)
    name_end = 0  # of the last name in which words were found: it is looked at once
    for own in own_words.readings(text):
        if own.end <= name_end:
            continue
        while rule and rule.end <= own.start:
            yield rule
            rule = next(ruled, None)
        if rule and rule.start < own.end:
            if _in_a_name(text, own, rule):
                name_end = rule.end
                continue
            yield from frame.readings(text, rule.start, own.start)
            ruled = frame.readings(text, own.end)
            rule = next(ruled, None)
        yield own
    if rule:
        yield rule
    yield from ruled


def _in_a_name(text: str, own: Reading, rule: Reading) -> bool:
    longer = rule.end - rule.start > own.end - own.start
    inside = rule.start <= own.start and own.end <= rule.end
    return longer and inside and not any(map(str.isspace, text[rule.start : rule.end]))


def speakable(
    text: str, start: int = 0, *, language: Language = ENGLISH, own_words: OwnWords = NO_WORDS
) -> SpokenText:
    """Say ``text``, which begins at the offset ``start`` of its reply, in ``language``."""
    speech = _Speech(text, start)
    position = 0
    for reading in readings(text, language=language, own_words=own_words):
        speech.as_written(position, reading.start)
        speech.in_words(reading.spoken, reading.start, reading.end)
        position = reading.end
        if speech.full:
            break
    else:
        speech.as_written(position, len(text))
    return speech.result()


class _Speech:
    """Collects spoken text and its origin; pauses wait for the words after them."""

    def __init__(self, text: str, start: int) -> None:
        self._text = text
        self._offset = start
        self._said: list[str] = []
        self._length = 0
        self._last = ""  # character said
        self._last_as_written = False
        self._reached = 0  # end of the original text that is aligned
        self._alignments: list[Alignment] = []
        self._gap = ""  # the break to say before the next word: "", " ", ", " or ". "

    @property
    def full(self) -> bool:
        """Whether the bound on the length is reached."""
        return self._length >= MAX_SPOKEN_CHARS

    def as_written(self, start: int, end: int) -> None:
        """Say the original's ``[start:end]``; single spaces at its edges become pauses."""
        unsaid = _SPACES
        if self._last in _PUNCTUATION:  # a mark behind another, or where nothing was said, is none
            unsaid += _PUNCTUATION
        written = self._text[start:end]
        following = written.lstrip(unsaid)
        skipped = len(written) - len(following)
        if not _BREAK.isdisjoint(written[:skipped]):
            self._wait(" ")
        body = following.rstrip(_SPACES)
        if body:
            self._say(body, start + skipped, start + skipped + len(body), verbatim=True)
            self._wait(" " if len(body) < len(following) else "")

    def in_words(self, spoken: str, start: int, end: int) -> None:
        """Say ``spoken`` for the original's ``[start:end]``."""
        if spoken in (SOFT_COMMA, SOFT_STOP):
            self._wait(f"{spoken[1]} ")
        elif not spoken:
            if self._last and not self._gap:  # closes what was said, as "**" behind a word
                self._align(0, end, verbatim=False)
        elif spoken.isspace():
            self._wait(" ")
        elif spoken[0] in _PUNCTUATION:
            if self._last not in _PUNCTUATION:
                self._say(spoken, start, end, verbatim=False)
        else:
            self._wait(" " if self._last.isalnum() else "")
            self._say(spoken, start, end, verbatim=False)

    def result(self) -> SpokenText:
        """The whole spoken text; empty if it has no letter and no digit."""
        said = "".join(self._said)
        if not any(map(str.isalnum, said)):
            return SpokenText("")
        self._align(0, len(self._text), verbatim=False)
        return SpokenText(said, tuple(self._alignments))

    def _wait(self, gap: str) -> None:
        """Remember a pause; a longer one replaces a shorter one."""
        if len(gap) > len(self._gap) or (gap == ". " and self._gap == ", "):
            self._gap = gap

    def _say(self, spoken: str, start: int, end: int, *, verbatim: bool) -> None:
        gap, self._gap = self._gap, ""
        if spoken[0] in _PUNCTUATION or not self._last:
            gap = ""
        elif self._last in _PUNCTUATION:
            gap = " " if gap or self._last.isascii() else ""
        elif not gap and not (verbatim and self._last_as_written):
            gap = " " if self._last.isalnum() and spoken[0].isalnum() else ""
        if gap or start > self._reached:
            self._add(gap, start, verbatim=gap == self._text[self._reached : start])
        self._add(spoken, end, verbatim=verbatim)
        self._last, self._last_as_written = spoken[-1], verbatim

    def _add(self, spoken: str, end: int, *, verbatim: bool) -> None:
        self._said.append(spoken)
        self._align(len(spoken), end, verbatim=verbatim)

    def _align(self, length: int, end: int, *, verbatim: bool) -> None:
        """Align the next ``length`` spoken characters with the original up to ``end``."""
        if not length and end <= self._reached:
            return
        spoken_start, start = self._length, self._offset + self._reached
        last = self._alignments[-1] if self._alignments else None
        if last and last.verbatim and verbatim:
            spoken_start, start = last.spoken_start, last.start
            self._alignments.pop()
        self._length += length
        self._reached = end
        self._alignments.append(
            Alignment(spoken_start, self._length, start, self._offset + end, verbatim)
        )
