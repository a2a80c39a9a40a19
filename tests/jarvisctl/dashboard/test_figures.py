import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisctl.dashboard import figures

NUMBERS = st.floats(0, 1e6)


def test_quantiles_are_values_that_were_there() -> None:
    assert figures.quantile([], 0.5) is None
    assert figures.quantile([3, 1, 2], 0.5) == 2
    assert figures.quantile(range(100), 0.95) == 94


@given(st.lists(NUMBERS, min_size=1), st.floats(0, 1))
def test_a_quantile_lies_between_the_ends(values: list[float], share: float) -> None:
    found = figures.quantile(values, share)
    assert found in values


def test_a_curve_has_its_newest_value_at_the_right() -> None:
    assert figures.curve([0, None, 5, 10], 6, 10) == "  ▁·▅█"
    assert figures.curve([1, 2, 3], 2, 3) == "▆█"


@given(st.lists(st.none() | NUMBERS, max_size=50), st.integers(0, 40), NUMBERS)
def test_a_curve_is_as_wide_as_asked(values: list[float | None], width: int, top: float) -> None:
    assert len(figures.curve(values, width, top)) == width


@given(st.floats(-1, 2), st.integers(0, 40))
def test_a_bar_stays_within_its_width(share: float, width: int) -> None:
    assert len(figures.bar(share, width)) <= width


@pytest.mark.parametrize(
    ("value", "told"), [(None, "–"), (231.4, "231 ms"), (999.0, "999 ms"), (1_440.0, "1.4 s")]
)
def test_durations_for_people(value: float | None, told: str) -> None:
    assert figures.milliseconds(value) == told


def test_rates_for_people() -> None:
    assert [figures.rate(value) for value in (None, 9.25, 218.4)] == ["–", "9.2", "218"]
