"""OpenMetrics text, taken apart: families with their samples.

Pure, and made for what the daemon sends; it is lenient where the format is strict, because a
reader that stops at one odd line shows nothing at all.
"""

import re
from collections.abc import Iterator
from typing import Any

_SAMPLE = re.compile(r"(?P<name>[A-Za-z_:][\w:]*)(?:\{(?P<labels>.*)\})? (?P<value>\S+)")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
_ESCAPES = {"n": "\n", '"': '"', "\\": "\\"}


def families(text: str) -> list[dict[str, Any]]:
    """``name``, ``type``, ``unit``, ``help`` and ``samples`` (name, labels, value) of each family.

    ``value`` is a float, or ``None`` for what JSON has no number for: NaN and the infinities.
    """
    found: dict[str, dict[str, Any]] = {}
    current: dict[str, Any] = {}
    for line in text.splitlines():
        if line.startswith("# "):
            _, keyword, *rest = line.split(" ", 3)
            if keyword in ("TYPE", "UNIT", "HELP") and rest:
                current = found.setdefault(rest[0], _family(rest[0]))
                current[keyword.lower()] = _unescaped(rest[1]) if len(rest) > 1 else ""
        elif sample := _SAMPLE.match(line):
            if not sample["name"].startswith(current.get("name", "\n")):
                current = found.setdefault(sample["name"], _family(sample["name"]))
            current["samples"].append(_sample(sample))
    return list(found.values())


def _family(name: str) -> dict[str, Any]:
    return {"name": name, "type": "unknown", "unit": "", "help": "", "samples": []}


def _sample(match: re.Match[str]) -> dict[str, Any]:
    return {
        "name": match["name"],
        "labels": dict(_labels(match["labels"] or "")),
        "value": _number(match["value"]),
    }


def _labels(text: str) -> Iterator[tuple[str, str]]:
    return ((name, _unescaped(value)) for name, value in _LABEL.findall(text))


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[0]), text)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if value - value == 0 else None
