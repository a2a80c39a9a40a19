"""How many syntheses may run at once: bound by bound."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from jarvisd.governor.slots import Slots
from jarvisd.governor.values import HostLoad

# As they are, not as the code names them: a change of a figure is a change of what it does.
STAGGER_S = 0.5
ROOM_CORES, CROWDED_CORES = 0.5, 0.1
CLOSED_S, CLOSED_IN_PEACE_S = 20.0, 5.0
ROOM = HostLoad(now=0.0, waiting=1, idle_cores=ROOM_CORES)
CROWDED = replace(ROOM, idle_cores=CROWDED_CORES - 0.001)


def follow(slots: Slots, now: float, load: HostLoad = ROOM, *, crowded: bool = False) -> int:
    slots.follow(replace(load, now=now), crowded=crowded)
    return slots.open


def opened(count: int, now: float = 0.0) -> Slots:
    """Many may be open, and ``count`` are since ``now``."""
    slots = Slots(9)
    while slots.open < count:
        follow(slots, now - (count - slots.open - 1) * STAGGER_S)
    return slots


def test_the_first_look_opens_the_second_where_there_is_room_and_no_more_than_that() -> None:
    slots = Slots(2)
    assert slots.open == 1
    assert follow(slots, 0.0) == 2
    assert follow(slots, 1.0) == 2


def test_room_is_half_a_core_and_somebody_who_waits() -> None:
    assert follow(Slots(9), 0.0, replace(ROOM, idle_cores=ROOM_CORES - 0.01)) == 1
    assert follow(Slots(9), 0.0, replace(ROOM, idle_cores=None)) == 1
    assert follow(Slots(9), 0.0, replace(ROOM, waiting=0)) == 1
    assert follow(Slots(9), 0.0, replace(ROOM, waiting=2)) == 2


def test_the_next_one_opens_half_a_second_later() -> None:
    slots = opened(2, now=10.0)
    assert follow(slots, 10.0 + STAGGER_S - 0.01) == 2
    assert follow(slots, 10.0 + STAGGER_S) == 3


def test_room_is_judged_anew_when_something_is_to_be_spoken_again() -> None:
    slots = opened(3, now=10.0)
    slots.begin(20.0)
    assert slots.open == 1
    assert follow(slots, 20.0 + STAGGER_S - 0.01) == 1
    assert follow(slots, 20.0 + STAGGER_S) == 2


def test_where_it_is_crowded_one_closes_at_a_time_down_to_the_first() -> None:
    slots = opened(3)
    assert [follow(slots, 10.0, CROWDED, crowded=True) for _ in range(4)] == [2, 1, 1, 1]
    assert follow(opened(3), 10.0, replace(ROOM, idle_cores=None), crowded=True) == 2


def test_it_is_crowded_where_the_model_loses_and_no_core_is_idle() -> None:
    assert follow(opened(3), 0.0, CROWDED, crowded=False) == 3
    assert follow(opened(3), 0.0, replace(ROOM, idle_cores=CROWDED_CORES), crowded=True) == 3


def test_what_had_to_be_closed_stays_closed_for_a_while() -> None:
    slots = opened(2)
    follow(slots, 10.0, CROWDED, crowded=True)
    assert follow(slots, 10.0 + CLOSED_S - 0.01) == 1
    assert follow(slots, 10.0 + CLOSED_S) == 2


def test_what_was_closed_in_peace_opens_sooner_but_never_before_what_had_to_be_closed() -> None:
    slots = opened(3)
    slots.close_all(10.0)
    assert slots.open == 1
    assert follow(slots, 10.0 + CLOSED_IN_PEACE_S - 0.01) == 1
    assert follow(slots, 10.0 + CLOSED_IN_PEACE_S) == 2
    slots = opened(3)
    follow(slots, 10.0, CROWDED, crowded=True)
    slots.close_all(11.0)
    assert follow(slots, 10.0 + CLOSED_S - 0.01) == 1
    assert follow(slots, 10.0 + CLOSED_S) == 2


def test_closing_what_is_closed_changes_nothing() -> None:
    slots = Slots(2)
    slots.close_all(10.0)
    assert follow(slots, 10.0) == 2
    two = opened(2, now=10.0)
    two.close_all(11.0)
    assert two.open == 1


LOADS = st.builds(
    HostLoad,
    now=st.floats(0, 5),
    waiting=st.integers(0, 3),
    idle_cores=st.none() | st.floats(0, 2),
)


@given(st.integers(1, 4), st.lists(st.tuples(LOADS, st.booleans(), st.booleans()), max_size=60))
def test_one_at_a_time_between_one_and_the_ceiling(
    ceiling: int, seen: list[tuple[HostLoad, bool, bool]]
) -> None:
    slots, now, openings = Slots(ceiling), 0.0, list[float]()
    for load, crowded, peace in seen:
        now += load.now
        before = slots.open
        if peace:
            slots.close_all(now)
            assert slots.open == 1
        else:
            assert abs(follow(slots, now, load, crowded=crowded) - before) <= 1
        if slots.open > before:
            openings.append(now)
        assert 1 <= slots.open <= ceiling
    assert all(later - earlier >= STAGGER_S - 1e-9 for earlier, later in pairwise(openings))
