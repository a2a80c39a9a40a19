"""Readers of comparisons and arithmetic between operands, and of operators in code."""

import re

from jarvisd.text.spoken.readings import Reader, Reading, worded

_COMPARED = {
    ">=": "greater than or equal to", "≥": "greater than or equal to",
    "<=": "less than or equal to", "≤": "less than or equal to", ">": "greater than",
    "<": "less than", "==": "equals", "!=": "not equal to", "≠": "not equal to",
    "~=": "compatible with",
    "=": "equals", "=>": "to", "===": "equals", "!==": "not equal to", "≈": "about",
}  # fmt: skip
_SIGNS = {
    "+": "plus", "-": "minus", "−": "minus", "–": "minus", "*": "times", "×": "times", "·": "times",
    "x": "times", "/": "divided by", "÷": "divided by", "^": "to the power of",
    "**": "to the power of",
}  # fmt: skip
_FIELD = {"0": "0", "*": "star"}
_BEFORE = r"(?<=[\w)\]%])"
_AFTER = r"(?=[-−]?[\w(\[.√π$€])"


def _between(match: re.Match[str]) -> str:
    return _COMPARED[match[1]]


def _operator(match: re.Match[str]) -> str:
    return _SIGNS[match[1]]


def _dimensions(match: re.Match[str]) -> str:
    return " by ".join(f"{int(side):,}" for side in (match[1], match[2]))


def _cron(match: re.Match[str]) -> Reading | None:
    fields = match[0].split()
    if not any("*" in field for field in fields):
        return None
    said = []
    for written in fields:
        field = re.sub(r"(?<=\d)-(?=\d)", " to ", written)
        said.append(
            field.replace("*", " star ").replace("/", " slash ").replace(",", " comma ").strip()
        )
    return Reading(
        match.start(), match.end(), ", ".join(" ".join(each.split()) for each in said), "cron line"
    )


_LIMITS = {
    ">": "more than",
    "<": "less than",
    ">=": "at least",
    "≥": "at least",
    "<=": "at most",
    "≤": "at most",
}
_COUNTING_WORD = re.compile(
    r"(?i:^|[(\n:,;]|\b(?:has|have|had|takes?|needs?|requires?|uses?|wait|waits|of|for|with|at|after|in|than|gets?|costs?"
    r"|and|or|to|be|lines?|space|wait|Wait|stay|stays|keep|want|was|were|on|runs?|got|by"
    r"|them|only|often|from|within|when|every)) ?$"
)


def _limit(match: re.Match[str]) -> Reading | None:
    """Say "has > 1000 lines" counts; "x > 5" compares."""
    before = match.string[max(0, match.start() - 12) : match.start()]
    if not _COUNTING_WORD.search(before):
        return None
    return Reading(match.start(), match.end(), _LIMITS[match[1] or match[2]], "limit")


READERS = (
    Reader(
        "cron line",
        r"(?<![^\s`(\"])[\d*](?:[\d*/,-]*) (?:[\d*/,-]+ ){3}[\d*/,-]*[\d*](?=[\s.,;:`)\"]|$)",
        _cron,
    ),
    worded("redirection", r"\b2>&1", lambda _match: "2 greater than ampersand 1"),
    worded("operator", r"(?<=\w) ?\|\| ?(?=\w)", lambda _match: "or"),
    worded("operator", r"(?<=\w) ?&& ?(?=\w)", lambda _match: "and"),
    worded(
        "index",
        r"(?<=[a-z])\[(0|[a-z])\]|(?<=[a-z])\[(\d{1,4})\](?=\[| ?=|\.\w)",
        lambda match: match[1] or match[2],
    ),
    Reader(
        "limit",
        r"(?<=[a-z]) ([<>]=?|[≥≤]) ?(?=\$?\d)|(?<![^\s(])([<>]=?|[≥≤]) ?(?=\$?\d)",
        _limit,
    ),
    worded("comparison", rf"{_BEFORE} ?(===|!==|>=|<=|==|!=|~=|≥|≤|≠) ?{_AFTER}", _between),
    worded("comparison", r"(?<=[a-z])([<>])(?=\d)", _between),
    worded(
        "comparison",
        rf"{_BEFORE} ([<>=≈]) {_AFTER}|(?<=\d)([<>])(?=\d)",
        lambda m: _COMPARED[m[1] or m[2]],
    ),
    worded("multiplication", r"(?<=\d) ?\* ?(?=\d)", lambda _match: "times"),
    worded("square root", r"(?<=\bthe )√ ?(?=[\w(])", lambda _match: "square root of"),
    worded("square root", r"√ ?(?=[\w(])", lambda _match: "the square root of"),
    worded(
        "ratio",
        r"\b(16|4|21|3|1|5|32)(:)(9|10|3|2|1|4)\b(?![:\d])",
        lambda match: f"{match[1]} to {match[3]}",
    ),
    worded("arithmetic", r"(?<=\d) ?\^ ?(?=\w)", lambda _match: "to the power of"),
    worded("arithmetic", r"(?<=[\d)]) ([-−–]) (?=[\d(][\d.,]*%? ?[=+*×/÷-])", _operator),
    worded(
        "arithmetic",
        r"(?<=[xyzabnk\d)]) ([-−–+*×·/÷]) (?=[xyzabnk\d(√π])(?=\(?[\w.√π]{1,8}(?:\W|$))",
        _operator,
    ),
    worded("dimensions", r"(?<![\w.])(\d{2,5}) ?[x×] ?(\d{2,5})\b(?!\.\d)", _dimensions),
    worded("arithmetic", r"(?<=\d) x (?=\d+ ?[GTM]i?B)", lambda _match: "times"),
    worded("arithmetic", r"(?<=\d)([*×÷+]) ?(?=\d)", _operator),
    worded("dimensions", r"(?<=\d) ?[x×] ?(?=\d)", lambda _match: "by"),
    worded(
        "multiple",
        r"(?<=\.\d)[x×](?!\w)|(?<=\d)[x×](?= (?:faster|slower|more|less|better|larger"
        r"|bigger|smaller|higher|lower|the|as|cheaper|speed))",
        lambda _match: "times",
    ),
    worded(
        "coefficient", r"(?<=\d)(?=[xyz]\b)(?!x\d)[xyz](?= [-+*/=−])", lambda match: f"{match[0]}"
    ),
)
