"""Where words go: data to stdout, talk to stderr, colours only where a person looks.

Everything jarvisctl prints passes through one ``Output``. It never decides what to say.
"""

import os
import sys
from typing import Any, TextIO

import msgspec

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

    def talk_over(self, text: str) -> None:
        """Say something in place of the line that the cursor is on; only for a terminal."""
        self._talk.write(f"\r\x1b[2K{text}")
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

    def _bytes(self, line: bytes) -> None:
        self._data.flush()
        self._data.buffer.write(line + b"\n")
        self._data.buffer.flush()


def _coloured(stream: TextIO) -> bool:
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return stream.isatty() and not plain
