"""Full stops of Chinese and Japanese, which are not followed by white space."""

WIDE_STOPS = "。！？｡"
_CLOSERS = "”’」』）】》\"')"
_MAX_CHARS = 16  # stops and closers that can belong to one end
_QUOTED_ON = "とっ"  # 「行く。」と言った goes on


class WideStop:
    """Reads full stops and closing marks until the next character shows where they end."""

    def __init__(self) -> None:
        self.end = -1  # just after the last stop or closer, -1: no stop is open
        self._start = 0
        self._closed = False

    @property
    def open(self) -> bool:
        """Whether a stop was read whose end is not known yet."""
        return self.end >= 0

    def reset(self) -> None:
        """The sentence ended or goes on."""
        self.end = -1

    def character(self, character: str, position: int) -> bool | None:
        """Take the next visible character, which a stop may be or follow.

        True: the sentence ended at ``end``; False: it goes on; None: not known yet.
        """
        if not self.open:
            if character not in WIDE_STOPS:
                return False
            self._start, self._closed = position, False
        elif character in _CLOSERS and position - self._start < _MAX_CHARS:
            self._closed = True
        elif character not in WIDE_STOPS or position - self._start >= _MAX_CHARS:
            return not (self._closed and character in _QUOTED_ON)
        self.end = position + 1
        return None
