"""Lists set in one line: "1) one 2) two" has two sentences and no stop between them."""

import re

BULLETS = "•⁃‣▪◦"

# "1." "12)" "a.)": value and style.
LIST_MARKER = re.compile(rf"[{BULLETS}*_]*(\d{{1,3}}|[A-Za-z])(\.\)|\.|\))")


class InlineList:
    """Knows which marker began the sentence, and so which one begins the next."""

    def __init__(self) -> None:
        self._value = 0
        self._style = ""

    def start_sentence(self) -> None:
        """Forget the marker of the sentence that ended."""
        self._style = ""

    def lead(self, word: str) -> bool:
        """Whether ``word``, the first of its sentence, is a marker; it is remembered."""
        marker = _marker(word)
        if marker:
            self._value, self._style = marker
        return marker is not None

    def continues_with(self, word: str) -> bool:
        """Whether ``word`` is the next marker in the same style."""
        return bool(self._style) and _marker(word) == (self._value + 1, self._style)


def _marker(word: str) -> tuple[int, str] | None:
    """The value and style of a list marker: "2.)" is 2 in the style ".)"."""
    match = LIST_MARKER.fullmatch(word) if word[-1] in ".)" else None
    if match is None:
        return None
    value, style = match.groups()
    return (int(value), style) if value.isdigit() else (ord(value), f"letter{style}")
