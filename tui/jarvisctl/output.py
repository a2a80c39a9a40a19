"""Where words go: data to stdout, talk to stderr, colours only where a person looks.

Everything jarvisctl prints passes through one ``Output``, which takes out what would drive the
terminal: only the colours that were added here get through. It never decides what to say.
"""

import io
import os
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

import click
import msgspec

from jarvisctl.layout import table
from jarvisctl.terminal import escaped, printable
from jarvisd.errors import JarvisError
from jarvisd.wire import SCHEMA

_STYLES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "cyan": "36",
}
# A colour is a mark until it is written. No other text can hold one: the key is new each time.
_KEY = os.urandom(8).hex()
_MARK = re.compile(f"\ufdd0{_KEY}([0-9;]+)\ufdd1")


class Style:
    """Colours for one stream, or none at all."""

    def __init__(self, *, enabled: bool) -> None:
        self.enabled = enabled

    def __call__(self, text: str, *names: str) -> str:
        """``text`` in the named styles."""
        if not self.enabled or not names or not text:
            return text
        codes = ";".join(_STYLES[name] for name in names)
        return f"\ufdd0{_KEY}{codes}\ufdd1{text}\ufdd0{_KEY}0\ufdd1"


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
    def is_terminal(self) -> bool:
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
        """Write a piece of data at once."""
        self._data.write(_shown(piece))
        self._data.flush()

    def line(self, text: str = "") -> None:
        """Write one line of data."""
        self._data.write(_shown(text) + "\n")

    def table(
        self, header: Sequence[str], rows: Iterable[Sequence[str]], *, right: str = ""
    ) -> None:
        """Write columns below their names; ``right`` as for ``layout.table``."""
        head, *body = table(header, rows, right=right).split("\n")
        for line in (self.style(head, "bold"), *body):
            self.line(line)

    def talk(self, text: str = "") -> None:
        """Say something beside the data."""
        self._data.flush()
        self._talk.write(_shown(text) + "\n")
        self._talk.flush()

    def talk_over(self, text: str) -> None:
        """Say something in place of the line that the cursor is on; only for a terminal."""
        self._talk.write(f"\r\x1b[2K{_shown(text)}")
        self._talk.flush()

    def object(self, value: dict[str, Any] | msgspec.Struct) -> None:
        """Write one JSON object on a line of its own, ``schema`` first."""
        fields = msgspec.to_builtins(value)
        self._bytes(msgspec.json.encode({"schema": SCHEMA, **fields}))

    def raw_object(self, line: bytes) -> None:
        """Write an object that the daemon sent, with the same content and ``schema``."""
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

    def refusal(self, error: click.ClickException) -> None:
        """Say what is wrong with the command line."""
        said = io.StringIO()
        error.show(said)
        self.talk(said.getvalue().rstrip())

    def _bytes(self, line: bytes) -> None:
        self._data.flush()
        self._data.buffer.write(escaped(line) + b"\n")
        self._data.buffer.flush()


def _shown(text: str) -> str:
    """``text`` as the terminal gets it: printable, with our own colours."""
    if "\ufdd0" not in text:
        return printable(text)
    pieces = _MARK.split(text)
    pieces[::2] = map(printable, pieces[::2])
    pieces[1::2] = [f"\x1b[{codes}m" for codes in pieces[1::2]]
    return "".join(pieces)


def _coloured(stream: TextIO) -> bool:
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return stream.isatty() and not plain
