"""Digits that the rules leave to the engine, in words.

In most languages espeak-ng says digits with sounds of their own, better than those that it reads
from the word ("12" and "tolv" in Danish). A rule that leaves digits is right there, but a reading
has words only. So a text with digits is also heard with its numbers in words. Only numbers that
the engine says right are put into words, and in the counting form only: "2 godziny" stays wrong.
"""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_TABLES = tomllib.loads((Path(__file__).parent / "numerals.toml").read_text(encoding="utf-8"))
_JOINTS = "-.,:/–~"  # a number beside one of these may be part of something larger
_FIRST_YEAR, _LAST_YEAR = 1900, 1999  # said in hundreds, where hundreds_of_years is set


@dataclass(frozen=True, slots=True)
class Numerals:
    """One language; ``numerals.toml`` says what the fields mean."""

    below_twenty: str
    tens: str
    largest: int
    tens_and_unit: str = "{tens} {unit}"
    hundreds: str = ""
    hundred: str = ""
    one_hundred: str = ""
    thousand: tuple[str, ...] = ()
    million: tuple[str, ...] = ()
    feminine: tuple[tuple[str, str], ...] = ()
    ordinals: str = ""
    group: str = ""
    decimal: tuple[str, ...] = ()
    silent: str = ""
    hundreds_of_years: bool = False

    def words(self, number: int) -> str:
        if self.hundreds_of_years and _FIRST_YEAR <= number <= _LAST_YEAR:
            return self._then(self._hundreds(number // 100), number % 100)
        if number >= 1_000_000:
            return self._then(self._many(number // 1_000_000, self.million), number % 1_000_000)
        if number >= 1000:
            count = self._many(number // 1000, self.thousand)
            for masculine, feminine in self.feminine:
                count = re.sub(rf"\b{masculine}\b", feminine, count)
            return self._then(count, number % 1000)
        if number >= 100:
            return self._then(self._hundreds(number // 100), number % 100)
        if number >= 20:
            tens, unit = self.tens.split()[number // 10 - 2], number % 10
            return self.tens_and_unit.format(tens=tens, unit=self.words(unit)) if unit else tens
        return self.below_twenty.split()[number]

    def _then(self, begin: str, rest: int) -> str:
        return f"{begin} {self.words(rest)}" if rest else begin

    def _hundreds(self, count: int) -> str:
        if self.hundreds:
            return self.hundreds.split()[count - 1]
        if count == 1 and self.one_hundred:
            return self.one_hundred
        return self.hundred.format(unit=self.words(count))

    def _many(self, count: int, forms: tuple[str, ...]) -> str:
        """``forms`` are for one, for 2 to 4 and for more, as in the Slavic languages."""
        if count == 1:
            return forms[0]
        few = count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14)
        one = count % 10 == 1 and count % 100 != 11 and bool(self.feminine)
        ending = forms[0].split()[-1] if one else forms[1 if few else 2]
        return f"{self.words(count)} {ending}"


def in_words(text: str, language: str) -> str:
    """``text`` with the numbers in words that the engine says right; nothing else is changed."""
    numerals = _numerals(language)
    if numerals is None:
        return text
    if numerals.ordinals:
        text = re.sub(r"(?<![\w.,])([1-9]|[12]\d|3[01])\.(?= [^\W\d_])", _ordinal(numerals), text)
    if numerals.silent:
        text = re.sub(rf"(?<=\d)[{numerals.silent}](?=\d)", " ", text)
    return _pattern(language).sub(_number(numerals), text)


def _ordinal(numerals: Numerals) -> Callable[[re.Match[str]], str]:
    return lambda found: numerals.ordinals.split()[int(found[1]) - 1]


def _number(numerals: Numerals) -> Callable[[re.Match[str]], str]:
    def say(found: re.Match[str]) -> str:
        whole = int(re.sub(r"\D", "", found["whole"]))
        if whole > numerals.largest:
            return found[0]
        words, digits = numerals.words(whole), found["digits"] or ""
        if not digits:
            return words
        rest = digits.lstrip("0")
        zeros = [numerals.words(0)] * (len(digits) - len(rest))
        last = [numerals.words(int(rest))] if rest else []
        return " ".join([words, numerals.decimal[1], *zeros, *last])

    return say


@cache
def _numerals(language: str) -> Numerals | None:
    table = _TABLES.get(language)
    if table is None:
        return None
    feminine = tuple(table.pop("feminine", {}).items())
    lists = {key: tuple(value) for key, value in table.items() if isinstance(value, list)}
    return Numerals(**{**table, **lists}, feminine=feminine)


@cache
def _pattern(language: str) -> re.Pattern[str]:
    numerals = _numerals(language)
    assert numerals is not None
    letter = "[A-Za-z0-9]" if language == "zh" else r"\w"
    whole = r"\d+"
    if numerals.group:
        whole = rf"\d{{1,3}}(?:{re.escape(numerals.group)}\d{{3}})+|\d+"
    digits = "(?P<digits>)"
    if numerals.decimal:
        digits = rf"(?:{re.escape(numerals.decimal[0])}(?P<digits>\d+))?"
    before = rf"(?<!{letter})(?<![{_JOINTS}+#№$€£¥])"
    after = rf"(?!{letter}|[{_JOINTS}]\w|\. \w)"
    return re.compile(rf"{before}(?P<whole>{whole}){digits}{after}")
