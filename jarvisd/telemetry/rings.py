"""Rings: memory of a fixed size that drops the oldest. Pure, and never grows.

``Ring`` holds numbers of one kind, ``Columns`` rows of numbers with their times. Both are allocated
whole when they are made; recording writes into what is there. For records that are not numbers, a
``collections.deque`` with ``maxlen`` is a ring already.
"""

from array import array
from collections.abc import Iterator, Sequence
from itertools import repeat
from math import isnan

NOTHING = float("nan")


class Ring:
    """The newest ``size`` numbers."""

    __slots__ = ("_numbers", "_size", "recorded")

    def __init__(self, size: int) -> None:
        self._size = size
        self._numbers = array("d", repeat(0.0, size))
        self.recorded = 0

    def __len__(self) -> int:
        return min(self.recorded, self._size)

    def __iter__(self) -> Iterator[float]:
        """Oldest first."""
        first = self.recorded - len(self)
        return (self._numbers[at % self._size] for at in range(first, self.recorded))

    @property
    def nbytes(self) -> int:
        """Memory of the numbers; it never changes."""
        return len(self._numbers) * self._numbers.itemsize

    def record(self, number: float) -> None:
        """Add one, in place of the oldest."""
        self._numbers[self.recorded % self._size] = number
        self.recorded += 1


class Columns:
    """The newest ``size`` rows of ``width`` numbers; ``NOTHING`` where a row has no value."""

    def __init__(self, width: int, size: int) -> None:
        self._times = Ring(size)
        self._columns = [Ring(size) for _ in range(width)]

    def __len__(self) -> int:
        return len(self._times)

    @property
    def nbytes(self) -> int:
        """Memory of all numbers; it never changes."""
        return self._times.nbytes + sum(column.nbytes for column in self._columns)

    def record(self, time: float, row: Sequence[float]) -> None:
        """Add a row of exactly ``width`` numbers, in place of the oldest."""
        for column, number in zip(self._columns, row, strict=True):
            column.record(number)
        self._times.record(time)

    def newest(self) -> list[float]:
        """The newest row; empty before the first."""
        return [next(reversed(_last(column, 1))) for column in self._columns] if len(self) else []

    def since(self, time: float) -> int:
        """How many of the newest rows were recorded after ``time``."""
        return sum(1 for at in self._times if at > time)

    def times(self, newest: int) -> list[float]:
        """The times of the ``newest`` rows, oldest first."""
        return _last(self._times, newest)

    def column(self, index: int, newest: int) -> list[float]:
        """One number of each of the ``newest`` rows, oldest first."""
        return _last(self._columns[index], newest)


class Folding:
    """Combines the rows of ``period_s`` seconds into one: the mean of each column, or its maximum.

    A column without a value in that time has none. ``peaks`` are the columns with the maximum.
    """

    def __init__(self, width: int, period_s: float, peaks: Sequence[int]) -> None:
        self._period_s = period_s
        self._peaks = frozenset(peaks)
        self._sums = array("d", repeat(0.0, width))
        self._counts = array("L", repeat(0, width))
        self._period = -1

    def add(self, time: float, row: Sequence[float]) -> tuple[float, list[float]] | None:
        """Add a row; when a period is over, returns its end and its combined row."""
        period = int(time // self._period_s)
        done = None
        if period != self._period:
            if self._period >= 0:
                done = ((self._period + 1) * self._period_s, self._folded())
            self._period = period
        for index, number in enumerate(row):
            if not isnan(number):
                self._take(index, number)
        return done

    def _take(self, index: int, number: float) -> None:
        if not self._counts[index]:
            self._sums[index] = number
        elif index in self._peaks:
            self._sums[index] = max(self._sums[index], number)
        else:
            self._sums[index] += number
        self._counts[index] += 1

    def _folded(self) -> list[float]:
        row = []
        for index, total in enumerate(self._sums):
            count = self._counts[index]
            value = total if index in self._peaks else total / count if count else NOTHING
            row.append(value if count else NOTHING)
            self._counts[index] = 0
        return row


def _last(ring: Ring, newest: int) -> list[float]:
    numbers = list(ring)
    return numbers[len(numbers) - newest :]
