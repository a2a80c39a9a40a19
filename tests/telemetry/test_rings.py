import math
from collections import deque

from hypothesis import given
from hypothesis import strategies as st

from jarvisd.telemetry.rings import NOTHING, Columns, Folding, Ring

numbers = st.lists(st.floats(allow_nan=False))


@given(st.integers(1, 20), numbers)
def test_a_ring_is_the_newest_of_what_was_recorded(size: int, recorded: list[float]) -> None:
    ring = Ring(size)
    for number in recorded:
        ring.record(number)
    assert list(ring) == list(deque(recorded, size))
    assert (len(ring), ring.recorded) == (min(size, len(recorded)), len(recorded))


def test_memory_is_the_same_after_a_million_numbers() -> None:
    ring = Ring(600)
    before = ring.nbytes
    for number in range(1_000_000):
        ring.record(number)
    assert ring.nbytes == before == 4_800


def test_columns_give_the_rows_after_a_time() -> None:
    columns = Columns(2, 3)
    for second in range(5):
        columns.record(second, [second * 10, second * 100])
    newest = columns.since(2.5)
    assert newest == 2
    assert columns.times(newest) == [3, 4]
    assert columns.column(1, newest) == [300, 400]
    assert columns.newest() == [40, 400]
    assert len(columns) == 3


def test_nothing_newer_is_nothing() -> None:
    columns = Columns(1, 3)
    assert (columns.times(0), columns.column(0, 0), columns.newest()) == ([], [], [])
    columns.record(1, [1])
    assert columns.column(0, columns.since(1)) == []


def test_folding_takes_the_mean_or_the_most() -> None:
    folding = Folding(2, 10, peaks=[1])
    assert folding.add(10, [1, 5]) is None
    assert folding.add(15, [3, 2]) is None
    done = folding.add(20, [9, 9])
    assert done == (20, [2, 5])


def test_what_is_unknown_does_not_count() -> None:
    folding = Folding(2, 10, peaks=[])
    folding.add(0, [NOTHING, NOTHING])
    folding.add(1, [4, NOTHING])
    done = folding.add(10, [NOTHING, NOTHING])
    assert done is not None
    _, (known, unknown) = done
    assert known == 4
    assert math.isnan(unknown)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=10))
def test_a_mean_lies_between_the_least_and_the_most(values: list[float]) -> None:
    folding = Folding(1, 10, peaks=[])
    for second, value in enumerate(values):
        folding.add(second, [value])
    done = folding.add(10, [0])
    assert done is not None
    assert min(values) - 1e-6 <= done[1][0] <= max(values) + 1e-6
