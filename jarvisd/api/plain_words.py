"""What msgspec says of a request, in words for the person who wrote it. Pure.

A library says ``Expected `str`, got `int` - at `$.text```; a person reads "text must be a text, not
a whole number". What is not known here loses its signs at least.
"""

import re
from collections.abc import Sequence

_SENTENCE = re.compile(r"(?P<said>.*?)(?: - at (?:the key in )?`(?P<path>[^`]*)`)?", re.DOTALL)
_EXPECTED = re.compile(r"Expected `(?P<wanted>[^`]*)`(?P<limit>.*?)(?:, got `(?P<got>[^`]*)`)?")
_LIMIT = re.compile(r" (?P<length>of length )?(?P<sign><=|>=|<|>) (?P<bound>[^ ,]+)")
_MISSING = re.compile(r"Object missing required field `(?P<field>.*)`")
_WRONG_CHOICE = re.compile(r"Invalid (?:enum )?value (?P<value>'.*'|\S+)")
_KINDS = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}
_BOUNDS = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}
BODY = "the body"


def told(message: str, choices: Sequence[str] = ()) -> str:
    """``message`` of a ``ValidationError`` in plain words; ``choices`` are what its field takes."""
    sentence = _SENTENCE.fullmatch(message)
    said, path = (sentence["said"], sentence["path"]) if sentence else (message, None)
    name = field_name(path or "")
    if missing := _MISSING.fullmatch(said):
        inside = f" in {name}" if name != BODY else ""
        return f"the field {missing['field']} is missing{inside}"
    if wrong := _WRONG_CHOICE.fullmatch(said):
        allowed = f"; it must be one of {', '.join(choices)}" if choices else ""
        return f"{name} cannot be {wrong['value']}{allowed}"
    if expected := _EXPECTED.fullmatch(said):
        return f"{name} must be {_wanted(expected)}{_instead(expected['got'])}"
    return f"{name}: {said.replace('`', '')}"


def field_name(path: str) -> str:
    """``$.voice.id`` as ``voice.id``; the whole is the body."""
    return path.replace("[...]", "").removeprefix("$").removeprefix(".") or BODY


def _wanted(expected: re.Match[str]) -> str:
    kinds = _listed(expected["wanted"].split(" | "))
    limit = _LIMIT.fullmatch(expected["limit"])
    if limit is None:
        return kinds + expected["limit"]
    bound = limit["bound"].removesuffix(".0")
    much = f"{_BOUNDS[limit['sign']]} {bound}"
    if not limit["length"]:
        return much
    if (limit["sign"], bound) == (">=", "1"):
        return f"{kinds} that is not empty"
    what = "characters" if expected["wanted"].startswith("str") else "entries"
    return f"{kinds} of {much} {what}"


def _instead(got: str | None) -> str:
    return f", not {_KINDS.get(got, got)}" if got else ""


def _listed(names: Sequence[str]) -> str:
    return " or ".join(_KINDS.get(name, name) for name in names)
