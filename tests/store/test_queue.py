"""What waits for the disk is in order and bounded, whatever is taken in and out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisd.store.model import MarkHeard, StoredMessage
from jarvisd.store.queue import ChangeQueue
from jarvisd.store.receipt import Receipt


def message(text: str, conversation: str = "c") -> StoredMessage:
    return StoredMessage(id=text, conversation=conversation, role="user", text=text, created_at=1.0)


def accepted(queue: ChangeQueue, *texts: str, conversation: str = "c") -> list[Receipt]:
    receipts = [Receipt(lambda: None) for _ in texts]
    for text, receipt in zip(texts, receipts, strict=True):
        assert queue.accept(message(text, conversation), receipt)
    return receipts


def test_what_does_not_fit_in_number_is_counted_and_not_taken() -> None:
    queue = ChangeQueue(limit=2)
    accepted(queue, "a", "b")
    assert not queue.accept(message("c"), Receipt(lambda: None))
    assert (len(queue), queue.dropped, queue.accepted) == (2, 1, 2)
    assert queue.changes == [message("a"), message("b")]


def test_what_does_not_fit_in_characters_is_not_taken_until_there_is_room() -> None:
    one = ChangeQueue(limit=9)
    accepted(one, "x" * 4_000)
    queue = ChangeQueue(limit=9, max_chars=2 * one.chars)
    accepted(queue, "x" * 4_000, "y" * 4_000)
    assert not queue.accept(message("z"), Receipt(lambda: None))
    queue.remove(queue.batch(1))
    assert queue.accept(message("z"), Receipt(lambda: None))


@pytest.mark.parametrize(("heard", "weight"), [(None, 0), ("half of it", 10)])
def test_a_correction_weighs_what_was_heard(heard: str | None, weight: int) -> None:
    queue = ChangeQueue(limit=1)
    assert queue.accept(MarkHeard("r", heard, True), Receipt(lambda: None))
    assert queue.chars == weight


def test_what_is_removed_says_that_it_is_saved_unless_it_said_something_else() -> None:
    queue = ChangeQueue(limit=9)
    saved, refused = accepted(queue, "a", "b")
    refused.settle("the database refused it")
    queue.remove(queue.batch(9))
    assert (saved.reason, refused.reason) == ("", "the database refused it")
    assert queue.saved_up_to == queue.accepted == 2


def test_a_disk_that_takes_nothing_is_told_to_everything_that_waits() -> None:
    queue = ChangeQueue(limit=9)
    receipts = accepted(queue, "a", "b")
    queue.put_off("the disk is full")
    assert [receipt.reason for receipt in receipts] == ["the disk is full"] * 2
    assert all(receipt.open for receipt in receipts)


def test_the_messages_of_one_conversation_can_be_taken_out_of_the_middle() -> None:
    queue = ChangeQueue(limit=9)
    accepted(queue, "1")
    accepted(queue, "2", conversation="other")
    accepted(queue, "3")
    found = queue.of_conversation("other")
    queue.remove(found)
    assert [entry.number for entry in found] == [2]
    assert queue.changes == [message("1"), message("3")]
    assert queue.saved_up_to == 0, "the first one still waits"


@given(st.lists(st.one_of(st.text(max_size=30), st.integers(0, 5)), max_size=60))
def test_however_it_is_used_it_keeps_the_order_and_forgets_no_weight(
    steps: list[str | int],
) -> None:
    queue = ChangeQueue(limit=8, max_chars=300)
    for step in steps:
        if isinstance(step, str):
            queue.accept(message(step), Receipt(lambda: None))
        else:
            queue.remove(queue.batch(step))
        numbers = [entry.number for entry in queue.batch(99)]
        assert numbers == list(range(queue.saved_up_to + 1, queue.accepted + 1))
        assert len(queue) <= 8
        assert queue.chars <= 300
    queue.remove(queue.batch(99))
    assert queue.chars == 0
