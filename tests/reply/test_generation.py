"""Generation numbers tell what is current from what is stale."""

from hypothesis import given
from hypothesis import strategies as st

from jarvisd.reply.generation import Generations


def test_nothing_is_current_before_the_first() -> None:
    generations = Generations()
    assert generations.current is None
    assert not generations.is_current(0)


def test_a_new_generation_makes_the_old_one_stale() -> None:
    generations = Generations()
    first = generations.begin()
    second = generations.begin()
    assert generations.is_current(second)
    assert not generations.is_current(first)


def test_after_an_interrupt_nothing_is_current() -> None:
    generations = Generations()
    running = generations.begin()
    generations.retire()
    assert generations.current is None
    assert not generations.admits(running)


def test_refusals_of_arrivals_are_counted_and_questions_are_not() -> None:
    generations = Generations()
    old = generations.begin()
    new = generations.begin()
    generations.is_current(old)
    assert generations.stale == 0
    assert not generations.admits(old)
    assert generations.admits(new)
    assert generations.stale == 1


@given(st.lists(st.sampled_from(["begin", "retire"]), max_size=30))
def test_at_most_the_newest_is_current_and_numbers_never_return(steps: list[str]) -> None:
    generations = Generations()
    handed_out: list[int] = []
    for step in steps:
        if step == "begin":
            handed_out.append(generations.begin())
        else:
            generations.retire()
        current = [number for number in handed_out if generations.is_current(number)]
        assert current == (handed_out[-1:] if step == "begin" else [])
    assert len(set(handed_out)) == len(handed_out)
