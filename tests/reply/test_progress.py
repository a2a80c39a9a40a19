"""Positions of one reply: what was written, what was played, and when more is wanted."""

import pytest

from jarvisd.reply.progress import LONGEST_WAIT_S, SHORTEST_WAIT_S, Progress
from jarvisd.reply.timeline import Timeline
from tests.fakes.speech import RATE, Clock


class Playing:
    """A reply's timeline and progress; ``make`` seconds of audio, look-ahead 10 seconds."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.timeline = Timeline(max_bytes=10_000_000)
        self.progress = Progress(self.timeline, RATE, look_ahead_s=10, clock=self.clock)

    def make(self, seconds: float) -> None:
        self.timeline.append(bytes(int(seconds * RATE) * 2))
        self.progress.made()


@pytest.fixture
def playing() -> Playing:
    return Playing()


def test_without_a_reader_time_passes_as_if_somebody_listened(playing: Playing) -> None:
    playing.make(3)
    assert playing.progress.played() == 0
    playing.clock.advance(2)
    assert playing.progress.played() == 2 * RATE
    assert playing.progress.remaining_s() == pytest.approx(1)
    playing.clock.advance(2)
    assert playing.progress.played() == 3 * RATE


def test_a_first_reader_starts_at_the_beginning(playing: Playing) -> None:
    playing.make(3)
    playing.clock.advance(2)
    playing.progress.attach()
    assert playing.progress.played() == 0
    playing.progress.wrote(RATE, paced=True)
    playing.clock.advance(5)
    assert playing.progress.played() == RATE
    assert playing.progress.written == RATE


def test_a_second_reader_changes_nothing(playing: Playing) -> None:
    playing.make(3)
    playing.progress.attach()
    playing.progress.wrote(2 * RATE, paced=True)
    playing.clock.advance(1)
    playing.progress.attach()
    playing.progress.wrote(RATE, paced=True)
    assert (playing.progress.written, playing.progress.played()) == (2 * RATE, RATE)


def test_a_reader_that_comes_during_a_pause_finds_it_paused(playing: Playing) -> None:
    playing.make(3)
    playing.progress.pause()
    playing.progress.attach()
    playing.progress.wrote(2 * RATE, paced=True)
    playing.clock.advance(9)
    assert playing.progress.played() == 0


def test_what_the_client_says_counts(playing: Playing) -> None:
    playing.make(5)
    playing.clock.advance(4)
    playing.progress.acknowledge(RATE)
    assert playing.progress.played() == RATE
    playing.progress.acknowledge(RATE // 2)
    assert playing.progress.played() == RATE
    playing.progress.acknowledge(99 * RATE)
    assert playing.progress.played() == 5 * RATE


def test_more_is_wanted_until_far_enough_ahead_and_again_once_some_was_played(
    playing: Playing,
) -> None:
    assert playing.progress.wants_more()
    playing.make(7)
    assert not playing.progress.wants_more()
    assert playing.progress.seconds_until_more() == LONGEST_WAIT_S
    playing.clock.advance(1.9)
    assert not playing.progress.wants_more()
    assert playing.progress.seconds_until_more() == pytest.approx(0.1)
    playing.clock.advance(0.1)
    assert playing.progress.wants_more()
    assert playing.progress.seconds_until_more() == SHORTEST_WAIT_S


def test_a_reader_that_takes_all_it_can_get_is_never_ahead(playing: Playing) -> None:
    playing.progress.attach()
    for _ in range(5):
        playing.make(7)
        playing.progress.wrote(playing.timeline.samples, paced=False)
        assert playing.progress.wants_more()


def test_during_a_pause_there_is_nothing_to_wait_for(playing: Playing) -> None:
    playing.make(7)
    playing.progress.pause()
    assert not playing.progress.wants_more()
    assert playing.progress.seconds_until_more() is None
    playing.clock.advance(60)
    assert not playing.progress.wants_more()
    playing.progress.resume()
    playing.clock.advance(2)
    assert playing.progress.wants_more()
