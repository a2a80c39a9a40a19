"""A conversation that is deleted: nothing of it comes back, and none of its words are left."""

import pytest

from jarvisd.errors import NotFoundError
from jarvisd.telemetry.events import EventBus
from jarvisd.wire import ReplyInterrupted, ReplyStarted
from tests.fakes.speech import RATE, settled
from tests.reply.stage import Stage, ended


def words_in(bus: EventBus, stage: Stage) -> str:
    """Every word that a late reader of events can still get."""
    assert len(bus.read(0, 1_000)) == len(stage.published)
    texts = ("text", "spoken", "heard", "sentences")
    return " ".join(
        str(getattr(event, name))
        for _, event in bus.read(0, 1_000)
        for name in texts
        if getattr(event, name, "") and getattr(event, name) != []
    )


@pytest.fixture
def bus() -> EventBus:
    return EventBus(1_000)


@pytest.fixture
def stage(bus: EventBus) -> Stage:
    return Stage(bus=bus)


async def test_an_answer_does_not_come_back_into_a_deleted_conversation(
    stage: Stage, bus: EventBus
) -> None:
    reply = await stage.ask("Well?")
    stage.provider.write("One two three. ", "Four")
    making = await stage.speech.makes("One")
    making.piece(RATE, (0, 0), (4, 300), (8, 600)).end()
    await settled()
    assert "two" in words_in(bus, stage)
    stage.clock.advance(0.65)
    assert await stage.replies.forget("c") == 1
    events = await ended(reply)
    assert isinstance(events[-1], ReplyInterrupted)
    assert await stage.store.history("c", 10) == []
    assert words_in(bus, stage) == ""
    assert stage.provider.closed == 1
    with pytest.raises(NotFoundError):
        stage.replies.get(reply.id)


async def test_words_of_answers_that_ended_go_from_the_events(stage: Stage, bus: EventBus) -> None:
    first = await stage.answered("One two three.", RATE)
    await stage.answered("Four five six.", RATE, conversation="other")
    stage.clock.advance(60)
    for number in range(10):
        await stage.spoken(f"Number {number}.", RATE)
        stage.clock.advance(60)
    with pytest.raises(NotFoundError):
        stage.replies.get(first.id)  # its audio was given up long ago
    assert await stage.replies.forget("c") == 2
    left = words_in(bus, stage)
    assert "two" not in left
    assert "five" in left
    started = [event for _, event in bus.read(0, 1_000) if isinstance(event, ReplyStarted)]
    assert len(started) == 12  # that there was a reply stays


async def test_a_question_after_that_begins_anew(stage: Stage) -> None:
    await stage.ask("Well?")
    await settled()
    await stage.replies.forget("c")
    await stage.answered("All right.", RATE)
    assert [message.content for message in stage.provider.prompts[1].messages][1:] == ["Well?"]
    assert [message.text for message in await stage.store.history("c", 10)] == [
        "Well?",
        "All right.",
    ]
