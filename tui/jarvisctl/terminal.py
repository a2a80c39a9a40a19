"""Makes text from a model, a file or another user safe to show. Pure.

A terminal obeys control characters: they set its title, fill the clipboard, turn text around, or
hide it. This module says which characters those are and takes them out. It never decides what to
show. Each character is judged alone, so that text in pieces is cleaned as the whole would be.
"""

import re

# Controls (C0 but tab and newline, DEL, C1), what turns the direction of writing around, invisible
# tags, and what is no character at all.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef"
    "\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)


def printable(text: str, *, mark: str = "") -> str:
    """``text`` without what drives a terminal; ``mark`` stands in place of each such character."""
    return text if text.isprintable() else _UNSAFE.sub(mark, text)


def one_line(text: str) -> str:
    """``text`` as a part of a line: printable, and without line breaks and runs of spaces."""
    return " ".join(printable(text, mark=" ").split())


def escaped(document: bytes) -> bytes:
    """A JSON document that says the same, with what a terminal obeys written as numbers."""
    text = document.decode("utf-8", "replace")
    return document if text.isprintable() else _UNSAFE.sub(_escape, text).encode()


def _escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))
