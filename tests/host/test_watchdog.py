"""Who counts as stuck, with a clock that the test turns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisd.host.watchdog import PartProgress, Stuck, Watchdog, watchdog_s

INTERVAL_S = 15.0
TIMEOUT_S = 90.0
# The first look at which a part is given up that stands still from the first look on.
LIMIT = int((TIMEOUT_S + 3 * INTERVAL_S) / INTERVAL_S) + 1


def part(
    steps: int, *, expects_progress: bool = True, ended: str = "", name: str = "writer"
) -> PartProgress:
    return PartProgress(
        name, steps, expects_progress=expects_progress, timeout_s=TIMEOUT_S, ended=ended
    )


def looks(
    watchdog: Watchdog, parts: list[PartProgress], *, interval_s: float = INTERVAL_S
) -> list[bool]:
    """One look an interval; whether each found anybody stuck."""
    return [bool(watchdog.look(i * interval_s, [one])) for i, one in enumerate(parts)]


def test_who_moves_is_alive() -> None:
    assert not any(looks(Watchdog(INTERVAL_S), [part(i) for i in range(1_000)]))


def test_who_owes_nothing_may_rest() -> None:
    assert not any(looks(Watchdog(INTERVAL_S), [part(7, expects_progress=False)] * 1_000))


def test_a_part_that_has_work_and_stands_still_is_stuck_after_its_timeout() -> None:
    found = looks(Watchdog(INTERVAL_S), [part(7)] * 30)
    assert found.index(True) == LIMIT
    assert all(found[LIMIT:])


def test_between_two_looks_no_more_than_one_and_a_half_intervals_pass() -> None:
    watchdog = Watchdog(INTERVAL_S)
    assert looks(watchdog, [part(7)] * 8, interval_s=10_000).index(True) == 7
    (stuck,) = watchdog.look(80_000, [part(7)])
    assert stuck.reason == f"no progress for {8 * 1.5 * INTERVAL_S:.0f} s"


def test_the_timeout_begins_with_the_work() -> None:
    parts = [part(7, expects_progress=False)] * 100 + [part(7)] * 30
    assert looks(Watchdog(INTERVAL_S), parts).index(True) == 99 + LIMIT


def test_one_step_starts_it_anew() -> None:
    parts = [part(7)] * (LIMIT - 1) + [part(8)] * (LIMIT - 1)
    assert not any(looks(Watchdog(INTERVAL_S), parts))


def test_who_ended_is_stuck_at_once() -> None:
    stuck = Watchdog(INTERVAL_S).look(0.0, [part(0, expects_progress=False, ended="it crashed")])
    assert stuck == [Stuck("writer", "it crashed")]


def test_who_recovers_is_alive_again() -> None:
    parts = [part(7)] * (LIMIT + 3) + [part(8)]
    assert looks(Watchdog(INTERVAL_S), parts)[-2:] == [True, False]


def test_each_part_is_judged_alone() -> None:
    watchdog = Watchdog(INTERVAL_S)
    for i in range(LIMIT + 1):
        stuck = watchdog.look(
            i * INTERVAL_S,
            [part(i, name="busy"), part(0, name="hung"), part(0, expects_progress=False)],
        )
    assert [one.name for one in stuck] == ["hung"]
    assert "no progress for" in stuck[0].reason


def test_a_new_part_of_the_same_name_starts_anew() -> None:
    watchdog = Watchdog(INTERVAL_S)
    for i in range(LIMIT):
        watchdog.look(i * INTERVAL_S, [part(0)])
    watchdog.look(LIMIT * INTERVAL_S, [])
    assert not watchdog.look((LIMIT + 1) * INTERVAL_S, [part(0)])


@pytest.mark.parametrize("gap_s", [60.0, 3_600.0, 1_000_000.0])
def test_a_host_that_stopped_everybody_makes_nobody_stuck(gap_s: float) -> None:
    watchdog = Watchdog(INTERVAL_S)
    watchdog.look(0.0, [part(0)])
    watchdog.look(INTERVAL_S, [part(0)])
    assert not watchdog.look(INTERVAL_S + gap_s, [part(0)])
    assert not watchdog.look(2 * INTERVAL_S + gap_s, [part(0)])


def test_a_starved_host_gives_everybody_more_time() -> None:
    """Each look comes ten times too late: the timeout is counted in turns that we really had."""
    found = looks(Watchdog(INTERVAL_S), [part(0)] * 30, interval_s=10 * INTERVAL_S)
    assert found.index(True) > TIMEOUT_S / (1.5 * INTERVAL_S)


@given(
    st.lists(st.tuples(st.floats(0.0, 1e6), st.integers(0, 1), st.booleans()), max_size=100),
    st.floats(0.5, 60.0),
)
def test_no_part_is_stuck_within_its_timeout(
    history: list[tuple[float, int, bool]], interval_s: float
) -> None:
    """Whatever the clock does: stuck means so much real time without a step, several looks long."""
    watchdog = Watchdog(interval_s)
    now, steps, still_since, still_looks = 0.0, 0, 0.0, 0
    for gap_s, moved, expects_progress in history:
        now += gap_s
        steps += moved
        if moved or not expects_progress:
            still_since, still_looks = now, 0
        stuck = watchdog.look(now, [part(steps, expects_progress=expects_progress)])
        still_looks += 1
        if stuck:
            assert now - still_since > TIMEOUT_S
            assert still_looks > 3


@given(st.lists(st.floats(-1e9, 1e9), max_size=50))
def test_a_clock_that_goes_backwards_stops_nothing(times: list[float]) -> None:
    watchdog = Watchdog(INTERVAL_S)
    assert not any(watchdog.look(now, [part(i)]) for i, now in enumerate(times))


@pytest.mark.parametrize("interval_s", [0.0, -1.0])
def test_where_no_time_passes_nobody_is_stuck(interval_s: float) -> None:
    assert not any(looks(Watchdog(INTERVAL_S), [part(7)] * 1_000, interval_s=interval_s))


# --- what systemd asks for ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "42"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "43"}, None),
        ({"WATCHDOG_USEC": "1"}, 0.000_001),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "-1"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_the_watchdog_is_the_one_that_systemd_set(
    environ: dict[str, str], expected: float | None
) -> None:
    assert watchdog_s(environ, 42) == expected
