import math
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisd.telemetry.sketch import ERROR, LEAST, MOST, Sketch

values = st.lists(st.floats(LEAST, MOST, exclude_min=True, exclude_max=True), min_size=1)
anything = st.lists(st.floats())
shares = st.floats(0, 1)


def sketch_of(recorded: list[float]) -> Sketch:
    sketch = Sketch()
    for value in recorded:
        sketch.record(value)
    return sketch


def exact(recorded: list[float], share: float) -> float:
    return sorted(recorded)[max(1, math.ceil(share * len(recorded))) - 1]


@given(values, shares)
def test_a_quantile_is_within_the_error_of_a_recorded_value(
    recorded: list[float], share: float
) -> None:
    told = sketch_of(recorded).quantile(share)
    true = exact(recorded, share)
    assert told is not None
    assert abs(told - true) <= ERROR * true


@given(st.lists(values, min_size=1, max_size=5), st.randoms(), shares)
def test_merging_in_any_order_is_recording_everything(
    parts: list[list[float]], chance: object, share: float
) -> None:
    shuffled = list(parts)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    def merged(one: Sketch, other: Sketch) -> Sketch:
        one.merge(other)
        return one

    together = reduce(merged, map(sketch_of, shuffled), Sketch())
    whole = sketch_of([value for part in parts for value in part])
    assert together.bins() == whole.bins()
    assert together.quantile(share) == whole.quantile(share)
    assert together.total == pytest.approx(whole.total)


@given(anything)
def test_whatever_is_recorded_it_neither_fails_nor_grows(recorded: list[float]) -> None:
    sketch = sketch_of(recorded)
    assert sketch.nbytes == Sketch().nbytes < 16_384
    assert sketch.count == sum(not math.isnan(value) for value in recorded)
    told = sketch.quantile(0.5)
    assert told is None if not sketch.count else 0 <= (told or 0.0) <= MOST


@given(anything)
def test_what_is_kept_comes_back(recorded: list[float]) -> None:
    sketch = sketch_of(recorded)
    again = Sketch.from_bins(sketch.bins(), sketch.total)
    assert (again.bins(), again.count, again.total) == (sketch.bins(), sketch.count, sketch.total)


@given(values, st.floats(LEAST, MOST))
def test_counting_up_to_a_bound_is_exact_but_near_it(recorded: list[float], bound: float) -> None:
    counted = sketch_of(recorded).at_most(bound)
    surely = sum(value <= bound * (1 - 2 * ERROR) for value in recorded)
    maybe = sum(value <= bound * (1 + 2 * ERROR) for value in recorded)
    assert surely <= counted <= maybe


def test_bins_of_another_kind_are_passed_by() -> None:
    assert Sketch.from_bins({-1: 5, 10**6: 5, 3: -2, 4: 1}, 1.0).count == 1


def test_an_empty_sketch_knows_nothing() -> None:
    assert Sketch().quantile(0.5) is None
    assert Sketch().at_most(1.0) == 0


@pytest.mark.slow
def test_memory_is_the_same_after_ten_million_samples() -> None:
    sketch = Sketch()
    before = sketch.nbytes
    record = sketch.record
    for number in range(10_000_000):
        record(number % 977 + 0.5)
    assert sketch.nbytes == before
    assert sketch.count == 10_000_000
    assert sketch.quantile(0.5) == pytest.approx(488.5, rel=ERROR)
