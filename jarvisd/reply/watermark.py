"""Decides when producers of audio must wait.

It has hysteresis, so that a level near a mark does not start and stop a producer with every piece.
Pure arithmetic; it must never hold audio itself.
"""


class Watermark:
    """A level with two marks: full from the upper one on, until it falls to the lower one.

    ``high`` and ``low`` are shares of ``limit``, in any unit.
    """

    def __init__(self, limit: float, *, high: float = 0.7, low: float = 0.5) -> None:
        if limit <= 0 or not 0 <= low < high <= 1:
            raise ValueError("a watermark needs limit > 0 and 0 <= low < high <= 1")
        self.high = limit * high
        self.low = limit * low
        self._full = False

    @property
    def full(self) -> bool:
        """Whether producers wait."""
        return self._full

    def update(self, level: float) -> bool:
        """Note the level and say whether producers wait now."""
        if level >= self.high:
            self._full = True
        elif level <= self.low:
            self._full = False
        return self._full
