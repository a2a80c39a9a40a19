"""Percentiles, judgement, and which rounds count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisbench.figures import Percentile, Round, Row, percentile, quieter_half

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=300)


@given(VALUES)
def test_a_percentile_is_a_measured_value_that_its_share_does_not_exceed(
    values: list[float],
) -> None:
    shares: list[tuple[Percentile, float]] = [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)]
    for which, share in shares:
        found = percentile(values, which)
        assert found in values
        assert sum(value <= found for value in values) >= share * len(values)
        assert sum(value < found for value in values) < share * len(values)


def test_percentiles_of_a_hundred_are_what_one_expects() -> None:
    values = list(range(100, 0, -1))
    found = [percentile(values, which) for which in ("p50", "p95", "p99")]
    assert found == [50, 95, 99]
    assert percentile([7.0], "p99") == 7.0
    with pytest.raises(ValueError, match="no values"):
        percentile([], "p50")


def test_a_row_is_judged_by_its_percentile_only() -> None:
    values = [1.0] * 97 + [9.0] * 3
    assert Row(name="x", unit="ms", values=values, judged="p95", target=2.0).verdict == "ok"
    assert Row(name="x", unit="ms", values=values, judged="p99", target=2.0).verdict == "missed"
    assert Row(name="x", unit="ms", values=values, judged="p99", target=9.0).verdict == "ok"


def test_some_figures_are_to_be_reached_from_below() -> None:
    assert Row(name="x", unit="rules", values=[44], target=44, at_least=True).verdict == "ok"
    assert Row(name="x", unit="rules", values=[43], target=44, at_least=True).verdict == "missed"


def test_what_was_not_measured_is_not_judged_unless_it_broke() -> None:
    assert Row(name="x", unit="ms", values=[1.0]).verdict == "no verdict"
    assert Row(name="x", unit="ms", target=1.0, skipped="no onnx").verdict == "no verdict"
    assert Row(name="x", unit="ms", skipped="the daemon ended", broken=True).verdict == "missed"


def test_a_row_on_the_wire_has_exactly_these_fields() -> None:
    row = Row(name="x", unit="ms", values=[1.23456, 2, 3], judged="p95", floor=0.5, target=2.5)
    assert row.wire() == {
        "name": "x",
        "unit": "ms",
        "p50": 2,
        "p95": 3,
        "p99": 3,
        "floor": 0.5,
        "target": 2.5,
        "verdict": "missed",
        "pass": False,
    }
    empty = Row(name="y", unit="s", skipped="no onnx").wire()
    nothing = {"name": "y", "unit": "s", "verdict": "no verdict", "pass": True}
    assert empty == dict.fromkeys(row.wire()) | nothing


def test_the_floor_alone_decides_which_rounds_count() -> None:
    quiet, busy, busiest = Round([9, 9], [1, 1]), Round([1, 1], [2, 2]), Round([2, 2], [5, 5])
    assert quieter_half([busiest, busy, quiet], "p99") == Round([9, 9, 1, 1], [1, 1, 2, 2])
    assert quieter_half([busy, quiet], "p95") == quiet


def test_where_the_floor_alone_misses_the_machine_is_judged_and_not_we() -> None:
    quiet = Row(name="jitter", unit="ms", values=[2.4], floor=0.5, within=2.0)
    assert (quiet.goal, quiet.verdict) == (2.5, "ok")
    slow = Row(name="jitter", unit="ms", values=[2.6], floor=0.5, within=2.0)
    assert (slow.verdict, slow.wire()["pass"]) == ("missed", False)
    stalled = Row(name="jitter", unit="ms", values=[200.0], floor=152.0, within=2.0)
    assert (stalled.verdict, stalled.wire()["pass"]) == ("no verdict", True)
    good_all_the_same = Row(name="jitter", unit="ms", values=[150.0], floor=152.0, within=2.0)
    assert good_all_the_same.verdict == "ok"
