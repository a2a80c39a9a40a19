"""Readers of numbers with a unit or a currency, from the table of words of a language.

Digits stay digits, because every engine reads them in its own language. A symbol that is also a
word of the language is left as written.
"""

import re
from collections.abc import Iterable

from jarvisd.text.languages.stops.model import words as listed
from jarvisd.text.languages.words import Words, words_of
from jarvisd.text.spoken.readings import AFTER_UNIT, BEFORE_NUMBER, Reader, worded

# Also words: German "in", Russian "с" (with) and "г." (year), Italian "mi", "d" of a version.
_WORDS_TOO = listed("in d o mi pi po mb A K J N B В А Б Н с г т")
_SIGNS = {"€": "EUR", "EUR": "EUR"}
_SPACE = "[ \u00a0\u202f]?"


def readers(code: str) -> tuple[Reader, ...]:
    """The readers for the language with this code; none where it has no table."""
    words = words_of(code)
    if not words.units:
        return ()
    units = {symbol: forms for symbol, forms in words.units.items() if symbol not in _WORDS_TOO}
    number = _number(words)

    def measure(match: re.Match[str]) -> str:
        said = words.counted(units[match[2]], _plain(words, match[1]), match[1])
        return words.per[match[3]].replace("{0}", said) if match[3] else said

    def money(match: re.Match[str]) -> str:
        forms = words.currencies[_SIGNS[match[2]]]
        return words.counted(forms, _plain(words, match[1]), match[1])

    return (
        worded(
            "measure",
            rf"{BEFORE_NUMBER}({number}){_SPACE}({_any_of(units)})"
            rf"(?:/({_any_of(words.per)}))?{AFTER_UNIT}(?![Ѐ-ӿ])",
            measure,
        ),
        worded(
            "amount of money",
            rf"{BEFORE_NUMBER}(\d+){_SPACE}({_any_of(_SIGNS)}){AFTER_UNIT}",
            money,
        ),
    )


def _number(words: Words) -> str:
    """A number as this language writes it, with groups of three and decimals."""
    group = re.escape(words.group) if words.group in ".," else "[\u00a0\u202f]"
    return rf"(?:\d{{1,3}}(?:{group}\d{{3}})+|\d+)(?:{re.escape(words.decimal)}\d+)?"


def _plain(words: Words, number: str) -> str:
    """Digits, with "." before the decimals."""
    whole, _, decimals = number.partition(words.decimal)
    digits = re.sub(r"\D", "", whole)
    return f"{digits}.{decimals}" if decimals else digits


def _any_of(symbols: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(symbols, key=len, reverse=True)))
