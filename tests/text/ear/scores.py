"""Hears cases and counts."""

from collections.abc import Iterable
from dataclasses import dataclass

from jarvisd.text import speakable
from tests.text.ear.cases import Case
from tests.text.ear.phonemes import ear, parse


@dataclass(frozen=True, slots=True)
class Heard:
    """A case with what the rules made of it and what the engine says of both."""

    case: Case
    said: str
    sounds: list[str]
    expected: list[str]

    @property
    def passed(self) -> bool:
        return parse(self.sounds).same(parse(self.expected))


@dataclass(frozen=True, slots=True)
class Score:
    passed: int
    total: int

    @property
    def percent(self) -> float:
        return 100 * self.passed / self.total if self.total else 100.0


def hear(case: Case) -> Heard:
    said = speakable(case.written).text
    sounds, expected = (ear().listen(text, case.language) for text in (said, case.reading))
    return Heard(case, said, sounds, expected)


def score(heard: Iterable[Heard], *, unseen: bool) -> Score:
    results = [each.passed for each in heard if each.case.unseen == unseen]
    return Score(sum(results), len(results))
