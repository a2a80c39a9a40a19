"""Where a key stands in a TOML file, so that a problem can name its line.

Only to help people: the standard library parses the file itself. For a layout that this scan does
not understand (inline tables, unusual quotes) it returns the line of the enclosing table or none,
never a wrong value.
"""

import re

_HEADER = re.compile(r"\s*\[([^\[\]]+)\]\s*(?:#.*)?$")
_KEY = re.compile(r"""[A-Za-z0-9_.\-"' ]+""")
_FENCE = re.compile(r'"""|' + r"'''")


def key_lines(text: str) -> dict[str, int]:
    """Dotted path to line number (from 1) of every table header and key of a TOML text."""
    found: dict[str, int] = {}
    table, fence = "", ""
    for number, line in enumerate(text.splitlines(), start=1):
        if not fence:
            if header := _HEADER.match(line):
                table = _dotted(header[1])
                found.setdefault(table, number)
            elif key := _KEY.fullmatch(line.partition("=")[0].strip() if "=" in line else ""):
                name = _dotted(key[0])
                found.setdefault(f"{table}.{name}" if table else name, number)
        fence = _open_fence(line, fence)
    return found


def _dotted(key: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in key.split("."))


def _open_fence(line: str, fence: str) -> str:
    """The quotes of the multi-line string that is still open after ``line``, or empty."""
    for mark in _FENCE.findall(line):
        if not fence:
            fence = mark
        elif mark == fence:
            fence = ""
    return fence


def nearest(lines: dict[str, int], path: str) -> int | None:
    """The line of ``path``, else of the closest table around it that has one."""
    while path:
        if path in lines:
            return lines[path]
        path = path.rpartition(".")[0]
    return None
