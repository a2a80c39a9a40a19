"""Fenced code blocks: which line opens one, which closes it."""

import re

from jarvisd.text.splitting.boundaries import Kind

FENCE_CHARS = 3  # so many in a row open a block; the closing line has at least as many
_FENCE = re.compile(r"`{3,}|~{3,}")


class CodeFence:
    """Follows the lines of one code block after another."""

    def __init__(self) -> None:
        self._fence = ""
        self._opening = False

    def opened_by(self, characters: str) -> bool:
        """Whether these characters, the first ``FENCE_CHARS`` of a line, open a block."""
        self._opening = bool(_FENCE.fullmatch(characters))
        if self._opening:
            self._fence = characters
        return self._opening

    def line(self, line: str) -> Kind:
        """What the end of ``line``, a line of the block, is."""
        line, mark = line.strip(), self._fence[0]
        if self._opening:
            self._opening = False
            self._fence = line[: len(line) - len(line.lstrip(mark))] or self._fence
            return Kind.FENCE
        closes = line.startswith(self._fence) and not line.strip(mark)
        return Kind.CODE if closes else Kind.CODE_LINE
