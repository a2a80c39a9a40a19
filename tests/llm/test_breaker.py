"""The breaker: a pure core, driven by hand and by chance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisd.llm.breaker import Breaker, Permit

WAIT_S = 10.0
# As they are, not as the code names them: a change of a figure is a change of what it does.
FAILURES_IN_A_ROW = 3
LONGEST_WAIT = 16  # times the first one


def admitted(breaker: Breaker, now: float) -> Permit:
    permit = breaker.admit(now)
    assert permit is not None
    return permit


def fail(breaker: Breaker, now: float, *, silent: bool = False) -> None:
    permit = admitted(breaker, now)
    breaker.failed(permit, now, "broke", silent=silent)
    breaker.release(permit)


def opened() -> Breaker:
    breaker = Breaker(WAIT_S)
    fail(breaker, 0, silent=True)
    return breaker


def test_silence_opens_it_at_once() -> None:
    breaker = opened()
    assert (breaker.state(0), breaker.wait_s(4), breaker.reason) == ("open", 6, "broke")
    assert breaker.admit(9.9) is None
    assert breaker.state(10) == "half-open"


def test_quicker_failures_open_it_when_they_are_several_in_a_row() -> None:
    breaker = Breaker(WAIT_S)
    for _ in range(FAILURES_IN_A_ROW - 1):
        fail(breaker, 0)
    assert (breaker.state(0), breaker.failures) == ("closed", FAILURES_IN_A_ROW - 1)
    fail(breaker, 0)
    assert breaker.state(0) == "open"


def test_a_whole_answer_ends_the_row() -> None:
    breaker = Breaker(WAIT_S)
    for _ in range(2 * FAILURES_IN_A_ROW):
        fail(breaker, 0)
        permit = admitted(breaker, 0)
        breaker.succeeded(permit, 0)
        breaker.release(permit)
    assert (breaker.state(0), breaker.failures, breaker.reason) == ("closed", 0, "")


def test_one_question_at_a_time_tries_it() -> None:
    breaker = opened()
    probe = admitted(breaker, WAIT_S)
    assert probe.probe
    assert not breaker.admits(WAIT_S)
    assert breaker.admit(WAIT_S + 1) is None
    breaker.began(probe, WAIT_S + 2)
    assert breaker.state(WAIT_S + 2) == "closed"
    assert not admitted(breaker, WAIT_S + 2).probe


def test_a_probe_that_its_client_gives_up_leaves_no_mark() -> None:
    breaker = opened()
    breaker.release(admitted(breaker, WAIT_S))
    assert breaker.state(WAIT_S) == "half-open"
    assert breaker.admits(WAIT_S)


def test_a_probe_that_fails_doubles_the_wait_up_to_a_limit() -> None:
    breaker, now, waits = opened(), 0.0, []
    for _ in range(7):
        waits.append(breaker.wait_s(now))
        now += breaker.wait_s(now)
        fail(breaker, now)
    assert waits == [WAIT_S * min(2**n, LONGEST_WAIT) for n in range(7)]


def test_an_answer_that_breaks_off_every_time_opens_it_although_it_begins() -> None:
    breaker = Breaker(WAIT_S)
    for _ in range(FAILURES_IN_A_ROW):
        permit = admitted(breaker, 0)
        breaker.began(permit, 0)
        breaker.failed(permit, 0, "broke", silent=False)
        breaker.release(permit)
    assert breaker.state(0) == "open"


def test_after_a_probe_that_began_and_broke_it_opens_again_for_longer() -> None:
    breaker = Breaker(WAIT_S)
    for _ in range(FAILURES_IN_A_ROW):
        fail(breaker, 0)
    probe = admitted(breaker, WAIT_S)
    breaker.began(probe, WAIT_S)
    breaker.failed(probe, WAIT_S, "broke", silent=False)
    assert breaker.wait_s(WAIT_S) == 2 * WAIT_S


def test_questions_that_fail_together_count_once() -> None:
    breaker = Breaker(WAIT_S)
    tickets = [admitted(breaker, 0) for _ in range(5)]
    for permit in tickets:
        breaker.failed(permit, 20, "broke", silent=True)
        breaker.release(permit)
    assert breaker.wait_s(20) == WAIT_S


@pytest.mark.parametrize("writes_first", [True, False])
def test_waiting_behind_another_answer_is_no_failure(writes_first: bool) -> None:
    breaker = Breaker(WAIT_S)
    writing = admitted(breaker, 0)
    if writes_first:
        breaker.began(writing, 1)
    queued = admitted(breaker, 2)
    if not writes_first:
        breaker.began(writing, 3)
        breaker.succeeded(writing, 4)
        breaker.release(writing)
    breaker.failed(queued, 60, "busy", silent=True)
    assert breaker.state(60) == "closed"


def test_another_provider_begins_anew() -> None:
    breaker = opened()
    breaker.reset()
    assert (breaker.state(0), breaker.reason, breaker.failures) == ("closed", "", 0)
    fail(breaker, 0, silent=True)
    assert breaker.wait_s(0) == WAIT_S


def test_an_answer_that_began_meanwhile_is_a_sign_of_life_even_if_it_broke_off() -> None:
    breaker = Breaker(WAIT_S)
    writing, queued = admitted(breaker, 0), admitted(breaker, 2)
    breaker.began(writing, 3)
    breaker.release(writing)
    breaker.failed(queued, 60, "busy", silent=True)
    assert breaker.state(60) == "closed"


def test_a_sign_of_life_from_before_the_question_is_none() -> None:
    breaker = Breaker(WAIT_S)
    before, silent = admitted(breaker, 0), admitted(breaker, 5)
    breaker.succeeded(before, 5)
    breaker.release(before)
    breaker.failed(silent, 60, "silent", silent=True)
    assert breaker.state(60) == "open"


def test_while_it_is_open_only_a_probe_that_succeeds_closes_it() -> None:
    breaker = Breaker(WAIT_S)
    slow, silent = admitted(breaker, 0), admitted(breaker, 0)
    breaker.failed(silent, 1, "silent", silent=True)
    breaker.succeeded(slow, 2)
    assert (breaker.state(2), breaker.reason) == ("open", "silent")
    probe = admitted(breaker, 1 + WAIT_S)
    breaker.succeeded(probe, 1 + WAIT_S)
    assert (breaker.state(1 + WAIT_S), breaker.reason, breaker.failures) == ("closed", "", 0)


def test_what_failed_since_it_closed_again_was_asked_before_and_does_not_count() -> None:
    breaker = Breaker(WAIT_S)
    late, silent = admitted(breaker, 0), admitted(breaker, 0)
    breaker.failed(silent, 0, "silent", silent=True)
    breaker.began(admitted(breaker, WAIT_S), WAIT_S)
    breaker.failed(late, WAIT_S, "late", silent=False)
    assert (breaker.failures, breaker.reason) == (1, "silent")


def test_a_probe_of_the_provider_before_does_not_count() -> None:
    breaker = opened()
    probe = admitted(breaker, WAIT_S)
    breaker.reset()
    breaker.failed(probe, WAIT_S, "late", silent=False)
    assert (breaker.state(WAIT_S), breaker.failures) == ("closed", 0)
    fail(breaker, WAIT_S, silent=True)
    breaker.failed(probe, WAIT_S, "late", silent=False)
    assert (breaker.wait_s(WAIT_S), breaker.failures, breaker.reason) == (WAIT_S, 1, "broke")


def test_an_answer_that_is_over_excuses_nobody() -> None:
    breaker = Breaker(WAIT_S)
    written = admitted(breaker, 0)
    breaker.began(written, 1)
    breaker.release(written)
    breaker.failed(admitted(breaker, 2), 60, "silent", silent=True)
    assert breaker.state(60) == "open"


def test_a_new_breaker_has_nothing_to_say() -> None:
    breaker = Breaker(WAIT_S)
    assert (breaker.state(0), breaker.reason, breaker.failures) == ("closed", "", 0)
    assert not breaker.tripped


OUTCOMES = ("began", "whole", "broke", "silent", "left")
STEPS = st.lists(
    st.one_of(
        st.just("ask"),
        st.floats(0, 500),
        st.tuples(st.integers(0, 9), st.sampled_from(OUTCOMES)),
    ),
    max_size=60,
)


@given(st.floats(0.1, 100), STEPS)
def test_any_order_of_questions_outcomes_and_time(
    wait_s: float, steps: list[str | float | tuple[int, str]]
) -> None:
    breaker, now, asked = Breaker(wait_s), 0.0, list[Permit]()
    for step in steps:
        if isinstance(step, float):
            now += step
        elif isinstance(step, str):
            asked += ask(breaker, now)
        elif asked:
            report(breaker, now, asked, *step)
        check(breaker, now, wait_s, asked)


def ask(breaker: Breaker, now: float) -> list[Permit]:
    expected, before = breaker.admits(now), breaker.state(now)
    permit = breaker.admit(now)
    assert (permit is not None) == expected
    if permit is None:
        return []
    assert before != "open"
    assert permit.probe == (before == "half-open")
    assert not (permit.probe and breaker.admits(now))
    return [permit]


def report(breaker: Breaker, now: float, asked: list[Permit], which: int, outcome: str) -> None:
    permit = asked[which % len(asked)]
    if outcome == "began":
        breaker.began(permit, now)
        return
    if outcome == "whole":
        breaker.succeeded(permit, now)
    elif outcome != "left":
        breaker.failed(permit, now, outcome, silent=outcome == "silent")
    breaker.release(permit)
    asked.remove(permit)


def check(breaker: Breaker, now: float, wait_s: float, asked: list[Permit]) -> None:
    state = breaker.state(now)
    assert 0 <= breaker.wait_s(now) <= LONGEST_WAIT * wait_s
    assert (breaker.wait_s(now) > 0) == (state == "open")
    assert breaker.admits(now) or state != "closed"
    assert state == "closed" or (breaker.reason and breaker.failures)
    if not any(permit.probe for permit in asked):
        assert state == "open" or breaker.admits(now)


@given(st.lists(st.sampled_from(["broke", "silent"]), max_size=30))
def test_of_any_row_of_failures_only_few_questions_wait(outcomes: list[str]) -> None:
    breaker, let_through = Breaker(WAIT_S), 0
    for outcome in outcomes:
        permit = breaker.admit(1.0)
        if permit is not None:
            let_through += 1
            breaker.failed(permit, 1.0, outcome, silent=outcome == "silent")
            breaker.release(permit)
    assert let_through <= FAILURES_IN_A_ROW
