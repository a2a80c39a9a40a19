"""Readers of abbreviations, symbols and punctuation; what no engine can say is dropped."""

import re

from jarvisd.text.spoken.readings import SOFT_COMMA, fixed, nothing_after, worded

_ABBREVIATIONS = {
    "e.g.": "for example", "i.e.": "that is", "vs.": "versus", "approx.": "approximately",
    "z.B.": "zum Beispiel", "d.h.": "das heißt", "bzw.": "beziehungsweise", "ca.": "circa",
}  # fmt: skip
_TITLES = {"Dr.": "Doctor", "Mr.": "Mister", "Mrs.": "Missus", "Ms.": "Miz", "Prof.": "Professor"}
_SYMBOLS = {
    "&": "and", "&&": "and",
    "=": "equals", "+": "plus", "×": "times", "÷": "divided by", "±": "plus or minus",
    "≈": "about", "≤": "at most", "≥": "at least", "≠": "not equal to", "→": "to", "°": "degrees",
    "%": "percent", "€": "euros", "£": "pounds", "§": "section", "@": "at", "∞": "infinity",
    "<=": "at most", ">=": "at least", "!=": "is not", "==": "equals", "->": "to", "=>": "to",
    "−": "minus", "π": "pi",
}  # fmt: skip
# Marks that combine with letters: accents, vowel signs.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0dff"
    "\u0e31-\u0e4e\u0f00-\u0fff\u1000-\u109f\u17b4-\u17d3\u3099\u309a"
)
_WIDE = "。！？、，；：・"
_FOLLOWING = re.compile(r"[ \t]*+(.)")


def _any_of(symbols: dict[str, str]) -> str:
    return "|".join(map(re.escape, sorted(symbols, key=len, reverse=True)))


def _ellipsis(match: re.Match[str]) -> str:
    """An ellipsis is a pause inside a sentence and a full stop at its end."""
    following = _FOLLOWING.match(match.string, match.end())
    after = following[1] if following else ""
    return SOFT_COMMA if after.isalnum() and not after.isupper() else "."


def _et_cetera(match: re.Match[str]) -> str:
    return "et cetera." if nothing_after(match) else "et cetera"


def _strongest(match: re.Match[str]) -> str:
    return next((mark for mark in "?!.:;," if mark in match[0]), "")


def _wide_strongest(match: re.Match[str]) -> str:
    return match[0][0]


READERS = (
    worded(
        "abbreviation",
        rf"(?<![\w.])(?:{_any_of(_ABBREVIATIONS)})(?=\s)",
        lambda match: _ABBREVIATIONS[match[0]],
    ),
    worded("title", rf"\b(?:{_any_of(_TITLES)})(?=\s+\w)", lambda match: _TITLES[match[0]]),
    worded("abbreviation", r"\b[Ee]tc\.", _et_cetera),
    worded(
        "number sign", r"\bNo\.(?=\s?\d)|\bNr\.(?=\s?\d)|N°\.?(?=\s?\d)|#(?=\d)", fixed("number")
    ),
    worded(
        "smiley", r"(?<!\S)[:;=8][-~]?[)(DPp/|](?!\w)|(?<!\S)<3(?![\d.,]\d|\d)", fixed("")
    ),  # :-)
    worded("power", r"\^2\b|(?<=[A-Za-z)])²", fixed("squared")),
    worded("power", r"\^3\b|(?<=[A-Za-z)])³", fixed("cubed")),
    worded("power", r"\^(?=[\w({])", fixed("to the power of")),
    worded("name with a sign", r"\bC\+\+", fixed("C plus plus")),
    worded("name with a sign", r"\b([CF])#(?!\w)", lambda match: f"{match[1]} sharp"),
    worded("about", r"[~≈](?=[ ]?\d)", fixed("about")),
    worded("minus", r"(?<![\w)])[-−](?=\d)", fixed("minus")),
    worded("option", r"(?<![\w-])--?(?=[A-Za-z])", fixed("dash")),  # an option of a command
    worded("range", r"(?<=\d)[ ]?–[ ]?(?=\d)", fixed("to")),
    worded(
        "range of years",
        r"(?<![\w-])\d{4}-\d{4}(?![\w-])",
        lambda match: match[0].replace("-", " to "),
    ),  # years
    worded("name with a sign", r"\b24/7\b", fixed("24 7")),
    worded("slash", r"(?<=\d) ?/ ?(?=\d)", fixed("slash")),
    worded("comparison", r"(?<= )<(?= )", fixed("less than")),
    worded("comparison", r"(?<= )>(?= )", fixed("greater than")),
    worded("angle bracket", r"[<>\u200b]", fixed(" ")),
    worded("symbol", _any_of(_SYMBOLS), lambda match: _SYMBOLS[match[0]]),
    worded("ellipsis", r"…|\.{3,}|(?:\. ){2,}\.", _ellipsis),
    worded(
        "space before a mark", r"(?<! ) (?=[?!;:](?!\S))", fixed("")
    ),  # French sets a space there
    worded("several marks", r"[.,;:!?]{2,}", _strongest),
    worded("several marks", rf"[{_WIDE}]{{2,}}", _wide_strongest),
    worded("break", r"[()\[\]{}（）]|[–—]+|(?<=\s)-+(?=\s)|--+", fixed(SOFT_COMMA)),
    worded("slash", r"(?<=\w)/(?=\w)", fixed(" ")),
    worded("white space", r"[^\S\n]{2,}|[^\S\n ]", fixed(" ")),
    worded(
        "unspeakable", rf"[^\w\s.,;:!?'’{_WIDE}\-{_MARKS}]", fixed("")
    ),  # emoji, quotes, control characters
    worded(
        "quotation mark", r"(?<!\w)['’]|['’](?!\w)", fixed("")
    ),  # quotation marks, not apostrophes
    worded("hyphen", r"(?<!\w)-|-(?!\w)", fixed("")),
)
