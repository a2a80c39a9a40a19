"""Where words go: data to stdout, talk to stderr, colours only where a person looks.

Everything jarvisctl prints passes through one ``Output``. It never decides what to say.
"""

import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

import msgspec

from jarvisd.api.types import SCHEMA
from jarvisd.errors import JarvisError

_STYLES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "cyan": "36",
}


class Style:
    """Colours for one stream, or none at all."""

    def __init__(self, *, enabled: bool) -> None:
        self.enabled = enabled

    def __call__(self, text: str, *names: str) -> str:
        """``text`` in the named styles."""
        if not self.enabled or not names or not text:
            return text
        return f"\x1b[{';'.join(_STYLES[name] for name in names)}m{text}\x1b[0m"


class Output:
    """Writes for one invocation; ``json`` says that stdout carries JSON lines only."""

    def __init__(self, *, json: bool = False) -> None:
        self.json = json
        self._data: TextIO = sys.stdout
        self._talk: TextIO = sys.stderr
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")  # a latin-1 terminal still gets its text
        self.style = Style(enabled=_coloured(self._data))
        self.talk_style = Style(enabled=_coloured(self._talk))

    @property
    def data_is_terminal(self) -> bool:
        """Whether a person reads the data as it comes."""
        return self._data.isatty()

    @property
    def talk_is_terminal(self) -> bool:
        """Whether a person reads what is said beside the data."""
        return self._talk.isatty()

    def divert(self) -> None:
        """Send data to stderr from now on, because stdout carries audio."""
        self._data = self._talk
        self.style = self.talk_style

    def text(self, piece: str) -> None:
        """Write a piece of data at once, exactly as it is."""
        self._data.write(piece)
        self._data.flush()

    def line(self, text: str = "") -> None:
        """Write one line of data."""
        self._data.write(text + "\n")

    def talk(self, text: str = "") -> None:
        """Say something beside the data."""
        self._data.flush()
        self._talk.write(text + "\n")
        self._talk.flush()

    def object(self, value: dict[str, Any] | msgspec.Struct) -> None:
        """Write one JSON object on a line of its own, ``schema`` first."""
        fields = msgspec.to_builtins(value)
        self._bytes(msgspec.json.encode({"schema": SCHEMA, **fields}))

    def raw_object(self, line: bytes) -> None:
        """Write an object that the daemon sent, unchanged but for ``schema``."""
        separator = b"" if line.lstrip(b"{ ") == b"}" else b","
        self._bytes(b'{"schema":%d%s' % (SCHEMA, separator) + line.lstrip()[1:])

    def failure(self, error: JarvisError) -> None:
        """Report ``error``: for people on stderr, and with ``--json`` also as data."""
        if self.json:
            detail = {"code": error.code, "message": error.message, "hint": error.hint}
            self.object({"error": detail})
        self._data.flush()
        self.talk(f"{self.talk_style('jarvisctl:', 'red', 'bold')} {error.message}")
        for line in error.hint.splitlines():
            self.talk(f"  {line}")

    def table(
        self, header: Sequence[str], rows: Iterable[Sequence[str]], *, right: str = ""
    ) -> str:
        """Columns as wide as their content, the last cut at the terminal's edge.

        ``right`` has an ``r`` at the index of every column that is aligned to the right.
        """
        body = [list(row) for row in rows]
        widths = [max(map(len, column)) for column in zip(header, *body, strict=True)]
        left = columns() - sum(widths[:-1]) - 2 * len(widths[:-1])
        widths[-1] = min(widths[-1], max(8, left))
        lines = [_row(list(header), widths, right)]
        lines += [_row(row, widths, right) for row in body]
        return "\n".join(lines)

    def _bytes(self, line: bytes) -> None:
        self._data.flush()
        self._data.buffer.write(line + b"\n")
        self._data.buffer.flush()


def columns() -> int:
    """Width of the terminal in characters; 80 where there is none."""
    return shutil.get_terminal_size((80, 24)).columns


def shortened(text: str, width: int) -> str:
    """``text`` on one line of at most ``width`` characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= width else flat[: max(0, width - 1)].rstrip() + "…"


def seconds(value: float) -> str:
    """A duration for people: ``4.2 s``, ``3 min 5 s``, ``2 h 10 min``, ``5 d 3 h``."""
    if value < 60:
        return f"{value:.1f} s"
    whole = int(value)
    for size, name, below, smaller in ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min")):
        if whole >= size:
            return f"{whole // size} {name} {whole % size // below} {smaller}"
    return f"{whole // 60} min {whole % 60} s"


def mebibytes(value: int) -> str:
    """A size for people, in MB as the kernel's tools count them."""
    return f"{value / 1_048_576:.0f} MB"


def _coloured(stream: TextIO) -> bool:
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return stream.isatty() and not plain


def _row(cells: list[str], widths: list[int], right: str) -> str:
    parts = [
        cell.rjust(width) if right[index : index + 1] == "r" else cell.ljust(width)
        for index, (cell, width) in enumerate(zip(cells[:-1], widths[:-1], strict=True))
    ]
    last = shortened(cells[-1], widths[-1])
    if right[len(cells) - 1 : len(cells)] == "r":
        last = last.rjust(widths[-1])
    return "  ".join([*parts, last]).rstrip()
