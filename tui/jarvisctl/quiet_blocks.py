"""Blocks that are for the eye alone: what the builtin provider prints behind its answer.

Such a block opens with a fence and the word ``quiet``; a person sees its lines indented, and no
fence. Pure. Every other code block stays as it was written.
"""

import re
from collections.abc import Iterator
from enum import Enum

QUIET = "quiet"
INDENT = "    "
_FENCE = "```"
# A longer line is no fence: its end is not waited for.
_MAX_FENCE_CHARS = 200
_PARTS = re.compile(r"[^\n]*\n|[^\n]+")


class LineKind(Enum):
    """What a line is to a reader."""

    TEXT = "text"
    BODY = "body"
    FENCE = "fence"


class QuietBlocks:
    """Tells line after line what each is."""

    def __init__(self) -> None:
        self._open = ""

    def kind(self, line: str) -> LineKind:
        """What the next line is."""
        words, quiet = line.strip(), self._open == QUIET
        if self._open and words != _FENCE:
            return LineKind.BODY if quiet else LineKind.TEXT
        if self._open:
            self._open = ""
        elif words.startswith(_FENCE) and len(line) <= _MAX_FENCE_CHARS:
            quiet = QUIET in words.split()
            self._open = QUIET if quiet else "other"
        return LineKind.FENCE if quiet else LineKind.TEXT


def is_quiet(text: str) -> bool:
    """Whether ``text`` is such a block."""
    return QuietBlocks().kind(text.lstrip().partition("\n")[0]) is LineKind.FENCE


def lines_of(text: str) -> Iterator[tuple[int, int, LineKind]]:
    """Where each line of ``text`` begins and ends, its line end included, and what it is."""
    blocks, start = QuietBlocks(), 0
    for line in _PARTS.findall(text):
        yield start, start + len(line), blocks.kind(line)
        start += len(line)


def readable(text: str) -> str:
    """``text`` as a person reads it."""
    shown = QuietText()
    return shown.feed(text) + shown.end()


class QuietText:
    """The same for a text that comes in pieces: holds back what may be a fence, and no more."""

    def __init__(self) -> None:
        self._blocks = QuietBlocks()
        self._held = ""
        self._midline = False

    def feed(self, piece: str) -> str:
        """What can be shown now."""
        return "".join(map(self._take, _PARTS.findall(piece)))

    def end(self) -> str:
        """What is left when nothing more will come."""
        return self._release() if self._held else ""

    def _take(self, part: str) -> str:
        """``part`` ends with the line, or before it."""
        if self._midline:
            self._midline = not part.endswith("\n")
            return part
        self._held += part
        if not part.endswith("\n") and _may_be_fence(self._held):
            return ""
        return self._release()

    def _release(self) -> str:
        """The line, or as much of its beginning as shows that it is no fence."""
        line, self._held = self._held, ""
        kind = self._blocks.kind(line)
        self._midline = not line.endswith("\n")
        if kind is LineKind.FENCE:
            return ""
        return INDENT + line if kind is LineKind.BODY and line != "\n" else line


def _may_be_fence(line: str) -> bool:
    held = line.lstrip(" ")
    return len(line) <= _MAX_FENCE_CHARS and (held.startswith(_FENCE) or _FENCE.startswith(held))
