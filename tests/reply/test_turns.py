"""Turns of a conversation: one after the other, each knowing what became of those before it."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisd.errors import ConflictError, LimitError
from jarvisd.reply import admission
from jarvisd.reply.admission import Admission, ReplyTicket
from jarvisd.reply.reply import Reply
from tests.fakes.speech import RATE, settled, until
from tests.reply.stage import Stage, ended


async def turns(stage: Stage) -> list[tuple[str, str]]:
    """The conversation as it is remembered."""
    return [(each.role, each.text) for each in await stage.store.history("c", 100)]


def prompted(stage: Stage, number: int) -> list[str]:
    return [message.content for message in stage.provider.prompts[number].messages[1:]]


async def begun(stage: Stage, text: str, **more: str) -> "asyncio.Task[Reply]":
    asking = asyncio.create_task(stage.ask(text, **more))
    await settled()
    return asking


async def answer(stage: Stage, text: str) -> None:
    stage.provider.answer(text)
    (await stage.speech.makes(text)).whole(RATE)


async def test_a_second_question_waits_for_the_first_answer() -> None:
    stage = Stage()
    first = await begun(stage, "One?")
    second = await begun(stage, "Two?")
    assert not second.done()
    await answer(stage, "It is one.")
    await ended(await first)
    await answer(stage, "It is two.")
    await ended(await second)
    assert await turns(stage) == [
        ("user", "One?"),
        ("assistant", "It is one."),
        ("user", "Two?"),
        ("assistant", "It is two."),
    ]
    assert prompted(stage, 1) == ["One?", "It is one.", "Two?"]


async def test_questions_of_other_conversations_do_not_wait() -> None:
    stage = Stage()
    first = await begun(stage, "One?")
    second = asyncio.create_task(stage.ask("Two?", conversation="other"))
    replies = [await first, await second]
    assert [reply.state for reply in replies] == ["running", "running"]
    for reply in replies:
        await reply.interrupt()


async def test_a_second_question_may_interrupt_the_first_answer() -> None:
    stage = Stage()
    first = await (await begun(stage, "One?"))
    stage.provider.write("One two three. ")
    (await stage.speech.makes("One")).piece(RATE, (0, 0), (4, 300), (8, 600)).end()
    await settled()
    stage.clock.advance(0.65)
    second = await stage.ask("Two?", when_busy="interrupt")
    assert first.state == "interrupted"
    await until(lambda: len(stage.provider.prompts) == 2)
    assert prompted(stage, 1) == ["One?", "One two", "Two?"]
    await second.interrupt()


async def test_an_interrupting_question_also_silences_an_answer_that_still_plays() -> None:
    stage = Stage()
    first = await stage.answered("One two three.", 10 * RATE)
    assert first.state == "done"
    second = await stage.ask("Two?", when_busy="interrupt")
    assert first.state == "interrupted"
    await second.interrupt()


async def test_an_interrupting_question_comes_before_those_that_wait() -> None:
    stage = Stage()
    await begun(stage, "One?")
    patient = await begun(stage, "Two?")
    hasty = await stage.ask("Three?", when_busy="interrupt")
    assert not patient.done()
    await hasty.interrupt()
    await (await patient).interrupt()
    assert [text for role, text in await turns(stage) if role == "user"] == [
        "One?",
        "Three?",
        "Two?",
    ]


async def test_two_interrupting_questions_at_once_keep_their_order() -> None:
    stage = Stage()
    found = asyncio.Event()
    stage.speech.discovered = found.wait  # type: ignore[assignment]
    asking = [await begun(stage, f"{number}?", when_busy="interrupt") for number in range(3)]
    found.set()
    replies = await asyncio.gather(*asking)
    assert [reply.state for reply in replies].count("interrupted") == 2
    assert sorted(text for _, text in await turns(stage)) == ["0?", "1?", "2?"]
    await stage.replies.close(0)


async def test_an_interrupting_question_finds_a_place_in_a_full_house() -> None:
    stage = Stage(reply={"max_active": 1})
    await stage.ask("One?")
    with pytest.raises(LimitError):
        await stage.ask("Two?")
    await (await stage.ask("Three?", when_busy="interrupt")).interrupt()


async def test_a_second_question_may_be_refused() -> None:
    stage = Stage()
    first = await stage.ask("One?")
    with pytest.raises(ConflictError) as refused:
        await stage.ask("Two?", when_busy="refuse")
    assert (refused.value.code, refused.value.status) == ("conversation.busy", 409)
    assert "when_busy" in refused.value.hint
    await first.interrupt()
    await (await stage.ask("Three?", when_busy="refuse")).interrupt()


async def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "TURN_WAIT_S", 0.01)
    stage = Stage(reply={"max_active": 2})
    first = await stage.ask("One?")
    for _ in range(3):
        with pytest.raises(ConflictError):
            await stage.ask("Two?")
    await first.interrupt()
    await (await stage.ask("Three?")).interrupt()


async def test_who_waits_for_a_turn_holds_a_place() -> None:
    stage = Stage(reply={"max_active": 2})
    first = await stage.ask("One?")
    waiting = await begun(stage, "Two?")
    with pytest.raises(LimitError):
        await stage.ask("Three?", conversation="other")
    await first.interrupt()
    await (await waiting).interrupt()


async def test_who_stops_waiting_leaves_the_line() -> None:
    stage = Stage()
    first = await stage.ask("One?")
    gone, stays = await begun(stage, "Two?"), await begun(stage, "Three?")
    gone.cancel()
    await asyncio.wait({gone})
    await first.interrupt()
    await (await stays).interrupt()
    assert [text for role, text in await turns(stage) if role == "user"] == ["One?", "Three?"]


async def test_who_leaves_in_the_moment_of_its_turn_hands_it_on() -> None:
    stage = Stage()
    first = await stage.ask("One?")
    gone, stays = await begun(stage, "Two?"), await begun(stage, "Three?")
    first.stop()  # hands the turn on, before the next one knows
    gone.cancel()
    await asyncio.wait({gone})
    assert (await stays).state == "running"
    await (await stays).interrupt()


async def test_a_question_that_cannot_be_answered_hands_its_turn_on() -> None:
    stage = Stage()
    first = await stage.ask("One?")
    bad, good = await begun(stage, "Two?", voice="nobody"), await begun(stage, "Three?")
    await first.interrupt()
    assert (await asyncio.wait({bad}))[0].pop().exception() is not None
    await (await good).interrupt()


STEPS = st.lists(st.tuples(st.sampled_from("tfec"), st.integers(0, 5)), max_size=40)


@given(STEPS)
def test_at_most_one_has_the_turn_and_none_is_lost(steps: list[tuple[str, int]]) -> None:
    asyncio.run(_play(steps))


async def _play(steps: list[tuple[str, int]]) -> None:
    places, asked, having = Admission(100), list["asyncio.Task[None]"](), list[ReplyTicket]()

    async def take(first: bool) -> None:
        ticket = ReplyTicket(places)
        try:
            ticket.join("c", "interrupt" if first else "wait")
            ticket.take_place()
            await ticket.turn()
            assert not having, "two have the turn"
            having.append(ticket)
        except BaseException:
            ticket.end()
            raise

    for verb, number in steps:
        match verb:
            case "t" | "f":
                asked.append(asyncio.create_task(take(verb == "f")))
            case "e" if having:
                having.pop().end()
            case "c" if asked:
                asked[number % len(asked)].cancel()
        if number % 2:  # otherwise several things happen in one step of the loop
            await settled(5)
    await settled(5)
    while places.turns.taken("c"):
        assert having, "somebody has the turn and does not know"
        having.pop().end()
        await settled(5)
    assert all(task.done() for task in asked)
    assert places.taken == 0


def test_places_are_counted_from_the_first_moment() -> None:
    places = Admission(2)
    first, second, third = ReplyTicket(places), ReplyTicket(places), ReplyTicket(places)
    first.take_place()
    second.take_place()
    with pytest.raises(LimitError):
        third.take_place()
    third.end()
    first.end()
    first.end()
    assert places.taken == 1
