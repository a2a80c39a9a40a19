"""What the governor decides: rule by rule, bound by bound, and for any input."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisd.governor.controller import Controller
from jarvisd.governor.values import Decision, GovernorLimits, HostLoad

TICK_S = 0.25
# Speaking and writing, far ahead of playback, at a measured cost, with the model as fast as ever.
AHEAD = HostLoad(
    now=0.0,
    slack_s=20.0,
    working=True,
    cost=0.3,
    generating=True,
    tokens_per_s=40.0,
    baseline=40.0,
    idle_cores=1.0,
)


class Run:
    """A governor and its clock."""

    def __init__(self, limits: GovernorLimits | None = None) -> None:
        self.governor = Controller(limits or GovernorLimits())
        self.now = 100.0

    def see(self, sample: HostLoad, seconds: float = TICK_S) -> Decision:
        """Show the same for a while; returns the last decision."""
        end = self.now + seconds
        while self.now < end:
            self.now += TICK_S
            decision = self.governor.decide(replace(sample, now=self.now))
        return decision


def test_at_rest_everything_is_open() -> None:
    decision = Controller(GovernorLimits()).decision
    assert decision.outputs == (1, 100, None)


def test_the_first_utterance_of_a_reply_gets_everything_at_once() -> None:
    run = Run()
    assert run.see(AHEAD, 5).quota is not None
    decision = run.see(replace(AHEAD, first_pending=True))
    assert (decision.weight, decision.quota) == (100, None)
    assert "first utterance" in decision.reason


def test_far_ahead_of_playback_the_model_gets_the_rest() -> None:
    decision = Run().see(AHEAD)
    assert decision.quota == pytest.approx(0.3 * 1.5)
    assert decision.weight < 100


def test_a_loss_lowers_the_share_but_never_below_what_playback_needs() -> None:
    run = Run()
    slow = replace(AHEAD, tokens_per_s=30.0)
    quotas = [run.see(slow, 1.0).quota or 0.0 for _ in range(20)]
    assert quotas == sorted(quotas, reverse=True)
    assert quotas[-1] == pytest.approx(0.3 * 1.15, rel=0.01)


def test_within_the_budget_nothing_is_lowered() -> None:
    run = Run()
    first = run.see(AHEAD)
    assert run.see(replace(AHEAD, tokens_per_s=38.5), 30) is first


def test_speech_wins_when_playback_is_about_to_run_dry() -> None:
    run = Run()
    run.see(AHEAD, 5)
    decision = run.see(replace(AHEAD, slack_s=0.5, tokens_per_s=10.0))
    assert (decision.weight, decision.quota) == (100, None)


def test_the_next_utterance_may_take_half_as_long_again_as_it_should() -> None:
    """It is made on a busy machine: beside its own time, half of that must be ready, and a second.

    Here it takes 4 s. With the second that would be 5, but 6.9 s in hand are not enough; 7.1 are.
    """
    long = replace(AHEAD, cost=0.5, utterance_s=8.0)
    run = Run()
    assert run.see(long, 5).quota is not None
    assert run.see(replace(long, slack_s=7.1)).quota is not None
    assert run.see(replace(long, slack_s=6.9)).quota is None


def test_a_share_that_was_too_small_is_not_tried_again() -> None:
    run = Run()
    before = run.see(replace(AHEAD, tokens_per_s=20.0), 10).quota
    run.see(replace(AHEAD, slack_s=0.5))
    after = run.see(replace(AHEAD, tokens_per_s=20.0), 30).quota
    assert before is not None
    assert after == pytest.approx(before * 2, rel=0.01)


def test_an_idle_model_needs_nothing_back() -> None:
    assert Run().see(replace(AHEAD, generating=False)).quota is None


def test_where_tokens_tell_nothing_the_models_waiting_does() -> None:
    waiting = replace(AHEAD, tokens_per_s=None, model_waits=0.4)
    assert waiting.loss == 0.4
    run = Run()
    run.see(waiting)
    assert (run.see(waiting, 5).quota or 1) < 0.4


def test_slots_open_one_at_a_time_with_room_and_somebody_waiting() -> None:
    hungry = replace(AHEAD, slack_s=0.5, waiting=3)
    run = Run(GovernorLimits(slots=3))
    slots = [run.see(hungry).slots for _ in range(12)]
    opened = [index for index, (a, b) in enumerate(pairwise(slots)) if b > a]
    assert slots[-1] == 3
    assert all(b - a >= 2 for a, b in pairwise(opened))  # 500 ms
    assert Run(GovernorLimits(slots=3)).see(replace(hungry, idle_cores=0.2), 10).slots == 1
    assert Run(GovernorLimits(slots=3)).see(replace(hungry, waiting=0), 10).slots == 1


def test_far_ahead_one_slot_is_enough() -> None:
    run = Run(GovernorLimits(slots=3))
    run.see(replace(AHEAD, slack_s=0.5, waiting=3), 5)
    assert run.see(AHEAD).slots == 1


def test_what_never_keeps_pace_gets_half_and_everything_when_the_model_is_done() -> None:
    dry = replace(AHEAD, slack_s=0.0, cost=3.0, tokens_per_s=10.0)
    run = Run()
    assert run.see(dry, 20).quota is None
    assert run.see(dry, 20).quota == 0.5
    assert run.see(replace(dry, generating=False)).quota is None


def test_fixed_settings_override_it() -> None:
    limits = GovernorLimits(fixed_slots=2, fixed_weight=77, fixed_quota=1.5)
    for sample in (AHEAD, replace(AHEAD, first_pending=True), replace(AHEAD, slack_s=0.1)):
        assert Run(limits).see(sample).outputs == (2, 77, 1.5)


def test_it_never_gives_more_than_is_configured() -> None:
    run = Run(GovernorLimits(quota=0.4))
    assert run.see(replace(AHEAD, first_pending=True)).quota == 0.4
    assert (run.see(AHEAD, 5).quota or 1) <= 0.4
    assert Run(GovernorLimits(quota=0.4)).see(replace(AHEAD, cost=0.2)).quota == 0.3


def test_a_quota_has_three_places() -> None:
    assert Run().see(replace(AHEAD, cost=0.1111)).quota == 0.167


def test_rest_opens_everything_again() -> None:
    run = Run()
    run.see(AHEAD, 5)
    assert run.governor.rest().outputs == (1, 100, None)
    assert run.governor.rest() is run.governor.decision


# --- bound by bound -----------------------------------------------------------------------------

# With a cost of 0.3 and utterances of 8 s, speech comes first below 1 + 1.5 * 0.3 * 8 seconds.
LOW_S, HIGH_S = 4.6, 7.6


@pytest.mark.parametrize(
    ("cost", "low", "high"),
    [(0.3, LOW_S, HIGH_S), (None, 7.0, 10.0), (0.7, 9.4, 12.4), (4.0, 10.5, 13.5)],
)
def test_the_marks(cost: float | None, low: float, high: float) -> None:
    marks = Controller(GovernorLimits()).marks(replace(AHEAD, cost=cost))
    assert marks == (pytest.approx(low), pytest.approx(high))


@pytest.mark.parametrize(("look_ahead_s", "low", "high"), [(10.0, 3.5, 4.5), (14.0, 4.6, 6.3)])
def test_both_marks_lie_where_the_look_ahead_lets_speech_get(
    look_ahead_s: float, low: float, high: float
) -> None:
    """Producers begin again at half of it: above that speech would never be ahead enough."""
    marks = Controller(GovernorLimits(look_ahead_s=look_ahead_s)).marks(AHEAD)
    assert marks == (pytest.approx(low), pytest.approx(high))


def test_at_the_upper_mark_it_gives_way_and_below_the_lower_it_catches_up() -> None:
    low, high = Controller(GovernorLimits()).marks(AHEAD)
    run = Run()
    assert run.see(replace(AHEAD, slack_s=high - 0.01)).phase == "catching-up"
    assert run.see(replace(AHEAD, slack_s=high)).phase == "giving-way"
    assert run.see(replace(AHEAD, slack_s=low)).phase == "giving-way"
    assert run.see(replace(AHEAD, slack_s=low - 0.01)).phase == "catching-up"
    assert Run().see(replace(AHEAD, slack_s=high)).phase == "giving-way"
    assert Run().see(replace(AHEAD, slack_s=None)).phase == "catching-up"


def test_who_neither_speaks_nor_waits_changes_no_phase_but_the_first() -> None:
    idle = replace(AHEAD, working=False)
    assert Run().see(idle).phase == "rest"
    run = Run()
    assert run.see(replace(AHEAD, first_pending=True)).phase == "first"
    assert run.see(idle).phase == "catching-up"
    giving_way = run.see(AHEAD)
    assert giving_way.phase == "giving-way"
    assert run.see(replace(idle, slack_s=0.0)) is giving_way


def test_the_share_falls_once_a_second_to_what_playback_needs() -> None:
    run = Run()
    slow = replace(AHEAD, tokens_per_s=30.0)
    quotas = [run.see(slow).quota for _ in range(13)]
    assert quotas == [0.45] * 4 + [0.36] * 4 + [0.345] * 5
    decision = run.governor.decision
    assert decision.reason == "the model lost 25% of its speed: less for speech"
    assert run.see(slow, 60) is decision


@pytest.mark.parametrize(("loss", "quota"), [(0.05, 0.45), (0.051, 0.345)])
def test_what_the_model_may_lose_lowers_nothing(loss: float, quota: float) -> None:
    run = Run()
    assert run.see(replace(AHEAD, tokens_per_s=None, model_waits=loss), 5).quota == quota


def test_what_cannot_be_measured_is_feared() -> None:
    run = Run()
    decision = run.see(replace(AHEAD, tokens_per_s=None), 5)
    assert decision.quota == 0.345
    assert decision.reason == "the model lost an unknown part of its speed: less for speech"


def test_a_share_is_never_smaller_than_configured() -> None:
    run = Run()
    cheap = replace(AHEAD, cost=0.01, tokens_per_s=30.0)
    assert [run.see(cheap, 1.0).quota for _ in range(5)] == [0.1] * 5


def test_each_share_that_was_too_small_doubles_the_next_and_the_wait_for_it() -> None:
    run = Run()
    quotas, waits = [run.see(AHEAD).quota], []
    for _ in range(3):
        run.see(replace(AHEAD, slack_s=0.5))
        since = run.now
        while run.see(AHEAD).phase == "catching-up":
            pass
        waits.append(run.now - since)
        quotas.append(run.governor.decision.quota)
    assert quotas == [0.45, 0.9, 1.8, 1.8]
    assert waits == [16.0, 32.0, 32.0]


def test_rest_forgets_what_was_learnt() -> None:
    run = Run()
    run.see(AHEAD)
    run.see(replace(AHEAD, slack_s=0.5))
    run.governor.rest()
    decision = run.see(AHEAD)
    assert (decision.phase, decision.quota) == ("giving-way", 0.45)


def test_an_idle_model_gets_its_share_back_when_it_writes_again() -> None:
    run = Run()
    run.see(replace(AHEAD, tokens_per_s=30.0), 10)
    assert run.see(replace(AHEAD, generating=False)).quota is None
    assert run.see(AHEAD).quota == 0.45


@pytest.mark.parametrize(("cost", "quota"), [(3.0, 0.5), (0.5, 0.25), (None, 0.25), (0.1, 0.1)])
def test_who_shares_gets_half_of_what_it_costs_and_of_one_core_at_most(
    cost: float | None, quota: float
) -> None:
    run = Run()
    decision = run.see(replace(AHEAD, slack_s=0.0, cost=cost, tokens_per_s=10.0), 60)
    assert (decision.phase, decision.quota, decision.weight) == ("sharing", quota, 20)


DRY = replace(AHEAD, slack_s=0.049, cost=3.0, tokens_per_s=10.0)
WET = replace(DRY, slack_s=0.05)


def looks_until_sharing(pattern: list[HostLoad], most: int = 1_000) -> int | None:
    """How many looks after the first one the two begin to share, ``pattern`` again and again."""
    run = Run()
    run.see(WET)
    for look in range(most):
        if run.see(pattern[look % len(pattern)]).phase == "sharing":
            return look + 1
    return None


def test_half_a_minute_without_hope_is_enough() -> None:
    assert looks_until_sharing([DRY]) == 120
    assert looks_until_sharing([WET]) is None
    assert looks_until_sharing([replace(DRY, slack_s=None)]) is None


def test_three_parts_dry_of_ten_are_hopeless_and_fewer_are_not() -> None:
    assert looks_until_sharing([DRY] * 3 + [WET] * 7) == 120
    assert looks_until_sharing([WET] * 7 + [DRY] * 3) == 120
    assert looks_until_sharing([WET] * 71 + [DRY] * 29) is None


def test_where_nothing_is_lost_there_is_nothing_to_share() -> None:
    assert looks_until_sharing([replace(DRY, tokens_per_s=40.0)]) is None
    assert looks_until_sharing([replace(DRY, generating=False)]) is None


def test_a_look_that_comes_late_counts_as_one_second() -> None:
    """A suspended host was not dry all night."""
    run = Run()
    run.see(WET)
    run.now += 10_000
    assert run.see(DRY).phase == "catching-up"


def test_those_who_share_go_back_when_speech_is_ahead_again() -> None:
    run = Run()
    assert run.see(DRY, 60).phase == "sharing"
    assert run.see(replace(DRY, slack_s=13.4)).phase == "sharing"
    assert run.see(replace(DRY, slack_s=13.5)).phase == "giving-way"


def test_whoever_shared_may_have_to_share_again_after_as_long() -> None:
    run = Run()
    run.see(DRY, 60)
    assert run.see(replace(DRY, generating=False)).phase == "catching-up"
    phases = [run.see(DRY).phase for _ in range(120)]
    assert phases == ["catching-up"] * 119 + ["sharing"]


def test_who_was_ahead_may_become_hopeless_too() -> None:
    run = Run()
    run.see(replace(DRY, slack_s=20.0))
    phases = [run.see(DRY).phase for _ in range(121)]
    assert phases == ["catching-up"] * 120 + ["sharing"]


def test_after_the_first_utterance_it_depends_on_what_is_in_hand() -> None:
    for slack_s, phase in ((20.0, "giving-way"), (0.5, "catching-up")):
        run = Run()
        assert run.see(replace(AHEAD, first_pending=True)).phase == "first"
        assert run.see(replace(AHEAD, slack_s=slack_s)).phase == phase


@pytest.mark.parametrize("rested", [False, True])
def test_at_any_time_of_the_clock(rested: bool) -> None:
    run = Run()
    run.now = 0.0
    if rested:
        run.governor.rest()
    assert run.see(replace(AHEAD, slack_s=0.5)).phase == "catching-up"
    assert run.see(AHEAD).outputs == (1, 20, 0.45)


def test_of_nothing_in_hand_nothing_is_given_away_however_short_the_look_ahead() -> None:
    run = Run(GovernorLimits(look_ahead_s=2.0))
    assert run.see(AHEAD).phase == "giving-way"
    assert run.see(replace(AHEAD, slack_s=None)).phase == "catching-up"


HUNGRY = replace(AHEAD, slack_s=0.5, waiting=3)
CROWDED = replace(HUNGRY, idle_cores=0.05, tokens_per_s=10.0)


def test_the_second_slot_opens_half_a_second_after_the_rest_and_stays_open() -> None:
    run = Run()
    assert [run.see(HUNGRY).slots for _ in range(3)] == [1, 1, 2]
    assert run.see(replace(HUNGRY, first_pending=True)).slots == 2


@pytest.mark.parametrize("first", [True, False])
def test_a_slot_closes_where_the_model_loses_for_it(first: bool) -> None:
    run = Run()
    assert run.see(replace(HUNGRY, first_pending=first), 5).slots == 2
    assert run.see(replace(CROWDED, first_pending=first, tokens_per_s=40.0)).slots == 2
    assert run.see(replace(CROWDED, first_pending=first)).slots == 1


def test_who_shares_makes_one_at_a_time() -> None:
    run = Run()
    hopeless = replace(DRY, waiting=3)
    assert run.see(hopeless, 20).slots == 2
    shared = run.see(hopeless, 20)
    assert (shared.phase, shared.slots) == ("sharing", 1)


def test_the_weight_is_never_less_than_one() -> None:
    assert Run(GovernorLimits(weight=3)).see(AHEAD).weight == 1
    assert repr(Run(GovernorLimits(weight=54)).see(AHEAD).weight) == "10"
    assert Run(GovernorLimits(weight=50)).see(replace(AHEAD, generating=False)).weight == 50


@pytest.mark.parametrize(
    ("load", "reason"),
    [
        (replace(AHEAD, working=False), "idle"),
        (replace(AHEAD, first_pending=True), "first utterance of a reply: no limit"),
        (replace(AHEAD, slack_s=0.5), "less than 7.6 s ahead of playback: no limit"),
        (AHEAD, "far enough ahead of playback: the model gets the rest"),
        (
            replace(AHEAD, generating=False),
            "far enough ahead of playback and the model is idle: no limit",
        ),
    ],
)
def test_people_are_told_why(load: HostLoad, reason: str) -> None:
    run = Run()
    assert run.governor.decision.reason == "idle"
    assert run.see(load).reason == reason
    assert run.governor.rest().reason == "idle"


def test_people_are_told_why_the_two_share() -> None:
    reason = "speech cannot keep up even without a limit: half of the CPU goes to the model"
    assert Run().see(DRY, 60).reason == reason


shares = st.none() | st.floats(0, 1.5)
samples = st.builds(
    HostLoad,
    now=st.just(0.0),
    slack_s=st.none() | st.floats(0, 40),
    first_pending=st.booleans(),
    working=st.booleans(),
    waiting=st.integers(0, 4),
    cost=st.none() | st.floats(0.001, 4),
    utterance_s=st.floats(1, 30),
    generating=st.booleans(),
    tokens_per_s=st.none() | st.floats(0, 100),
    baseline=st.none() | st.floats(1, 100),
    model_waits=shares,
    idle_cores=st.none() | st.floats(0, 20),
)


@given(st.lists(samples, max_size=30), samples, st.sampled_from((1, 2, 4)))
def test_once_inputs_are_steady_outputs_settle(
    before: list[HostLoad], steady: HostLoad, ceiling: int
) -> None:
    run = Run(GovernorLimits(slots=ceiling))
    for sample in before:
        run.see(sample)
    outputs = [run.see(steady).outputs for _ in range(4 * 120)]
    changes = [a != b for a, b in pairwise(outputs)]
    assert sum(changes[:240]) <= 16
    assert sum(changes[240:]) == 0


@given(st.lists(samples, min_size=1, max_size=60))
def test_every_decision_is_within_the_limits_and_has_a_reason(seen: list[HostLoad]) -> None:
    run = Run(GovernorLimits(slots=3, quota=2.0, min_quota=0.2))
    for sample in seen:
        decision = run.see(sample)
        assert 1 <= decision.slots <= 3
        assert 1 <= decision.weight <= 100
        assert decision.quota is not None
        assert 0.2 <= decision.quota <= 2.0
        assert decision.reason
        if sample.first_pending:
            assert decision.quota == 2.0
