"""What kind of character a pattern can begin with.

So that a reader is only tried where it can succeed. Where this cannot tell, it says every kind:
slower, but never wrong.
"""

import re
from collections.abc import Iterable
from re import _parser  # type: ignore[attr-defined]
from typing import Any

# Kinds of characters, with no character in two of them.
KINDS = {
    "lower": "[a-z]", "upper": "[A-Z]", "digit": r"\d", "space": " ", "mark": "[.,;:!?'’]",
    "other": r"[^a-zA-Z\d .,;:!?'’]",
}  # fmt: skip
_EACH = {kind: re.compile(pattern) for kind, pattern in KINDS.items()}
_ALL = frozenset(KINDS)
_CATEGORIES = {
    "CATEGORY_DIGIT": {"digit"},
    "CATEGORY_WORD": {"lower", "upper", "digit", "other"},
    "CATEGORY_NOT_WORD": {"space", "mark", "other"},
    "CATEGORY_SPACE": {"space", "other"},
    "CATEGORY_NOT_SPACE": _ALL - {"space"},
}
_LARGE = 256  # characters of a range that are looked at one by one


def first_kinds(pattern: str) -> frozenset[str]:
    """The kinds of characters with which a match of ``pattern`` can begin."""
    kinds, empty = _sequence(_parser.parse(pattern))
    if "(?i" in pattern and kinds & {"lower", "upper"}:
        kinds |= {"lower", "upper"}
    return _ALL if empty else frozenset(kinds)


def _sequence(items: Iterable[Any]) -> tuple[set[str], bool]:
    """The kinds, and whether all of ``items`` may match nothing."""
    kinds: set[str] = set()
    for operation, argument in items:
        found, empty = _item(str(operation), argument)
        kinds |= found
        if not empty:
            return kinds, False
    return kinds, True


def _item(  # noqa: PLR0911 - one for each kind of item
    operation: str,
    argument: Any,  # noqa: ANN401 - what the parser of ``re`` has there
) -> tuple[set[str], bool]:
    match operation:
        case "AT" | "ASSERT" | "ASSERT_NOT":
            return set(), True
        case "LITERAL":
            return {_kind(argument)}, False
        case "IN":
            return _members(argument), False
        case "BRANCH":
            each = [_sequence(branch) for branch in argument[1]]
            return set().union(*(kinds for kinds, _ in each)), any(empty for _, empty in each)
        case "SUBPATTERN":
            return _sequence(argument[3])
        case "ATOMIC_GROUP":
            return _sequence(argument)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            kinds, empty = _sequence(argument[2])
            return kinds, empty or argument[0] == 0
        case _:
            return set(_ALL), False


def _members(members: list[Any]) -> set[str]:
    kinds: set[str] = set()
    for operation, argument in members:
        match str(operation):
            case "LITERAL":
                kinds.add(_kind(argument))
            case "RANGE" if argument[1] - argument[0] < _LARGE:
                kinds |= {_kind(code) for code in range(argument[0], argument[1] + 1)}
            case "CATEGORY" if str(argument) in _CATEGORIES:
                kinds |= _CATEGORIES[str(argument)]
            case _:
                return set(_ALL)
    return kinds


def _kind(code: int) -> str:
    return next(kind for kind, pattern in _EACH.items() if pattern.match(chr(code)))
