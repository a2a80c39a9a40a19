"""The pacer: exact frames, in real time, never further ahead than the jitter buffer."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisd.reply.pacing import Pacer

RATE = 1_000  # 20 samples a frame
FRAME = 20


def pcm(samples: int, first: int = 0) -> bytes:
    return b"".join((first + i).to_bytes(2, "little") for i in range(samples))


def lengths(frames: list[bytes]) -> list[int]:
    return [len(frame) // 2 for frame in frames]


def test_the_jitter_buffer_is_filled_at_once_and_then_kept() -> None:
    pacer = Pacer(RATE)
    pacer.push(pcm(200))
    assert lengths(pacer.due(0.0)) == [FRAME] * 4
    assert pacer.due(0.019) == []
    assert lengths(pacer.due(0.020)) == [FRAME]
    assert pacer.next_due(0.020) == pytest.approx(0.040)
    assert lengths(pacer.due(0.060)) == [FRAME, FRAME]


def test_incomplete_frames_wait_for_more_or_for_the_end() -> None:
    pacer = Pacer(RATE)
    pacer.push(pcm(25))
    assert lengths(pacer.due(0.0)) == [FRAME]
    assert pacer.next_due(0.0) is None
    pacer.finish()
    assert not pacer.done
    assert pacer.next_due(0.0) == 0.0
    assert lengths(pacer.due(0.0)) == [5]
    assert pacer.done
    assert pacer.next_due(0.0) is None


def test_a_pause_hands_out_nothing_and_a_resume_goes_on_where_it_was() -> None:
    pacer = Pacer(RATE)
    pacer.push(pcm(400))
    pacer.due(0.0)
    pacer.pause(0.030)
    assert pacer.due(5.0) == []
    assert pacer.next_due(5.0) is None
    assert pacer.played(5.0) == 30
    pacer.resume(10.0)
    assert pacer.next_due(10.0) == 10.0
    assert lengths(pacer.due(10.0)) == [FRAME]
    assert pacer.underruns == 0


def test_a_pause_does_not_save_up_frames() -> None:
    pacer = Pacer(RATE)
    pacer.push(pcm(1_000))
    pacer.due(0.0)
    for second in range(1, 6):
        pacer.pause(float(second))
        pacer.resume(second + 0.5)
        assert len(pacer.due(second + 0.5)) <= 4


def test_a_gap_in_the_making_is_one_underrun_and_refills_the_jitter_buffer() -> None:
    pacer = Pacer(RATE)
    pacer.push(pcm(80))
    pacer.due(0.0)
    assert pacer.due(1.0) == []
    pacer.push(pcm(200))
    assert lengths(pacer.due(1.0)) == [FRAME] * 4
    assert pacer.underruns == 1
    assert pacer.played(1.01) == 90


def test_the_end_of_a_reply_is_no_underrun() -> None:
    pacer = Pacer(RATE)
    pacer.push(pcm(80))
    pacer.due(0.0)
    pacer.finish()
    assert pacer.due(100.0) == []
    assert pacer.underruns == 0


def test_the_buffer_is_bounded_and_says_when_to_slow_down() -> None:
    pacer = Pacer(RATE, capacity_s=1.0)
    pacer.push(pcm(699))
    assert not pacer.full
    pacer.push(pcm(1))
    assert pacer.full
    assert pacer.space == 300
    with pytest.raises(ValueError, match="space for 300"):
        pacer.push(pcm(301))
    now = 0.0
    while pacer.buffered_s > 0.5:
        assert pacer.full
        pacer.due(now)
        now += 0.02
    assert not pacer.full


def test_half_samples_and_audio_after_the_end_are_bugs_of_the_caller() -> None:
    pacer = Pacer(RATE)
    with pytest.raises(ValueError, match="cannot take"):
        pacer.push(b"a")
    pacer.finish()
    with pytest.raises(ValueError, match="cannot take"):
        pacer.push(pcm(1))


@pytest.mark.parametrize("bad", [{"frame_ms": 0}, {"jitter_frames": 0}, {"capacity_s": 0.001}])
def test_impossible_settings_are_refused(bad: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="a pacer needs"):
        Pacer(RATE, **bad)


def test_a_rate_that_does_not_divide_into_frames_does_not_drift() -> None:
    pacer = Pacer(11_025)  # 220.5 samples in 20 ms
    pacer.push(pcm(11_025 * 2))
    pacer.finish()
    sent, now = 0, 0.0
    while (due := pacer.next_due(now)) is not None:
        now = due
        sent += sum(lengths(pacer.due(now)))
    assert sent == 11_025 * 2
    assert now == pytest.approx(2.0, abs=0.1)
    assert pacer.underruns == 0


def test_as_it_comes_it_takes_two_seconds_and_is_not_done() -> None:
    pacer = Pacer(RATE)
    assert pacer.space == 2 * RATE
    assert pacer.done is False


def test_a_frame_is_one_sample_at_least_and_the_buffer_one_frame() -> None:
    pacer = Pacer(50, capacity_s=0.02)
    assert (pacer.frame_samples, pacer.space) == (1, 1)
    pacer.push(pcm(1))
    assert lengths(pacer.due(0.0)) == [1]
    assert type(pacer.clock.written) is int  # it is told to clients


def test_what_is_due_already_is_due_now() -> None:
    pacer = Pacer(RATE)
    pacer.push(pcm(200))
    pacer.due(0.0)
    assert pacer.next_due(0.0205) == 0.0205


PUSHES = st.lists(st.tuples(st.integers(0, 150), st.floats(0, 0.3)), max_size=20)


@given(PUSHES, st.integers(1, 6))
def test_every_sample_comes_out_once_in_order_in_exact_frames(
    pushes: list[tuple[int, float]], jitter_frames: int
) -> None:
    pacer = Pacer(RATE, jitter_frames=jitter_frames, capacity_s=10.0)
    frames: list[bytes] = []
    now, pushed = 100.0, 0
    for samples, passed in pushes:
        now += passed
        pacer.push(pcm(samples, pushed))
        pushed += samples
        frames += pacer.due(now)
    pacer.finish()
    while (due := pacer.next_due(now)) is not None:
        now = due
        handed_out = pacer.due(now)
        assert handed_out, "next_due named a moment at which nothing was due"
        frames += handed_out
    assert pacer.done
    assert b"".join(frames) == pcm(pushed)
    assert all(length == FRAME for length in lengths(frames)[:-1])


MOVES = st.lists(
    st.tuples(st.sampled_from(("push", "push", "wait", "pause", "resume")), st.floats(0, 0.2)),
    max_size=60,
)


@given(MOVES, st.integers(1, 6))
def test_never_further_ahead_than_the_jitter_buffer(
    moves: list[tuple[str, float]], jitter_frames: int
) -> None:
    """Judged by a clock of its own: time that passed while running, since the last dry moment."""
    pacer = Pacer(RATE, jitter_frames=jitter_frames, capacity_s=60.0)
    now, running, sent, listened, gaps = 0.0, True, 0, 0.0, 0
    for verb, passed in moves:
        now += passed
        if running and sent:
            dry = listened + passed * RATE > sent + 1
            listened = min(listened + passed * RATE, sent)
        else:
            dry = False
        if verb == "push":
            pacer.push(pcm(55))
        elif verb == "pause":
            pacer.pause(now)
            running = False
        elif verb == "resume":
            pacer.resume(now)
            running = True
        fresh = sum(lengths(pacer.due(now)))
        assert running or fresh == 0
        gaps += dry and fresh > 0
        sent += fresh
        assert sent - listened <= jitter_frames * FRAME + 1
        assert math.isclose(pacer.played(now), listened, abs_tol=len(moves))
    assert pacer.underruns >= gaps
