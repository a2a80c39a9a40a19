import sqlite3
import stat
from pathlib import Path

import pytest

from jarvisd.errors import NotFoundError, RequestError, StoreError
from jarvisd.reply.record import END_KEPT_S
from jarvisd.store import NewMessage, Store
from jarvisd.store import store as store_module


def question(text: str, at: float = 0.0) -> NewMessage:
    return NewMessage(role="user", text=text, created_at=at)


def answer(text: str, at: float = 0.0, reply: str = "", heard: str | None = None) -> NewMessage:
    return NewMessage(role="assistant", text=text, created_at=at, reply=reply, heard=heard)


async def texts(store: Store, conversation: str = "c", limit: int = 100) -> list[str]:
    return [message.text for message in await store.history(conversation, limit)]


async def test_what_was_said_is_there_after_a_restart(path: Path) -> None:
    said = NewMessage(
        role="assistant",
        text="It is raining.",
        created_at=2.5,
        heard="It is",
        interrupted=True,
        reply="r1",
        provider="llama-server",
        model="small",
        voice="espeak:en",
        tokens=5,
    )
    store = await Store.open(path, queue=10)
    store.add_message("c", question("Weather?", 1.5))
    store.add_message("c", said)
    assert await store.close()
    store = await Store.open(path, queue=10)
    first, second = await store.history("c", 10)
    assert (first.role, first.text, first.heard, first.created_at) == (
        "user",
        "Weather?",
        None,
        1.5,
    )
    assert all(getattr(second, name) == getattr(said, name) for name in said.__slots__)
    assert second.for_prompt == "It is"
    await store.close()


async def test_a_message_is_in_the_history_at_once_while_nothing_is_saved(path: Path) -> None:
    store = await Store.open(path, queue=10)
    assert store._writer is not None
    assert await texts(store) == []
    async with store._writer._lock:
        store.add_message("c", question("one"))
        store.add_message("c", answer("two", reply="r"))
        store.mark_heard("r", "tw", interrupted=True)
        assert [message.for_prompt for message in await store.history("c", 5)] == ["one", "tw"]
        assert await texts(store, limit=1) == ["two"]
    await store.close()


async def test_a_conversation_that_left_memory_comes_back_whole(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "RECENT_CONVERSATIONS", 1)
    store = await Store.open(path, queue=100)
    store.add_message("c", question("one"))
    store.add_message("c", answer("two", reply="r"))
    store.add_message("other", question("x"))
    # Neither in memory nor, in all likelihood, saved yet: the queue knows.
    store.mark_heard("r", "t", interrupted=True)
    assert [message.for_prompt for message in await store.history("c", 5)] == ["one", "t"]
    store.add_message("other", question("y"))
    store.add_message("c", question("three"))
    assert await texts(store) == ["one", "two", "three"]
    await store.close()


async def test_what_was_heard_can_be_corrected_after_it_was_saved(path: Path) -> None:
    store = await Store.open(path, queue=10)
    store.add_message("c", answer("All of it.", reply="r", heard="All of it."))
    assert await store.flush(5)
    store.mark_heard("r", "All", interrupted=True)
    store.mark_heard("", "no reply has no name", interrupted=True)
    await store.close()
    store = await Store.open(path, queue=10)
    (message,) = await store.history("c", 10)
    assert (message.text, message.heard, message.interrupted) == ("All of it.", "All", True)
    await store.close()


async def test_conversations_are_listed_newest_first_in_pages(path: Path) -> None:
    store = await Store.open(path, queue=100)
    for number in range(5):
        store.add_message(f"c{number}", question(f"Question {number}?", at=float(number)))
    store.add_message("c1", answer("Late.", at=9.0))
    first = await store.conversations(2, None)
    second = await store.conversations(2, first[-1].cursor)
    third = await store.conversations(2, second[-1].cursor)
    assert [[entry.id for entry in page] for page in (first, second, third)] == [
        ["c1", "c4"],
        ["c3", "c2"],
        ["c0"],
    ]
    assert (first[0].title, first[0].messages, first[0].created_at, first[0].updated_at) == (
        "Question 1?", 2, 1.0, 9.0,
    )  # fmt: skip
    with pytest.raises(RequestError, match="is no cursor of a list"):
        await store.conversations(2, "yesterday")
    await store.close()


async def test_one_conversation_is_shown_with_its_messages(path: Path) -> None:
    store = await Store.open(path, queue=10)
    store.add_message("c", question("One?", 1.0))
    store.add_message("c", answer("Two.", 2.0))
    shown = await store.conversation("c")
    assert (shown.title, shown.created_at, shown.updated_at) == ("One?", 1.0, 2.0)
    assert [message.text for message in shown.messages] == ["One?", "Two."]
    with pytest.raises(NotFoundError) as caught:
        await store.conversation("nothing")
    assert caught.value.code == "conversation.unknown"
    await store.close()


async def test_forgetting_leaves_no_trace_in_the_file_or_its_journal(path: Path) -> None:
    store = await Store.open(path, queue=100)
    for number in range(20):
        store.add_message("c", question(f"my secret number {number} " * 50))
        store.add_message("kept", question("harmless"))
    assert await store.flush(5)
    store.add_message("c", question("my secret, not saved yet"))
    assert await store.forget("c") == 21
    on_disk = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"secret" not in on_disk
    assert b"harmless" in on_disk
    assert await texts(store) == []
    assert len(await texts(store, "kept")) == 20
    assert await store.forget("c") == 0
    await store.close()


async def test_a_forgotten_conversation_can_begin_anew(path: Path) -> None:
    store = await Store.open(path, queue=10)
    store.add_message("c", question("old"))
    await store.forget("c")
    store.add_message("c", question("new"))
    assert await texts(store) == ["new"]
    await store.close()


async def test_without_a_path_everything_lives_in_memory() -> None:
    store = await Store.open(None, queue=10)
    store.add_message("c", question("one", 1.0))
    store.add_message("c", answer("two", 2.0, reply="r"))
    store.mark_heard("r", "", interrupted=True)
    assert store.degraded == ""
    assert await store.flush(5)
    assert await texts(store) == ["one", "two"]
    assert [(entry.id, entry.messages) for entry in await store.conversations(5, None)] == [
        ("c", 2)
    ]
    assert (await store.conversation("c")).title == "one"
    assert await store.forget("c") == 2
    with pytest.raises(NotFoundError):
        await store.conversation("c")
    assert await store.close()


async def test_the_file_is_private_and_safe_against_a_crash(path: Path) -> None:
    store = await Store.open(path, queue=10)
    store.add_message("c", question("one"))
    assert await store.flush(5)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert set(modes.values()) == {0o600}
    assert len(modes) == 3, "file, journal and its index"
    assert store._database is not None
    for pragma, value in {
        "journal_mode": "wal",
        "synchronous": 1,
        "secure_delete": 1,
        "foreign_keys": 1,
    }.items():
        rows = list(await store._database.writer.execute_fetchall(f"PRAGMA {pragma}"))
        assert rows[0][0] == value
    ((busy_ms,),) = await store._database.writer.execute_fetchall("PRAGMA busy_timeout")
    assert busy_ms < END_KEPT_S * 1000, "the end of a reply can say why it is not kept"
    await store.close()
    assert [file.name for file in path.parent.iterdir()] == [path.name]


async def test_what_ends_a_turn_is_flushed_and_a_question_is_not(path: Path) -> None:
    store = await Store.open(path, queue=10)
    assert store._database is not None
    levels, level = list[str](), "NORMAL"

    def watch(statement: str) -> None:
        nonlocal level
        if statement.startswith("PRAGMA synchronous = "):
            level = statement.rpartition(" ")[2]
        elif statement == "COMMIT":
            levels.append(level)

    await store._database.writer.set_trace_callback(watch)
    for receipt in (
        lambda: store.add_message("c", question("one")),
        lambda: store.add_message("c", answer("two", reply="r")),
        lambda: store.mark_heard("r", "tw", interrupted=True),
        lambda: store.add_message("c", question("three")),
    ):
        assert await receipt().kept(5)
    assert levels == ["NORMAL", "FULL", "FULL", "NORMAL"]
    await store.close()


async def test_a_database_that_cannot_be_read_does_not_stop_a_reply(path: Path) -> None:
    store = await Store.open(path, queue=10)
    store.add_message("c", question("one"))
    assert await store.flush(5)
    assert store._database is not None
    await store._database.reader.close()
    store.add_message("c", question("two"))
    assert await texts(store) == ["one", "two"]
    with pytest.raises(StoreError, match="could not be read"):
        await store.conversations(5, None)
    with pytest.raises(StoreError, match="could not be read"):
        await store.conversation("c")
    await store.close()


async def test_two_daemons_on_one_file_do_not_lose_each_others_messages(path: Path) -> None:
    one = await Store.open(path, queue=10)
    other = await Store.open(path, queue=10)
    one.add_message("a", question("x"))
    other.add_message("b", question("y"))
    assert await one.flush(5)
    assert await other.flush(5)
    await one.close()
    await other.close()
    with sqlite3.connect(path) as connection:
        count = connection.execute("SELECT count(*) FROM messages").fetchone()
    connection.close()
    assert count == (2,)


async def test_a_correction_touches_the_answer_or_the_question_of_a_reply_never_both(
    path: Path,
) -> None:
    store = await Store.open(path, queue=10)
    store.add_message("c", NewMessage(role="user", text="one", created_at=1.0, reply="r"))
    store.add_message("c", answer("All of it.", 2.0, reply="r", heard="All of it."))
    store.mark_heard("r", "All", interrupted=True)
    store.mark_failed("r", "llm.absent")
    expected = [("user", None, False, "llm.absent"), ("assistant", "All", True, "")]
    for _ in range(2):  # from memory, then from the file
        shown = (await store.conversation("c")).messages
        assert [(m.role, m.heard, m.interrupted, m.failed) for m in shown] == expected
        assert {message.reply for message in shown} == {"r"}
        assert await store.close()
        store = await Store.open(path, queue=10)
    await store.close()


async def test_a_question_that_got_no_answer_is_shown_and_not_asked_again(path: Path) -> None:
    store = await Store.open(path, queue=10)
    store.add_message("c", NewMessage(role="user", text="one", created_at=1.0, reply="r1"))
    store.add_message("c", NewMessage(role="user", text="two", created_at=2.0, reply="r2"))
    store.add_message("c", answer("Two.", 3.0, reply="r2"))
    store.mark_failed("r1", "llm.absent")
    assert await texts(store) == ["two", "Two."]
    assert await texts(store, limit=2) == ["two", "Two."]
    assert await store.close()
    store = await Store.open(path, queue=10)
    assert await texts(store) == ["two", "Two."]
    shown = (await store.conversation("c")).messages
    assert [(message.text, message.failed) for message in shown] == [
        ("one", "llm.absent"), ("two", ""), ("Two.", ""),
    ]  # fmt: skip
    await store.close()
