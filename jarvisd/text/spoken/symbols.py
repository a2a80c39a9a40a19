"""Readers of abbreviations, symbols and punctuation; what no engine can say is dropped."""

import re

from jarvisd.text.spoken.readings import SOFT_COMMA, fixed, nothing_after, worded

_ABBREVIATIONS = {
    "e.g.": "for example", "eg.": "for example", "e. g.": "for example", "i.e.": "that is",
    "i. e.": "that is", "vs.": "versus", "vs": "versus", "approx.": "approximately",
    "ca.": "circa", "pp.": "pages", "fig.": "figure", "figs.": "figures", "eq.": "equation",
    "sec.": "section", "ch.": "chapter", "vol.": "volume", "ed.": "edition", "est.": "established",
    "incl.": "including", "excl.": "excluding", "max.": "maximum", "min.": "minimum",
    "dept.": "department", "govt.": "government", "misc.": "miscellaneous", "temp.": "temperature",
    "w/o": "without", "w/": "with", "b/c": "because", "et al.": "and others",
    "resp.": "respectively",
    "cf.": "compare", "tel.": "telephone", "ext.": "extension", "c/o": "care of",
    "approx": "approximately",
    "aka": "A-K-A", "a.k.a.": "A-K-A",
}  # fmt: skip
_TITLES = {
    "Dr.": "Doctor",
    "Mr.": "Mister",
    "Mrs.": "Missus",
    "Ms.": "Miz",
    "Prof.": "Professor",
    "Gen.": "General",
    "Sgt.": "Sergeant",
    "Capt.": "Captain",
    "Lt.": "Lieutenant",
    "Col.": "Colonel",
    "Maj.": "Major",
    "Sen.": "Senator",
    "Rep.": "Representative",
    "Gov.": "Governor",
    "Rev.": "Reverend",
    "Hon.": "Honorable",
    "Pres.": "President",
    "Mt.": "Mount",
    "Ft.": "Fort",
    "Messrs.": "Messieurs",
    "Adm.": "Admiral",
    "Cpl.": "Corporal",
    "Pvt.": "Private",
    "Supt.": "Superintendent",
}
_STREETS = {
    "St.": "Street",
    "Ave.": "Avenue",
    "Rd.": "Road",
    "Dr.": "Drive",
    "Blvd.": "Boulevard",
    "Ln.": "Lane",
    "Ct.": "Court",
    "Pl.": "Place",
    "Sq.": "Square",
    "Hwy.": "Highway",
    "Pkwy.": "Parkway",
}
_PLACES = {
    "Apt.": "apartment",
    "Ste.": "suite",
    "Bldg.": "building",
    "Rm.": "room",
    "Fl.": "floor",
    "p.": "page",
    "P.": "Page",
}
_NAMES = {
    "Jr.": "Junior",
    "Sr.": "Senior",
    "Inc.": "Incorporated",
    "Ltd.": "Limited",
    "Corp.": "Corporation",
    "Co.": "Company",
    "Bros.": "Brothers",
    "Dept.": "Department",
    "Assn.": "Association",
}
_KEYS = {
    "Ctrl": "control",
    "Del": "delete",
    "Esc": "escape",
    "Ins": "insert",
    "Cmd": "command",
    "PgUp": "page up",
    "PgDn": "page down",
    "Alt": "alt",
    "Shift": "shift",
}
_ACRONYMS = frozenset(
    [
        "API",
        "GPU",
        "CPU",
        "URL",
        "UID",
        "GID",
        "USB",
        "SSD",
        "UUID",
        "ID",
        "IO",
        "OS",
        "IP",
        "UI",
        "AI",
        "IOPS",
        "EOF",
        "ISO",
    ]
)
_MONTHS = {
    "Jan": "January",
    "Feb": "February",
    "Mar": "March",
    "Apr": "April",
    "Aug": "August",
    "Sep": "September",
    "Sept": "September",
    "Oct": "October",
    "Nov": "November",
    "Dec": "December",
}
_SYMBOLS = {
    "&": "and", "&&": "and",
    "=": "equals", "+": "plus", "×": "times", "÷": "divided by", "±": "plus or minus",
    "≈": "about", "≤": "less than or equal to", "≥": "greater than or equal to",
    "≠": "not equal to",
    "→": "to", "←": "from", "↑": "up", "↓": "down", "↔": "to and from", "⇒": "so",
    "⚠": "warning", "°": "degrees",
    "%": "percent", "€": "euros", "£": "pounds", "§": "section", "@": "at", "∞": "infinity",
    "<=": "less than or equal to", ">=": "greater than or equal to",
    "!=": "not equal to", "==": "equals", "->": "to", "=>": "to",
    "−": "minus", "π": "pi",
}  # fmt: skip
# Marks that combine with letters: accents, vowel signs.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0dff"
    "\u0e31-\u0e4e\u0f00-\u0fff\u1000-\u109f\u17b4-\u17d3\u3099\u309a"
)
_WIDE = "。！？、，；：・"
_FOLLOWING = re.compile(r"[ \t]*+(.)")


def _like(written: str, said: str) -> str:
    """``said`` with a capital where ``written`` has one."""
    return said[0].upper() + said[1:] if written[0].isupper() else said


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


def _street(match: re.Match[str]) -> str:
    return _STREETS[match[1]] + ("." if nothing_after(match) else "")


def _name_end(match: re.Match[str]) -> str:
    return _NAMES[match[1]] + ("." if nothing_after(match) else "")


def _keys(match: re.Match[str]) -> str:
    return " ".join(_KEYS.get(key, key) for key in re.split(r"[+-]", match[0]))


def _constant(match: re.Match[str]) -> str:
    return " ".join(
        word
        if len(word) < 3 or word in _ACRONYMS or not set(word) & set("AEIOUY")
        else word.lower()
        for word in match[0].split("_")
    )


def _option(match: re.Match[str]) -> str:
    dashes = "dash " * len(match[1])
    return dashes + re.sub(r"[-_]+", " ", match[2]).strip()


_ANSWERED = re.compile(r"(?:[:|]|\b(?:is|works|supported)) ?$")
_SAID_ALREADY = re.compile(
    r"\W*(?:done|complete|finished|success|passed|ok\b|yes|failed|error|no\b|wrong)", re.IGNORECASE
)
_SAID_BEFORE = re.compile(
    r"(?:done|completed?|finished|successfully|passed|ok|yes|failed|error)[\s.,!:]*$", re.IGNORECASE
)


def _check(match: re.Match[str]) -> str:
    """An answer in a list or table, "done" or "failed" elsewhere, silent beside such a word."""
    good = match[0][0] in "✅✔✓☑"
    before = match.string[max(0, match.start() - 16) : match.start()]
    if _ANSWERED.search(before):
        return "yes" if good else "no"
    if _SAID_ALREADY.match(match.string, match.end()) or _SAID_BEFORE.search(before):
        return ""
    return "done" if good else "failed"


_WORDED = (
    worded(
        "abbreviation",
        rf"(?<![\w.])(?i:{_any_of(_ABBREVIATIONS)})(?=,?\s|(?<=/)\w)",
        lambda match: _like(match[0], _ABBREVIATIONS[match[0].lower()]),
    ),
    worded(
        "street",
        rf"(?<=[a-z\dA-Z] )(?<=\w\w )({_any_of(_STREETS)})(?!\s+[A-Z][a-z]+\b(?! (?:is|was|are)))",
        _street,
    ),
    worded("abbreviation", rf"\b(?:{_any_of(_PLACES)})(?= ?\d)", lambda match: _PLACES[match[0]]),
    worded("abbreviation", rf"(?:(?<=[a-z] )|(?<=[a-z], ))({_any_of(_NAMES)})(?=[\s,])", _name_end),
    worded(
        "abbreviation", rf"\b({'|'.join(_MONTHS)})\.(?=\s+[a-z])", lambda match: _MONTHS[match[1]]
    ),
    worded(
        "abbreviation",
        r"\bPh\.\s?D\.?",
        lambda match: "P-H-D." if nothing_after(match) and match[0][-1] == "." else "P-H-D",
    ),
    worded(
        "keys",
        r"\b(Ctrl|Alt|Shift|Cmd|Super|Win|Meta)(?:[+-](?:[A-Z][a-z]+|[A-Z\d]{1,3}))+(?!\w)",
        _keys,
    ),
    worded("constant", r"(?<![\w/.$-])[A-Z]{2,}(?:_[A-Z]{2,})+(?!\w)", _constant),
    worded(
        "image tag",
        r"(?<=[a-z]):(?=\d{1,3}(?:\.\d+)*(?:-[a-z]+)?(?:[\s.,;)]|$))|(?<=[a-z]):(?=(?:latest|alpine|stable|main|edge|slim)\b)",
        fixed(" "),
    ),
    worded("option", r"(?<![\w-])(--?)([A-Za-z][\w-]*)", _option),
    worded("check mark", r"[✅✔✓☑]\ufe0f?|[❌✗✘✖]\ufe0f?", _check),
    worded("title", rf"\b(?:{_any_of(_TITLES)})(?=\s+\w)", lambda match: _TITLES[match[0]]),
    worded("abbreviation", r"\b[Ee]tc\.", _et_cetera),
    worded(
        "number sign", r"\bNo\.(?=\s?\d)|\bNr\.(?=\s?\d)|N°\.?(?=\s?\d)|#(?=\d)", fixed("number")
    ),
    worded(
        "smiley", r"(?<!\S)[:;=8][-~]?[)(DPp/|](?!\w)|(?<!\S)<3(?![\d.,]\d|\d)", fixed("")
    ),  # :-)
    worded("power", r"\^2\b|(?<=[A-Za-z\d)])²", fixed("squared")),
    worded("power", r"\^3\b|(?<=[A-Za-z\d)])³", fixed("cubed")),
    worded("power", r"\^(?=[\w({])", fixed("to the power of")),
    worded("name with a sign", r"\bC\+\+", fixed("C plus plus")),
    worded("name with a sign", r"\b([CF])#(?!\w)", lambda match: f"{match[1]} sharp"),
    worded("about", r"[~≈](?=[ ]?\d)", fixed("about")),
    worded("minus", r"(?<![\w)])[-−](?=\d)", fixed("minus")),
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
)

# Of every language: pauses, and what no engine can say.
PAUSES = (
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
        "quotation mark", r"(?<!\w)['’]|['’](?!\w)", fixed("")
    ),  # quotation marks, not apostrophes
    worded("hyphen", r"(?<!\w)-|-(?!\w)", fixed("")),
)

# Emoji, quotes, control characters.
UNSPEAKABLE = worded("unspeakable", rf"[^\w\s.,;:!?'’{_WIDE}\-{_MARKS}]", fixed(""))
READERS = (*_WORDED, *PAUSES, UNSPEAKABLE)
