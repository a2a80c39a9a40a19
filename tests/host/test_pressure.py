"""Pressure files, and counters that become shares."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisd.host.pressure import Pressure, Share, Stall, parse

FILE = """\
some avg10=1.53 avg60=0.40 avg300=0.10 total=2500000
full avg10=0.25 avg60=0.00 avg300=0.00 total=500000
"""


def test_both_lines_are_read() -> None:
    assert parse(FILE) == Pressure(Stall(1.53, 2.5), Stall(0.25, 0.5))


def test_older_kernels_have_no_full_line_for_cpus() -> None:
    assert parse(FILE.splitlines()[0]) == Pressure(Stall(1.53, 2.5), Stall())


@pytest.mark.parametrize("text", ["", "some\n", "some avg10=x total=1", "full avg10=0 total=1"])
def test_what_is_no_pressure_file_is_nothing(text: str) -> None:
    assert parse(text) is None


@given(st.text())
def test_nothing_makes_it_fail(text: str) -> None:
    assert parse(text) is None or text.startswith("some") or "\nsome" in text


def test_a_share_is_the_part_of_the_time_between_two_readings() -> None:
    share = Share()
    assert share.update(10.0, 3.0) is None
    assert share.update(12.0, 4.0) == 0.5
    assert share.update(12.0, 4.5) is None  # no time has passed
    assert share.update(13.0, 4.5) == 0.0


def test_a_counter_that_begins_anew_or_goes_away_counts_from_there() -> None:
    share = Share()
    share.update(1.0, 100.0)
    assert share.update(2.0, 1.0) is None
    assert share.update(3.0, 2.0) == 1.0
    assert share.update(4.0, None) is None
    assert share.update(5.0, 3.0) is None
