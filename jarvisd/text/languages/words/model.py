"""The words of a language as a table: its shape, and the choice between forms of a word.

It must never hold words of a language: those are in the language's own table.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jarvisd.text.languages.words.plurals import category

# The forms of a word, one for each of the language's ``plurals``; a single one is for all. One
# with ``{0}`` has words before the number, too: "摂氏 {0} 度".
Forms = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)  # one for each language: known by its identity
class Words:
    """What a language calls things that are written as signs.

    ``per`` has the pattern of "... per hour" for "h": ``{0}`` is the amount before it.
    """

    code: str = ""
    cldr: str = ""  # version of CLDR
    plurals: tuple[str, ...] = ("other",)  # CLDR's categories, in the order of the forms
    decimal: str = ""  # sign before the decimals; "" where no table is
    group: str = ""  # sign between groups of three digits
    date_order: str = ""  # "dmy", "mdy" or "ymd", as a short date is written
    months: tuple[str, ...] = ()  # as in a date, with a day before them
    short_months: tuple[str, ...] = ()
    ordinals: tuple[str, ...] = ()  # 1 to 31; empty where the language makes none in one word
    scales: Mapping[int, Forms] = field(default_factory=dict)  # by power of ten
    units: Mapping[str, Forms] = field(default_factory=dict)  # by symbol
    per: Mapping[str, str] = field(default_factory=dict)  # by symbol
    currencies: Mapping[str, Forms] = field(default_factory=dict)  # by ISO 4217 code

    def form(self, forms: Forms, number: str) -> str:
        """The form that goes with ``number``: plain digits, "." before the decimals."""
        if len(forms) == 1:
            return forms[0]
        return forms[self.plurals.index(category(self.code, number))]

    def counted(self, forms: Forms, number: str, written: str) -> str:
        """``written``, which means ``number``, with its form around or behind it."""
        form = self.form(forms, number)
        return form.replace("{0}", written) if "{0}" in form else f"{written} {form}"


NO_WORDS = Words()
