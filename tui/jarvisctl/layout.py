"""Text laid out for a terminal: widths, cuts, columns, and figures for people.

Pure: text in, text out. Widths are columns of a terminal, not characters.
"""

import re
import shutil
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import accumulate, takewhile


def columns() -> int:
    """Width of the terminal in characters; 80 where there is none."""
    return shutil.get_terminal_size((80, 24)).columns


def display_width(text: str) -> int:
    """Columns that ``text`` takes on a terminal: two for wide letters, none for marks on others."""
    if text.isascii():
        return len(text)
    return sum(_letter_width(letter) for letter in text)


def _letter_width(letter: str) -> int:
    if unicodedata.combining(letter) or letter in "\u200d\ufe0e\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def padded(text: str, width: int) -> str:
    """``text`` with spaces after it up to ``width`` columns."""
    return text + " " * (width - display_width(text))


def folded(text: str, width: int) -> list[str]:
    """``text`` in lines of at most ``width`` columns, cut at spaces where there are any."""
    lines, line = [], ""
    for word in re.findall(r"\s*\S+", text):
        if display_width(line + word) <= width:
            line += word
            continue
        lines.append(line)
        line = word.lstrip()
        while display_width(line) > width:  # one long word: an address, or a text without spaces
            cut = max(n for n in range(1, len(line)) if display_width(line[:n]) <= width)
            lines.append(line[:cut])
            line = line[cut:]
    return [kept for kept in (*lines, line) if kept]


def shortened(text: str, width: int) -> str:
    """``text`` on one line of at most ``width`` columns."""
    flat = " ".join(text.split())
    if display_width(flat) <= width:
        return flat
    reached = accumulate(map(_letter_width, flat))
    kept = sum(1 for _ in takewhile(lambda columns: columns < width, reached))
    return flat[:kept].rstrip() + "…"


def seconds(value: float) -> str:
    """A duration for people: ``4.2 s``, ``41 s``, ``3 min 5 s``, ``2 h 10 min``, ``5 d 3 h``."""
    if value < 60:
        return f"{value:.1f} s" if value < 10 else f"{int(value)} s"
    whole = int(value)
    for size, name, below, smaller in ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min")):
        if whole >= size:
            return f"{whole // size} {name} {whole % size // below} {smaller}"
    return f"{whole // 60} min {whole % 60} s"


def fine_milliseconds(value: float) -> str:
    """A short duration for people: ``0.31 ms``, ``12.3 ms``, ``1.24 s``."""
    if value >= 1_000:
        return f"{value / 1_000:.2f} s"
    return f"{value:.1f} ms" if value >= 1 else f"{value:.2f} ms"


def mebibytes(value: int) -> str:
    """A size for people, in MB as the kernel's tools count them."""
    return f"{value / 1_048_576:.0f} MB"


def table(header: Sequence[str], rows: Iterable[Sequence[str]], *, right: str = "") -> str:
    """Columns as wide as their content, the last cut at the terminal's edge.

    ``right`` has an ``r`` at the index of every column that is aligned to the right.
    """
    body = [[cell.replace("\n", " ") for cell in row] for row in rows]
    widths = [max(map(display_width, column)) for column in zip(header, *body, strict=True)]
    left = columns() - sum(widths[:-1]) - 2 * len(widths[:-1])
    widths[-1] = min(widths[-1], max(8, left))
    lines = [_row(list(header), widths, right)]
    lines += [_row(row, widths, right) for row in body]
    return "\n".join(lines)


def _row(cells: list[str], widths: list[int], right: str) -> str:
    parts = [
        cell.rjust(width) if right[index : index + 1] == "r" else padded(cell, width)
        for index, (cell, width) in enumerate(zip(cells[:-1], widths[:-1], strict=True))
    ]
    last = shortened(cells[-1], widths[-1])
    if right[len(cells) - 1 : len(cells)] == "r":
        last = last.rjust(widths[-1])
    return "  ".join([*parts, last]).rstrip()
