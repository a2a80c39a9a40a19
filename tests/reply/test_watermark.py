"""A watermark: producers wait above the upper mark until the lower; nothing flips between."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisd.reply.watermark import Watermark


def test_a_producer_runs_up_to_the_upper_mark_and_again_from_the_lower() -> None:
    watermark = Watermark(100)
    levels = [0, 69, 70, 60, 51, 50, 60, 69, 70]
    waits = [watermark.update(level) for level in levels]
    assert waits == [False, False, True, True, True, False, False, False, True]
    assert watermark.full


@pytest.mark.parametrize(("limit", "high", "low"), [(0.1, 0.7, 0.5), (9, 1, 0), (9, 0.2, 0.1)])
def test_marks_may_be_anywhere_within_the_limit(limit: float, high: float, low: float) -> None:
    watermark = Watermark(limit, high=high, low=low)
    assert (watermark.low, watermark.high) == (limit * low, limit * high)
    assert watermark.full is False


@pytest.mark.parametrize(
    ("limit", "high", "low"),
    [(0, 0.7, 0.5), (9, 0.5, 0.7), (9, 0.5, 0.5), (9, 1.1, 0.5), (9, 0.5, -0.1)],
)
def test_marks_must_make_sense(limit: float, high: float, low: float) -> None:
    with pytest.raises(ValueError, match="watermark"):
        Watermark(limit, high=high, low=low)


@given(st.lists(st.floats(0, 100), max_size=50), st.lists(st.floats(50.01, 69.99), max_size=50))
def test_inside_the_band_the_answer_never_changes(before: list[float], band: list[float]) -> None:
    watermark = Watermark(100)
    for level in before:
        watermark.update(level)
    answer = watermark.full
    assert [watermark.update(level) for level in band] == [answer] * len(band)


@given(st.lists(st.floats(0, 100), max_size=100))
def test_every_change_of_mind_crossed_the_whole_band(levels: list[float]) -> None:
    watermark = Watermark(100)
    waiting = False
    for level in levels:
        now_waiting = watermark.update(level)
        if now_waiting != waiting:
            assert level >= 70 if now_waiting else level <= 50
        waiting = now_waiting
