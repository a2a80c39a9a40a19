"""Decides when producers of audio wait: far enough ahead of playback, and no further.

Both answers have hysteresis, so that a level that hovers around a mark does not start and stop a
producer with every piece. Pure arithmetic; it must never hold audio itself.
"""


class Watermark:
    """A level with two marks: full from the upper one on, until it falls to the lower one.

    ``high`` and ``low`` are shares of ``limit``, in whatever unit the level is counted.
    """

    def __init__(self, limit: float, *, high: float = 0.7, low: float = 0.5) -> None:
        if limit <= 0 or not 0 <= low < high <= 1:
            raise ValueError("a watermark needs limit > 0 and 0 <= low < high <= 1")
        self._high = limit * high
        self._low = limit * low
        self._full = False

    @property
    def full(self) -> bool:
        """Whether producers wait."""
        return self._full

    def update(self, level: float) -> bool:
        """Note the level and say whether producers wait now."""
        if level >= self._high:
            self._full = True
        elif level <= self._low:
            self._full = False
        return self._full


class LookAhead:
    """How far audio may be made ahead of playback: up to ``high`` of ``limit_s`` seconds.

    The next utterance is made while one plays, so playback never waits for a start; beyond that the
    processor belongs to the language model.
    """

    def __init__(
        self, sample_rate: int, limit_s: float, *, high: float = 0.7, low: float = 0.5
    ) -> None:
        self._watermark = Watermark(limit_s * sample_rate, high=high, low=low)

    @property
    def waiting(self) -> bool:
        """The answer of the last ``update``."""
        return self._watermark.full

    def update(self, ready_samples: int, played_samples: int) -> bool:
        """Whether producers must wait, with so much of the reply made and so much of it played."""
        return self._watermark.update(ready_samples - played_samples)
