"""What a client is told is on disk first, or the line that tells it says that it is not."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from jarvisd.errors import LlmError
from jarvisd.reply import record, run
from jarvisd.store import Store
from jarvisd.wire import ReplyDone, ReplyFailed, ReplyInterrupted, ReplyStarted, Token
from tests.fakes.speech import RATE, settled, until
from tests.reply.stage import Stage, ended


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "jarvisd.sqlite"


@pytest.fixture
async def stage(path: Path) -> AsyncIterator[Stage]:
    store = await Store.open(path, queue=10)
    assert await store.history("c", 1) == []  # from now on from memory
    yield Stage(store)
    await store.close()


def on_disk(path: Path) -> list[tuple[str, str | None]]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.execute("SELECT text, heard FROM messages ORDER BY position"))


async def test_nothing_is_told_of_a_reply_before_its_question_is_on_disk(
    stage: Stage, path: Path
) -> None:
    assert stage.store.writer is not None
    async with stage.store.writer._lock:
        reply = await stage.ask("Well?")
        stage.provider.write("One two three. ")
        await stage.speech.makes("One")  # the work goes on meanwhile
        assert stage.published == []
        assert on_disk(path) == []
    await until(lambda: len(stage.published) > 1)
    assert on_disk(path) == [("Well?", None)]
    started, token = stage.published[:2]
    assert isinstance(started, ReplyStarted)
    assert (started.kept, started.kept_reason) == (True, "")
    assert isinstance(token, Token)
    await reply.interrupt()


async def test_a_disk_that_takes_too_long_is_said_at_the_beginning_and_the_end(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "BEGIN_KEPT_S", 0.01)
    monkeypatch.setattr(record, "END_KEPT_S", 0.01)
    assert stage.store.writer is not None
    async with stage.store.writer._lock:
        reply = await stage.ask(speak=False)
        stage.provider.answer("One.")
        events = await ended(reply)
    for event in (events[0], events[-1]):
        assert isinstance(event, ReplyStarted | ReplyDone)
        assert (event.kept, event.kept_reason) == (False, "the disk has not taken it yet")


async def test_done_is_said_when_the_answer_is_on_disk(stage: Stage, path: Path) -> None:
    assert stage.store.writer is not None
    reply = await stage.ask(speak=False)
    await until(lambda: bool(stage.published))
    async with stage.store.writer._lock:
        stage.provider.answer("One.")
        await settled()
        assert not any(isinstance(event, ReplyDone) for event in stage.published)
    done = (await ended(reply))[-1]
    assert isinstance(done, ReplyDone)
    assert done.kept
    assert on_disk(path) == [("Well?", None), ("One.", None)]


async def test_an_interrupt_silences_at_once_and_answers_when_its_outcome_is_on_disk(
    stage: Stage, path: Path
) -> None:
    assert stage.store.writer is not None
    reply = await stage.ask()
    stage.provider.write("One two three. ")
    making = await stage.speech.makes("One")
    async with stage.store.writer._lock:
        asking = asyncio.create_task(reply.interrupt())
        await settled()
        assert (reply.state, making.cancelled, asking.done()) == ("interrupted", True, False)
        assert await stage.heard() == [("One two three. ", "", True)]
    answer = await asking
    assert (answer.kept, answer.kept_reason) == (True, "")
    assert on_disk(path)[-1] == ("One two three. ", "")
    assert isinstance((await ended(reply))[-1], ReplyInterrupted)


async def test_a_client_that_stops_playing_is_answered_when_what_it_heard_is_on_disk(
    stage: Stage, path: Path
) -> None:
    assert stage.store.writer is not None
    reply = await stage.answered("One two three.", RATE)
    async with stage.store.writer._lock:
        telling = asyncio.create_task(reply.played(0, ended=True))
        await settled()
        assert (reply.state, telling.done()) == ("interrupted", False)
        assert (await reply.played(0)).kept, "a position is no end: nobody waits for the disk"
    answer = await telling
    assert (answer.kept, answer.kept_reason) == (True, "")
    assert on_disk(path)[-1] == ("One two three.", "")


async def test_where_nothing_was_answered_it_is_the_question_that_is_kept(stage: Stage) -> None:
    assert stage.store.writer is not None
    async with stage.store.writer._lock:
        reply = await stage.ask(speak=False)
        asking = asyncio.create_task(reply.interrupt())
        await settled()
        assert not asking.done()
    assert (await asking).kept


async def test_an_interrupt_while_the_outcome_is_being_saved(stage: Stage, path: Path) -> None:
    assert stage.store.writer is not None
    reply = await stage.ask()
    await until(lambda: bool(stage.published))
    async with stage.store.writer._lock:
        stage.provider.answer("One two three.")
        (await stage.speech.makes("One")).piece(RATE, (0, 0), (4, 300), (8, 600)).end()
        await until(lambda: stage.store.waiting == 1)
        stage.clock.advance(0.35)
        asking = asyncio.create_task(reply.interrupt())
        await settled()
        assert await stage.heard() == [("One two three.", "One", True)]
    assert (await asking).heard == "One"
    assert on_disk(path)[-1] == ("One two three.", "One")
    assert isinstance((await ended(reply))[-1], ReplyInterrupted)


async def test_where_conversations_are_not_stored_every_reply_says_so() -> None:
    stage = Stage()
    reply = await stage.ask(speak=False)
    stage.provider.answer("One.")
    events = await ended(reply)
    assert [getattr(event, "kept", None) for event in events] == [False, None, False]
    assert "store.enabled" in getattr(events[-1], "kept_reason", "")
    said = await stage.spoken("One.", RATE)
    assert all(getattr(event, "kept", True) for event in await ended(said))


async def test_a_question_that_failed_is_not_in_the_next_prompt(stage: Stage, path: Path) -> None:
    for number in range(3):
        reply = await stage.ask(f"Number {number}?", speak=False)
        stage.provider.fail(LlmError("It broke.", code="llm.truncated"))
        failed = (await ended(reply))[-1]
        assert isinstance(failed, ReplyFailed)
        assert failed.kept
    await stage.ask("Well?", speak=False)
    await until(lambda: len(stage.provider.prompts) == 4)
    said = [message.content for message in stage.provider.prompts[-1].messages]
    assert said[1:] == ["Well?"]
    shown = (await stage.store.conversation("c")).messages
    assert [message.failed for message in shown] == ["llm.truncated"] * 3 + [""]


async def test_what_a_reply_said_before_it_failed_is_in_the_next_prompt(stage: Stage) -> None:
    reply = await stage.ask("One?", speak=False)
    stage.provider.write("It is ")
    stage.provider.fail(LlmError("It broke.", code="llm.truncated"))
    await ended(reply)
    await stage.ask("Well?", speak=False)
    await until(lambda: len(stage.provider.prompts) == 2)
    said = [message.content for message in stage.provider.prompts[-1].messages]
    assert said[1:] == ["One?", "It is ", "Well?"]


async def test_what_the_database_refuses_is_not_called_kept(stage: Stage) -> None:
    reply = await stage.ask(speak=False)
    stage.provider.write("One.")
    stage.provider.end(completion_tokens=2**64 - 1)
    done = (await ended(reply))[-1]
    assert isinstance(done, ReplyDone)
    assert not done.kept
    assert "refused" in done.kept_reason
    assert "refused" in stage.store.degraded
