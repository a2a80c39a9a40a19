"""What each language calls units, money, months and ordinals: tables from CLDR and num2words.

``words_of`` loads the table of a language on first use. ``scripts/words.py`` writes the tables;
nobody edits them by hand.
"""

from functools import cache
from importlib import import_module

from jarvisd.text.languages.words.model import NO_WORDS, Forms, Words

__all__ = ["CODES", "NO_WORDS", "Forms", "Words", "words_of"]

# The languages that have a table here, ``<code>.py`` with a ``WORDS``.
CODES = ("da", "de", "es", "fr", "it", "ja", "nl", "pl", "pt", "ru", "sv", "uk", "zh")


def words_of(code: str) -> Words:
    """The table of the language with the code of its file ("de"); else ``NO_WORDS``."""
    return _table(code) if code in CODES else NO_WORDS


@cache  # at most one for each of CODES
def _table(code: str) -> Words:
    table: Words = import_module(f"jarvisd.text.languages.words.{code}").WORDS
    return table
