"""Hears cases and counts."""

from collections.abc import Iterable
from dataclasses import dataclass

from jarvisd.text import speakable
from jarvisd.text.languages import language
from tests.text.ear.cases import Case
from tests.text.ear.folding import fold, folds
from tests.text.ear.numerals import in_words
from tests.text.ear.phonemes import ear, parse


@dataclass(frozen=True, slots=True)
class Heard:
    """A case with what the rules made of it and what the engine says of both."""

    case: Case
    said: str
    sounds: list[str]
    expected: list[str]
    in_words: list[str]  # the sounds, with numbers in words that the rules left as digits

    @property
    def passed(self) -> bool:
        tongue = self.case.language
        return any(alike(each, self.expected, tongue) for each in (self.sounds, self.in_words))


@dataclass(frozen=True, slots=True)
class Score:
    passed: int
    total: int

    @property
    def percent(self) -> float:
        return 100 * self.passed / self.total if self.total else 100.0


def hear(case: Case) -> Heard:
    said = speakable(case.written, language=language(case.language)).text
    sounds, expected, words = (
        ear().listen(text, case.language)
        for text in (said, case.reading, in_words(said, case.language))
    )
    return Heard(case, said, sounds, expected, words)


def alike(one: list[str], other: list[str], tongue: str) -> bool:
    """Whether a listener hears the same words."""
    if folds(tongue):
        return fold(" ".join(one), tongue) == fold(" ".join(other), tongue)
    return parse(one).same(parse(other))


def score(heard: Iterable[Heard], *, unseen: bool) -> Score:
    results = [each.passed for each in heard if each.case.unseen == unseen]
    return Score(sum(results), len(results))
