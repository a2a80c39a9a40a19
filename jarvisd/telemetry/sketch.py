"""A quantile sketch: percentiles of any number of values, in a fixed few kilobytes. Pure.

Values are counted in bins whose edges grow by a constant factor, so that each value is within
``ERROR`` of the middle of its bin. Sketches of the same kind merge by adding their counts: the
order of merging, and of recording, changes nothing.
"""

import math
from array import array
from collections.abc import Mapping
from itertools import repeat

# Relative. What is told lies within it of a value that was recorded.
ERROR = 0.01
# The range within which that holds: a microsecond to eleven days, counted in milliseconds.
LEAST = 1e-3
MOST = 1e9

# A hair below, so that rounding inside a logarithm cannot break the promise at a bin's edge.
_GAMMA = (1 + ERROR * (1 - 1e-9)) / (1 - ERROR * (1 - 1e-9))
_PER_LOG = 1 / math.log(_GAMMA)
_OFFSET = math.ceil(math.log(LEAST) * _PER_LOG) - 1
# The first bin is that of 0, the last one that of everything beyond the range.
BINS = math.ceil(math.log(MOST) * _PER_LOG) - _OFFSET + 2
_log = math.log
_ceil = math.ceil


class Sketch:
    """Counts of values. Below ``LEAST`` a value counts as 0, above ``MOST`` as ``MOST``."""

    __slots__ = ("_counts", "count", "total")

    def __init__(self) -> None:
        self._counts = array("Q", repeat(0, BINS))
        self.count = 0
        self.total = 0.0

    @property
    def nbytes(self) -> int:
        """Memory of the counts; it never changes."""
        return len(self._counts) * self._counts.itemsize

    def record(self, value: float) -> None:
        """Count one value; ignores NaN."""
        if LEAST < value < MOST:
            self._counts[_ceil(_log(value) * _PER_LOG) - _OFFSET] += 1
        elif value <= LEAST:
            self._counts[0] += 1
            value = 0.0
        elif value >= MOST:
            self._counts[-1] += 1
            value = MOST
        else:
            return
        self.count += 1
        self.total += value

    def merge(self, other: "Sketch") -> None:
        """Count everything that ``other`` counted."""
        for index, count in other.bins().items():
            self._counts[index] += count
        self.count += other.count
        self.total += other.total

    def quantile(self, share: float) -> float | None:
        """The value that ``share`` (0 to 1) of all values do not exceed; ``None`` without any.

        By nearest rank, so that it is within ``ERROR`` of a recorded value.
        """
        if not self.count:
            return None
        rank = max(1, math.ceil(share * self.count))
        for index, count in enumerate(self._counts):
            rank -= count
            if rank <= 0:
                return _middle(index)
        return MOST

    def at_most(self, bound: float) -> int:
        """How many values did not exceed ``bound``, to within ``ERROR``."""
        return sum(count for index, count in enumerate(self._counts) if _middle(index) <= bound)

    def bins(self) -> dict[int, int]:
        """The counts that are not 0, to be saved; ``from_bins`` reads them."""
        return {index: count for index, count in enumerate(self._counts) if count}

    @classmethod
    def from_bins(cls, bins: Mapping[int, int], total: float) -> "Sketch":
        """The sketch from saved ``bins`` and ``total``; unknown bins are ignored."""
        sketch = cls()
        for index, count in bins.items():
            if 0 <= index < BINS and count > 0:
                sketch._counts[index] = count
                sketch.count += count
        sketch.total = total
        return sketch


def _middle(index: int) -> float:
    """The middle of a bin: relatively as far from one edge as from the other."""
    if index == 0:
        return 0.0
    if index == BINS - 1:
        return MOST
    return float(2 * _GAMMA ** (index + _OFFSET) / (_GAMMA + 1))
