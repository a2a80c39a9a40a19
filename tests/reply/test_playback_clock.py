"""The playback clock: real time, never beyond what was written, never back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisd.reply.playback_clock import PlaybackClock

RATE = 1_000


def test_nothing_is_played_before_something_was_written() -> None:
    clock = PlaybackClock(RATE)
    assert clock.played(5.0) == 0
    clock.wrote(100, 10.0)
    assert clock.played(10.0) == 0
    assert clock.played(10.05) == 50


def test_playback_stops_at_what_was_written_and_goes_on_from_there() -> None:
    clock = PlaybackClock(RATE)
    clock.wrote(100, 0.0)
    assert clock.played(9.0) == 100
    assert clock.underruns == 0  # the end of a reply looks the same until more comes
    clock.wrote(100, 9.0)
    assert clock.underruns == 1
    assert clock.played(9.02) == 120


def test_writing_in_time_is_no_underrun() -> None:
    clock = PlaybackClock(RATE)
    for step in range(10):
        clock.wrote(100, step * 0.1)
    assert clock.underruns == 0
    assert clock.played(0.95) == 950


def test_while_paused_the_player_stands_still() -> None:
    clock = PlaybackClock(RATE)
    clock.wrote(100, 0.0)
    clock.pause(0.03)
    clock.pause(0.05)
    clock.wrote(100, 1.0)
    assert clock.paused
    assert clock.played(2.0) == 30
    assert clock.when(60) is None
    clock.resume(5.0)
    clock.resume(6.0)
    assert clock.played(5.02) == 50
    assert clock.underruns == 0


def test_a_gap_that_ends_in_a_pause_still_counts() -> None:
    clock = PlaybackClock(RATE)
    clock.wrote(100, 0.0)
    clock.pause(0.5)
    clock.wrote(100, 0.6)
    clock.resume(0.7)
    assert clock.underruns == 1
    assert clock.played(0.71) == 110


def test_paused_before_the_first_sample() -> None:
    clock = PlaybackClock(RATE)
    clock.pause(0.0)
    clock.wrote(100, 1.0)
    assert clock.played(2.0) == 0
    clock.resume(3.0)
    assert clock.played(3.01) == 10


def test_an_acknowledgement_sets_the_estimate_right() -> None:
    clock = PlaybackClock(RATE)
    clock.wrote(1_000, 0.0)
    clock.acknowledge(300, 0.2)
    assert clock.played(0.3) == 400
    clock.acknowledge(350, 0.4)
    assert clock.played(0.4) == 400  # said before, and playback never goes back
    assert clock.played(0.5) == 450
    clock.acknowledge(9_999, 0.6)
    assert clock.played(0.6) == 1_000


def test_a_client_behind_the_estimate_is_believed_when_more_is_written_or_paused() -> None:
    clock = PlaybackClock(RATE)
    clock.wrote(100, 0.0)
    assert clock.played(0.1) == 100
    clock.acknowledge(40, 0.1)
    clock.wrote(100, 0.11)
    assert clock.played(0.16) == 100
    assert clock.played(0.18) == 120
    clock.acknowledge(50, 0.18)
    clock.pause(0.2)
    clock.resume(1.0)
    assert clock.played(1.06) == 130
    assert clock.underruns == 0


def test_when_names_the_moment_a_sample_has_been_played() -> None:
    clock = PlaybackClock(RATE)
    assert clock.when(0) is None
    clock.wrote(100, 2.0)
    assert clock.when(50) == pytest.approx(2.05)
    assert clock.when(101) is None


def test_a_rate_must_be_positive() -> None:
    with pytest.raises(ValueError, match="positive"):
        PlaybackClock(0)


def test_a_new_clock_stands_still_unpaused_at_any_rate() -> None:
    clock = PlaybackClock(1)
    assert (clock.paused, clock.written, clock.underruns) == (False, 0, 0)
    assert clock.paused is False
    clock.pause(0.0)
    clock.resume(0.0)
    assert clock.paused is False


def test_writing_nothing_is_not_writing() -> None:
    clock = PlaybackClock(RATE)
    clock.wrote(100, 0.0)
    clock.wrote(0, 9.0)
    assert clock.underruns == 0


def test_when_counts_from_where_playback_went_on() -> None:
    clock = PlaybackClock(RATE)
    clock.wrote(100, 0.0)
    clock.pause(0.03)
    clock.resume(5.0)
    assert clock.when(60) == pytest.approx(5.03)


@pytest.mark.parametrize(("samples_late", "underruns"), [(0, 0), (1, 0), (2, 1)])
def test_one_sample_is_no_gap_and_two_are(samples_late: int, underruns: int) -> None:
    clock = PlaybackClock(1_024)  # moments that floats hold exactly
    clock.wrote(100, 0.0)
    clock.wrote(100, (100 + samples_late) / 1_024)
    assert clock.underruns == underruns


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("wrote", "wrote", "pause", "resume", "acknowledge", "look")),
        st.integers(0, 400),
        st.floats(0, 0.5),
    ),
    max_size=40,
)


@given(STEPS, st.floats(0, 1e6))
def test_played_never_goes_back_nor_beyond_what_was_written_nor_beyond_time(
    steps: list[tuple[str, int, float]], start: float
) -> None:
    clock = PlaybackClock(RATE)
    now, written, before, acknowledged = start, 0, 0, 0
    for verb, samples, passed in steps:
        now += passed
        if verb == "wrote":
            clock.wrote(samples, now)
            written += samples
        elif verb == "pause":
            clock.pause(now)
        elif verb == "resume":
            clock.resume(now)
        elif verb == "acknowledge":
            clock.acknowledge(samples, now)
            acknowledged = max(acknowledged, min(samples, written))
        played = clock.played(now)
        assert before <= played <= written == clock.written
        assert played <= acknowledged + (now - start) * RATE + 1
        before = played


@given(st.integers(8_000, 48_000), st.floats(0, 1e6), st.integers(1, 10**6), st.data())
def test_a_sample_counts_as_played_at_the_very_moment_named_for_it(
    rate: int, start: float, written: int, data: st.DataObject
) -> None:
    clock = PlaybackClock(rate)
    clock.wrote(written, start)
    position = data.draw(st.integers(0, written))
    moment = clock.when(position)
    assert moment is not None
    assert clock.played(moment) >= position
