import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisd.errors import WorkerError
from jarvisd.workers.model import Priority
from jarvisd.workers.priority_queue import PriorityQueue


@given(st.lists(st.sampled_from(Priority), max_size=30))
def test_the_most_urgent_comes_first_and_equals_in_order_of_arrival(
    priorities: list[Priority],
) -> None:
    line: PriorityQueue[tuple[Priority, int]] = PriorityQueue()
    items = [(priority, number) for number, priority in enumerate(priorities)]
    for item in items:
        line.add(item, item[0])

    taken = [line.take(lambda _: True) for _ in items]

    assert taken == sorted(items)
    assert line.take(lambda _: True) is None


def test_who_cannot_start_is_passed_over_and_keeps_its_place() -> None:
    line: PriorityQueue[str] = PriorityQueue()
    line.add("piper", Priority.NOW)
    line.add("espeak", Priority.WARMING)

    assert line.take(lambda item: item == "espeak") == "espeak"
    assert list(line) == ["piper"]


def test_leaving_the_line() -> None:
    line: PriorityQueue[str] = PriorityQueue()
    for item in ("a", "b", "c"):
        line.add(item, Priority.NOW)

    assert line.remove("b")
    assert not line.remove("b")
    assert line.remove_all(lambda item: item == "a") == ["a"]
    assert list(line) == ["c"]


def test_the_line_is_bounded() -> None:
    line: PriorityQueue[int] = PriorityQueue(longest=2)
    line.add(1, Priority.NOW)
    line.add(2, Priority.NOW)

    with pytest.raises(WorkerError) as caught:
        line.add(3, Priority.NOW)
    assert caught.value.code == "workers.queue_full"
