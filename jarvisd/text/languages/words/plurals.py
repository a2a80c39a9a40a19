"""Which form of a word goes with a number: CLDR's plural rules of the languages with tables.

``scripts/words.py --check`` compares them with CLDR's own.
"""

from collections.abc import Callable

_MILLION = 1_000_000


def category(code: str, number: str) -> str:
    """CLDR's category for ``number``: plain digits, with "." before the decimals."""
    digits, _, decimals = number.partition(".")
    rule = _RULES.get(code)
    return rule(int(digits or 0), decimals) if rule else "other"


def _one(whole: int, decimals: str) -> str:
    return "one" if whole == 1 and not decimals else "other"


def _danish(whole: int, decimals: str) -> str:
    is_one = whole <= 1 if decimals.strip("0") else whole == 1
    return "one" if is_one else "other"


def _millions(whole: int, decimals: str) -> str:
    return "many" if whole and not whole % _MILLION and not decimals else "other"


def _italian(whole: int, decimals: str) -> str:
    return "one" if whole == 1 and not decimals else _millions(whole, decimals)


def _spanish(whole: int, decimals: str) -> str:
    is_one = whole == 1 and not decimals.strip("0")
    return "one" if is_one else _millions(whole, decimals)


def _french(whole: int, decimals: str) -> str:
    return "one" if whole <= 1 else _millions(whole, decimals)


def _slavic(*, polish: bool) -> Callable[[int, str], str]:
    def rule(whole: int, decimals: str) -> str:
        if decimals:
            return "other"
        if whole == 1 if polish else whole % 10 == 1 and whole % 100 != 11:
            return "one"
        few = whole % 10 in {2, 3, 4} and whole % 100 not in {12, 13, 14}
        return "few" if few else "many"

    return rule


_RULES: dict[str, Callable[[int, str], str]] = {
    "da": _danish, "de": _one, "es": _spanish, "fr": _french, "it": _italian, "nl": _one,
    "pl": _slavic(polish=True), "pt": _french, "ru": _slavic(polish=False), "sv": _one,
    "uk": _slavic(polish=False),
}  # fmt: skip
