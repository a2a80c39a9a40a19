"""From counters and tokens to what the governor sees."""

from dataclasses import dataclass

import pytest

from jarvisd.governor.estimator import Estimator
from jarvisd.governor.values import HostLoad, Readings

TICK_S = 0.25


@dataclass
class FakeTurn:
    id: str = "r1"
    writing: bool = False
    awaited: bool = False
    made_s: float = 0.0
    slack_s: float = 0.0


class Watch:
    """A estimator, its clock, and counters that the test lets run."""

    def __init__(self) -> None:
        self.estimator = Estimator()
        self.turn = FakeTurn()
        self.now = 50.0
        self.worker_cpu_s = self.model_cpu_s = 0.0

    def look(
        self, seconds: float = TICK_S, *, tokens_per_s: float = 0, making: int = 0
    ) -> HostLoad:
        for _ in range(max(1, round(seconds / TICK_S))):
            tokens = int(tokens_per_s * TICK_S)
            for index in range(tokens):
                self.estimator.token(self.turn.id, self.now + index * TICK_S / tokens)
            self.now += TICK_S
            readings = Readings(worker_cpu_s=self.worker_cpu_s, model_cpu_s=self.model_cpu_s)
            sample = self.estimator.estimate(
                self.now, [self.turn], readings, making=making, waiting=0
            )
        return sample


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_learns_the_silent_speed_and_sees_the_loss(watch: Watch) -> None:
    watch.turn.writing = True
    watch.estimator.started("r1", 100)
    assert watch.look(10, tokens_per_s=40).baseline == pytest.approx(40, rel=0.05)
    sample = watch.look(5, tokens_per_s=20, making=1)
    assert sample.loss == pytest.approx(0.5, abs=0.05)


def test_learns_nothing_while_something_is_made(watch: Watch) -> None:
    watch.turn.writing = True
    watch.estimator.started("r1", 100)
    assert watch.look(20, tokens_per_s=40, making=1).baseline is None


def test_learns_nothing_while_workers_are_busy_with_anything(watch: Watch) -> None:
    watch.turn.writing = True
    watch.estimator.started("r1", 100)
    for _ in range(40):
        watch.worker_cpu_s += 0.1
        sample = watch.look(tokens_per_s=40)
    assert sample.baseline is None


def test_other_clients_of_the_model_are_seen_by_its_cpu(watch: Watch) -> None:
    watch.look()
    watch.model_cpu_s += 0.2
    assert watch.look().generating
    watch.model_cpu_s += 0.05  # between the two limits nothing changes
    assert watch.look().generating
    assert not watch.look().generating


def test_the_cost_is_cpu_for_audio_of_this_voice(watch: Watch) -> None:
    watch.estimator.voice("piper:heavy")
    assert watch.look().cost is None
    for _ in range(20):
        watch.worker_cpu_s += 0.3
        watch.turn.made_s += 1.0
        sample = watch.look()
    assert sample.cost == pytest.approx(0.3)
    watch.estimator.voice("espeak:en")
    assert watch.look().cost is None


def test_the_cost_is_that_of_the_newest_minute(watch: Watch) -> None:
    for cost, seconds in ((0.3, 61), (0.9, 30)):
        for _ in range(seconds):
            watch.worker_cpu_s += cost
            watch.turn.made_s += 1.0
            sample = watch.look()
    assert sample.cost == pytest.approx((30.5 * 0.3 + 30 * 0.9) / 60.5, rel=0.02)


def seen(*turns: FakeTurn, making: int = 0, waiting: int = 0) -> HostLoad:
    return Estimator().estimate(50.0, turns, Readings(), making=making, waiting=waiting)


def test_the_least_slack_of_those_that_speak_counts() -> None:
    silent, speaking = FakeTurn("r1"), FakeTurn("r2", made_s=5.0, slack_s=2.5)
    assert seen(silent).slack_s is None
    assert seen(silent, speaking, FakeTurn("r3", made_s=5.0, slack_s=4.0)).slack_s == 2.5


def test_whoever_waits_for_its_first_audio_is_seen_and_whoever_writes() -> None:
    assert not seen(FakeTurn()).first_pending
    assert seen(FakeTurn("r1"), FakeTurn("r2", awaited=True)).first_pending
    assert not seen(FakeTurn()).generating
    assert seen(FakeTurn("r1"), FakeTurn("r2", writing=True)).generating


@pytest.mark.parametrize(("making", "waiting"), [(0, 0), (1, 0), (0, 1), (1, 3)])
def test_what_is_made_and_what_waits_is_work(making: int, waiting: int) -> None:
    sample = seen(making=making, waiting=waiting)
    assert (sample.working, sample.waiting) == (making + waiting > 0, waiting)


def test_shares_are_of_the_time_since_the_last_look() -> None:
    estimator = Estimator()
    first, second = (
        estimator.estimate(now, [], readings, making=0, waiting=0)
        for now, readings in (
            (50.0, Readings(model_waited_s=7.0, idle_s=7.0)),
            (50.5, Readings(model_waited_s=7.2, idle_s=8.5)),
        )
    )
    assert (first.model_waits, first.idle_cores) == (None, None)
    assert second.model_waits == pytest.approx(0.4)
    assert second.idle_cores == pytest.approx(3.0)


def test_learns_once_a_second_and_only_from_tokens_that_came_in_silence(watch: Watch) -> None:
    watch.turn.writing = True
    watch.estimator.started("r1", 100)
    for _ in range(5):
        watch.look(2, tokens_per_s=20, making=1)
        assert watch.look(1.5, tokens_per_s=40).baseline is None
    watch.look(1.0, tokens_per_s=40)  # the first of three measurements
    assert watch.look(1.0, tokens_per_s=40).baseline is None
    assert watch.look(1.0, tokens_per_s=40).baseline == pytest.approx(40, rel=0.05)


def test_long_utterances_count_and_fade(watch: Watch) -> None:
    watch.estimator.utterance(12.0)
    assert watch.look().utterance_s == 12.0
    watch.estimator.utterance(1.0)
    assert watch.look().utterance_s == pytest.approx(10.8)
    for _ in range(30):
        watch.estimator.utterance(1.0)
    assert watch.look().utterance_s == 4.0
    watch.estimator.utterance(100.0)
    assert watch.look().utterance_s == 30.0


def test_an_ended_reply_gives_its_context_back(watch: Watch) -> None:
    watch.estimator.started("r1", 100)
    watch.estimator.token("r1", 1.0)
    assert watch.estimator.ended("r1") == 101
    assert watch.estimator.ended("r1") == 0


@pytest.mark.parametrize(
    ("counted_s", "runs"),
    [
        ((0.3,), [False]),
        ((0.31,), [True]),
        ((0.2,), [False]),
        ((0.5, 0.61), [True, True]),
        ((0.5, 0.59), [True, False]),
    ],
)
def test_a_model_runs_above_the_upper_limit_until_it_is_below_the_lower(
    counted_s: tuple[float, ...], runs: list[bool]
) -> None:
    estimator = Estimator()
    seen = [
        estimator.estimate(now, [], Readings(model_cpu_s=cpu_s), making=0, waiting=0).generating
        for now, cpu_s in enumerate((0.0, *counted_s))
    ]
    assert seen == [False, *runs]


@pytest.mark.parametrize(("made_s", "cost"), [(1.9, None), (2.0, 0.3)])
def test_the_cost_is_known_from_two_seconds_on(
    watch: Watch, made_s: float, cost: float | None
) -> None:
    watch.estimator.voice("piper:heavy")
    watch.look()
    watch.worker_cpu_s, watch.turn.made_s = 0.6, made_s
    watch.estimator.voice("piper:heavy")
    assert watch.look().cost == cost


def test_a_minute_is_kept_whole(watch: Watch) -> None:
    watch.look()
    watch.worker_cpu_s, watch.turn.made_s = 18.0, 60.0
    watch.look()
    watch.worker_cpu_s, watch.turn.made_s = 18.9, 61.0
    assert watch.look().cost == pytest.approx(18.9 / 61)


def test_the_same_voice_costs_the_same(watch: Watch) -> None:
    watch.estimator.voice("piper:heavy")
    watch.look()
    watch.worker_cpu_s, watch.turn.made_s = 3.0, 10.0
    watch.look()
    watch.estimator.voice("piper:heavy")
    assert watch.look().cost == pytest.approx(0.3)


def test_a_second_reply_goes_on_with_the_tokens_of_the_first(watch: Watch) -> None:
    watch.turn.writing = True
    watch.estimator.started("r1", 100)
    watch.look(1, tokens_per_s=20)
    watch.estimator.started("r2", 100)
    assert watch.look(tokens_per_s=20).tokens_per_s == pytest.approx(20, rel=0.1)


def test_who_does_not_write_has_no_speed(watch: Watch) -> None:
    watch.estimator.started("r1", 100)
    sample = watch.look(1, tokens_per_s=20)
    assert (sample.now, sample.tokens_per_s) == (watch.now, None)


def test_a_speed_is_measured_at_once_and_then_once_a_second(watch: Watch) -> None:
    watch.turn.writing = True
    watch.estimator.started("r1", 100)
    known = [watch.look(tokens_per_s=40).baseline is not None for _ in range(12)]
    assert known.index(True) == 8  # three measurements


def test_a_speed_is_that_of_a_model_a_context_and_so_many_replies(watch: Watch) -> None:
    watch.turn.writing = True
    watch.estimator.model = "one"
    watch.estimator.started("r1", 5_000)
    assert watch.look(5, tokens_per_s=40).baseline is not None
    watch.estimator.started("r2", 5_000)
    assert watch.look(tokens_per_s=40).baseline is None
    watch.estimator.ended("r2")
    assert watch.look(tokens_per_s=40).baseline is not None
    watch.estimator.model = "two"
    assert watch.look(tokens_per_s=40).baseline is None
    watch.estimator.model = "one"
    watch.estimator.ended("r1")
    watch.estimator.started("r1", 100)
    assert watch.look(tokens_per_s=40).baseline is None


def test_workers_are_silent_below_a_fiftieth_of_a_core(watch: Watch) -> None:
    watch.turn.writing = True
    watch.estimator.started("r1", 100)
    for _ in range(40):
        watch.worker_cpu_s += 0.0225 * TICK_S
        sample = watch.look(tokens_per_s=40)
    assert sample.baseline is None
