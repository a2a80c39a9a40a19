"""The part of a stream's text that is still needed, addressed by offsets from its beginning."""


class Window:
    """A text that grows at its end and is dropped from its start.

    Offsets count from the first character ever appended, so they stay valid. What is kept is
    bounded by its users: each drops the text that it has returned.
    """

    def __init__(self) -> None:
        self._text = ""
        self._base = 0

    @property
    def end(self) -> int:
        """Offset just after the last character."""
        return self._base + len(self._text)

    def append(self, text: str) -> None:
        """Add ``text`` at the end."""
        self._text += text

    def cut(self, start: int, end: int) -> str:
        """The characters ``[start:end]``; both must not lie before what was forgotten."""
        return self._text[start - self._base : end - self._base]

    def forget(self, before: int) -> None:
        """Drop everything before the offset ``before``."""
        if before > self._base:
            self._text = self._text[before - self._base :]
            self._base = before
