"""The plan of the measurement beside a real model: pairs, turns, and the time it says it takes."""

from jarvisbench.neighbour import FULL, GOVERNED, PAIRS, QUICK, Phase, in_turn


def test_the_sides_take_turns_at_being_first() -> None:
    sides = [(Phase(), GOVERNED), (Phase(), "enabled = false")]
    first = [in_turn(sides, number)[0][1] for number in range(PAIRS)]
    assert first == [GOVERNED, "enabled = false"] * (PAIRS // 2)
    assert all(sorted(map(str, in_turn(sides, n))) == sorted(map(str, sides)) for n in range(2))


def test_enough_pairs_for_a_median_in_the_time_that_the_help_says() -> None:
    assert PAIRS >= 6
    assert QUICK.seconds <= 4 * 60
    assert FULL.seconds <= 15 * 60
