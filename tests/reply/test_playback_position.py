"""Positions of one reply: who reads it, what was played and heard, and when more is wanted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisd.reply.listeners import AudioListener, SampleRange
from jarvisd.reply.playback_position import PlaybackPosition
from jarvisd.reply.timeline import Timeline
from tests.fakes.speech import RATE, Clock

# As they are, not as the code names them: a change of a figure is a change of what it does.
SHORTEST_WAIT_S, LONGEST_WAIT_S = 0.01, 1.0
PAST_LISTENERS = 16


class Playing:
    """A reply's timeline and position; ``make`` seconds of audio, look-ahead 10 seconds."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.timeline = Timeline(max_bytes=10_000_000)
        self.position = PlaybackPosition(self.timeline, RATE, look_ahead_s=10, clock=self.clock)

    def make(self, seconds: float) -> None:
        self.timeline.append(bytes(int(seconds * RATE) * 2))
        self.position.made()

    def made_whole(self, seconds: float) -> None:
        self.make(seconds)
        self.timeline.close()

    def listen(self, until: float, start: float = 0, *, paced: bool = True) -> AudioListener:
        """A reader that was given everything from second ``start`` to second ``until``."""
        listener = self.position.attach(int(start * RATE))
        self.position.wrote(listener, int(until * RATE), paced=paced)
        return listener

    @property
    def heard_s(self) -> list[tuple[float, float]]:
        return [(each.start / RATE, each.end / RATE) for each in self.position.heard()]

    @property
    def expected_s(self) -> list[tuple[float, float]]:
        return [(each.start / RATE, each.end / RATE) for each in self.position.expected()]


@pytest.fixture
def playing() -> Playing:
    return Playing()


# --- nobody ever reads --------------------------------------------------------------------------


def test_without_a_reader_time_passes_as_if_somebody_listened(playing: Playing) -> None:
    playing.make(3)
    assert playing.position.played() == 0
    playing.clock.advance(2)
    assert playing.position.played() == 2 * RATE
    assert playing.heard_s == [(0, 2)]
    assert playing.position.playing
    playing.clock.advance(2)
    assert playing.position.played() == 3 * RATE
    assert not playing.position.playing
    assert playing.position.written == 3 * RATE


def test_where_nobody_ever_reads_all_of_it_counts_in_the_end(playing: Playing) -> None:
    playing.made_whole(3)
    assert playing.expected_s == [(0, 3)]
    playing.clock.advance(9)
    assert not playing.position.unheard


# --- a reader -----------------------------------------------------------------------------------


def test_a_first_reader_starts_at_the_beginning(playing: Playing) -> None:
    playing.make(3)
    playing.clock.advance(2)
    listener = playing.position.attach(0)
    assert playing.position.played() == 0
    assert playing.heard_s == []
    playing.position.wrote(listener, RATE, paced=True)
    playing.clock.advance(5)
    assert playing.position.played() == RATE
    assert playing.position.written == RATE
    assert playing.expected_s == [(0, 3)]


def test_a_reader_that_starts_later_has_not_heard_what_lies_before(playing: Playing) -> None:
    playing.made_whole(10)
    playing.listen(start=4, until=9)
    playing.clock.advance(2)
    assert playing.position.played() == 6 * RATE
    assert playing.heard_s == [(4, 6)]
    assert playing.expected_s == [(4, 10)]


def test_a_second_reader_changes_nothing(playing: Playing) -> None:
    playing.make(3)
    playing.listen(2)
    playing.clock.advance(1)
    playing.listen(1)
    assert (playing.position.written, playing.position.played()) == (2 * RATE, RATE)


def test_a_reader_that_comes_during_a_pause_finds_it_paused(playing: Playing) -> None:
    playing.make(3)
    playing.position.pause()
    playing.listen(2)
    playing.clock.advance(9)
    assert playing.position.played() == 0
    assert playing.position.paused is True
    playing.position.resume()
    assert playing.position.paused is False
    playing.clock.advance(1)
    assert playing.position.played() == RATE


def test_a_reader_that_comes_after_a_pause_plays_at_once(playing: Playing) -> None:
    playing.make(3)
    playing.position.pause()
    playing.position.resume()
    playing.listen(2)
    playing.clock.advance(1)
    assert playing.position.played() == RATE


# --- a reader that leaves -----------------------------------------------------------------------


def test_who_leaves_early_has_heard_what_was_played_by_then(playing: Playing) -> None:
    playing.made_whole(15)
    listener = playing.listen(until=10, paced=False)
    playing.clock.advance(1.5)
    playing.position.detach(listener)
    playing.clock.advance(20)
    assert playing.position.played() == 1.5 * RATE
    assert playing.heard_s == playing.expected_s == [(0, 1.5)]
    assert not playing.position.playing
    assert playing.position.unheard


def test_who_leaves_has_heard_no_more_than_it_was_given(playing: Playing) -> None:
    playing.make(15)
    listener = playing.listen(until=0.5)
    playing.clock.advance(3)
    playing.position.detach(listener)
    assert playing.heard_s == [(0, 0.5)]


def test_who_got_everything_still_plays_it(playing: Playing) -> None:
    playing.made_whole(5)
    listener = playing.listen(until=5, paced=False)
    playing.position.detach(listener)
    assert playing.position.playing
    playing.clock.advance(2)
    assert playing.heard_s == [(0, 2)]
    assert playing.expected_s == [(0, 5)]
    playing.clock.advance(4)
    assert (playing.position.playing, playing.position.unheard) == (False, False)


def test_who_was_given_nothing_was_no_listener(playing: Playing) -> None:
    playing.made_whole(5)
    playing.position.detach(playing.position.attach(0))
    playing.position.detach(playing.position.attach(9 * RATE))
    assert not playing.position.listened
    assert playing.expected_s == [(0, 5)]


def test_who_comes_back_goes_on_hearing(playing: Playing) -> None:
    playing.made_whole(10)
    first = playing.listen(until=2.1)
    playing.clock.advance(2)
    playing.position.detach(first)
    playing.clock.advance(60)
    second = playing.listen(start=2, until=10)
    playing.clock.advance(1)
    assert playing.heard_s == [(0, 3)]
    playing.position.detach(second)
    assert playing.expected_s == [(0, 10)]


def test_what_lies_between_two_readers_was_not_heard(playing: Playing) -> None:
    playing.made_whole(10)
    first = playing.listen(until=1)
    playing.clock.advance(1)
    playing.position.detach(first)
    playing.listen(start=6, until=10)
    playing.clock.advance(2)
    assert playing.heard_s == [(0, 1), (6, 8)]
    assert playing.expected_s == [(0, 1), (6, 10)]


def test_when_the_last_reader_left_more_is_made_as_time_passes(playing: Playing) -> None:
    for paced in (True, False):
        playing = Playing()
        listener = playing.position.attach(0)
        playing.make(8)
        playing.position.wrote(listener, RATE // 2, paced=paced)
        playing.clock.advance(0.5)
        playing.position.detach(listener)
        made = 0
        for _ in range(100):
            if playing.position.wants_more():
                playing.make(8)
                made += 1
            playing.clock.advance(1)
        assert 10 <= made <= 15
        assert playing.heard_s == [(0, 0.5)]


def test_after_a_stop_nothing_moves(playing: Playing) -> None:
    playing.made_whole(10)
    playing.listen(until=5)
    playing.clock.advance(2)
    playing.position.stop()
    playing.clock.advance(2)
    playing.listen(until=9)
    playing.clock.advance(2)
    assert playing.heard_s == playing.expected_s == [(0, 2)]
    assert not playing.position.playing


def test_after_a_stop_nobody_goes_on_either(playing: Playing) -> None:
    playing.make(3)
    playing.clock.advance(1)
    playing.position.stop()
    playing.clock.advance(5)
    assert playing.position.played() == RATE
    assert playing.heard_s == [(0, 1)]


def test_who_was_given_nothing_before_the_stop_played_nothing(playing: Playing) -> None:
    playing.make(3)
    playing.position.attach(0)
    assert playing.position.written == 0
    assert playing.position.paused is False
    playing.position.stop()
    assert (playing.position.played(), playing.position.consumed()) == (0, 0)
    assert not playing.position.listened


def test_of_those_who_got_everything_so_many_still_play(playing: Playing) -> None:
    """One more, and the first of them has heard what it has played by then."""
    playing.made_whole(10)
    readers = [playing.listen(start=0, until=10)]
    readers += [playing.listen(start=5, until=10) for _ in range(PAST_LISTENERS)]
    for reader in readers[:-1]:
        playing.position.detach(reader)
    playing.clock.advance(1)
    assert playing.heard_s == [(0, 1), (5, 6)]
    playing.clock.advance(1)
    assert playing.heard_s == [(0, 2), (5, 7)]
    playing.position.detach(readers[-1])
    playing.clock.advance(1)
    assert playing.heard_s == [(0, 2), (5, 8)]


def test_so_many_who_left_are_remembered(playing: Playing) -> None:
    playing.make(100)
    for each in range(PAST_LISTENERS + 3):
        reader = playing.listen(start=4 * each, until=4 * each + 1)
        playing.clock.advance(1)
        playing.position.detach(reader)
    assert len(playing.heard_s) == PAST_LISTENERS


# --- acknowledgements ---------------------------------------------------------------------------


def test_what_the_client_says_counts(playing: Playing) -> None:
    playing.make(5)
    playing.clock.advance(4)
    playing.position.acknowledge(RATE)
    assert playing.position.played() == RATE
    playing.position.acknowledge(RATE // 2)
    assert playing.position.played() == RATE
    playing.position.acknowledge(99 * RATE)
    assert playing.position.played() == 5 * RATE


def test_a_client_cannot_have_played_what_nobody_was_given(playing: Playing) -> None:
    playing.make(5)
    playing.listen(until=2)
    playing.position.acknowledge(5 * RATE)
    assert playing.position.played() == 2 * RATE


def test_a_client_that_left_and_says_how_far_it_played_knows_best(playing: Playing) -> None:
    playing.make(5)
    listener = playing.listen(until=3)
    playing.clock.advance(1)
    playing.position.detach(listener)
    playing.position.acknowledge(2 * RATE)
    assert playing.heard_s == playing.expected_s == [(0, 2)]


def test_a_client_that_has_played_nothing_says_so(playing: Playing) -> None:
    playing.make(5)
    playing.listen(until=3)
    playing.clock.advance(1)
    playing.position.acknowledge(0)
    assert playing.position.played() == 0


def test_from_what_the_client_says_its_clock_goes_on(playing: Playing) -> None:
    playing.make(10)
    playing.listen(until=10)
    playing.clock.advance(1)
    playing.position.acknowledge(3 * RATE)
    assert playing.position.consumed() == 3 * RATE
    playing.clock.advance(2)
    assert playing.position.consumed() == 5 * RATE


def test_more_is_made_from_where_a_client_that_left_says_it_is(playing: Playing) -> None:
    playing.make(10)
    listener = playing.listen(until=5)
    playing.clock.advance(1)
    playing.position.detach(listener)
    playing.position.acknowledge(4 * RATE)
    assert playing.position.consumed() == 4 * RATE


# --- whether more is wanted ---------------------------------------------------------------------


def test_more_is_wanted_until_far_enough_ahead_and_again_once_some_was_played(
    playing: Playing,
) -> None:
    assert playing.position.wants_more()
    playing.make(7)
    assert not playing.position.wants_more()
    assert playing.position.seconds_until_more() == LONGEST_WAIT_S
    playing.clock.advance(1.9)
    assert not playing.position.wants_more()
    assert playing.position.seconds_until_more() == pytest.approx(0.1)
    playing.clock.advance(0.1)
    assert playing.position.wants_more()
    assert playing.position.seconds_until_more() == SHORTEST_WAIT_S


def test_a_reader_that_takes_all_it_can_get_is_never_ahead(playing: Playing) -> None:
    listener = playing.position.attach(0)
    for _ in range(5):
        playing.make(7)
        playing.position.wrote(listener, playing.timeline.samples, paced=False)
        assert playing.position.wants_more()


def test_during_a_pause_there_is_nothing_to_wait_for(playing: Playing) -> None:
    playing.make(7)
    playing.position.pause()
    assert not playing.position.wants_more()
    assert playing.position.seconds_until_more() is None
    playing.clock.advance(60)
    assert not playing.position.wants_more()
    playing.position.resume()
    playing.clock.advance(2)
    assert playing.position.wants_more()


def test_a_pause_outlives_the_reader_during_which_it_began(playing: Playing) -> None:
    playing.make(7)
    listener = playing.listen(until=1)
    playing.position.pause()
    playing.position.detach(listener)
    playing.clock.advance(60)
    assert not playing.position.wants_more()


# --- whatever readers do ------------------------------------------------------------------------

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("make"), st.integers(0, 4_000)),
        st.tuples(st.just("attach"), st.integers(0, 9_000)),
        st.tuples(st.just("write"), st.integers(0, 3_000)),
        st.tuples(st.just("detach"), st.integers(0, 3)),
        st.tuples(st.just("wait"), st.integers(0, 5_000)),
        st.tuples(st.sampled_from(("pause", "resume", "close")), st.just(0)),
        st.tuples(st.just("acknowledge"), st.integers(0, 20_000)),
    ),
    max_size=60,
)


class Session(Playing):
    """Readers that come, take, stop and go; ``given`` holds every sample that one of them got."""

    def __init__(self) -> None:
        super().__init__()
        self.attached: list[AudioListener] = []
        self.given: set[int] = set()

    def step(self, verb: str, number: int) -> None:
        getattr(self, f"step_{verb}")(number)

    def step_make(self, number: int) -> None:
        if not self.timeline.closed:
            self.make(number / RATE)

    def step_attach(self, number: int) -> None:
        self.attached.append(self.position.attach(number))

    def step_write(self, number: int) -> None:
        for listener in self.attached[number % 4 : number % 4 + 1]:
            end = min(listener.written + number, self.timeline.samples)
            self.given.update(range(listener.written, end))
            self.position.wrote(listener, end, paced=bool(number % 2))

    def step_detach(self, number: int) -> None:
        if self.attached:
            self.position.detach(self.attached.pop(number % len(self.attached)))

    def step_wait(self, number: int) -> None:
        self.clock.advance(number / RATE)

    def step_acknowledge(self, number: int) -> None:
        self.position.acknowledge(number)

    def step_pause(self, _number: int) -> None:
        self.position.pause()

    def step_resume(self, _number: int) -> None:
        self.position.resume()

    def step_close(self, _number: int) -> None:
        self.timeline.close()


@given(STEPS)
def test_nothing_is_claimed_that_nobody_was_given(steps: list[tuple[str, int]]) -> None:
    session = Session()
    for verb, number in steps:
        session.step(verb, number)
        heard = session.position.heard()
        _in_order(heard)
        _in_order(session.position.expected())
        if session.position.listened:
            assert all(session.given.issuperset(range(each.start, each.end)) for each in heard)
    _moves_on(session)


def _in_order(stretches: tuple[SampleRange, ...]) -> None:
    edges = [edge for each in stretches for edge in (each.start, each.end)]
    assert edges == sorted(set(edges))
    assert len(stretches) <= PAST_LISTENERS * 3 + 9


def _moves_on(session: Session) -> None:
    """However it came here: once nobody reads, more is wanted within the look-ahead."""
    while session.attached:
        session.step_detach(0)
    session.step_resume(0)
    session.step_wait(session.timeline.samples)
    assert session.position.wants_more()
