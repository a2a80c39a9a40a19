"""A disk that takes nothing at the start, a file that is gone: the store comes back by itself."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from jarvisd.store import NewMessage, Store, StoreNews
from jarvisd.store import writer as writer_module
from tests.support.daemon import LONG_S


@pytest.fixture(autouse=True)
def however_busy_the_disk_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jarvisd.store.store.LOOK_S", LONG_S)


@contextmanager
def nowhere_to_write(path: Path) -> Iterator[None]:
    """No database can be had at ``path``."""
    aside = path.with_suffix(".aside")
    if path.exists():
        path.rename(aside)
    path.mkdir(parents=True)
    try:
        yield
    finally:
        path.rmdir()
        if aside.exists():
            aside.rename(path)


def delete(path: Path) -> None:
    for file in path.parent.iterdir():
        file.unlink()


def question(text: str) -> NewMessage:
    return NewMessage(role="user", text=text, created_at=1.0)


def on_disk(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT text FROM messages ORDER BY position")
        return [str(text) for (text,) in rows]


async def test_a_disk_that_is_full_at_the_start_is_used_as_soon_as_it_has_room(
    path: Path,
) -> None:
    told: list[StoreNews] = []
    with nowhere_to_write(path):
        store = await Store.open(path, queue=10, on_news=told.append)
        assert "memory only" in store.degraded
        receipt = store.add_message("c", question("one"))
        assert not await receipt.kept(LONG_S)
        assert receipt.reason == store.degraded
        assert [message.text for message in await store.history("c", 5)] == ["one"]
        assert [entry.id for entry in await store.conversations(5, None)] == ["c"]
    assert await receipt.kept(LONG_S)
    assert store.degraded == ""
    assert on_disk(path) == ["one"]
    assert [news.name for news in told] == ["store.memory_only", "store.recovered"]
    await store.close()


async def test_an_idle_store_that_failed_is_looked_at_when_somebody_asks(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "FIRST_RETRY_S", 0.0)
    with nowhere_to_write(path):
        store = await Store.open(path, queue=10)
        await store.look()
        assert store.degraded
        assert store.writer is not None
        steps = store.writer.steps
        for _ in range(20):
            await asyncio.to_thread(lambda: None)
        assert store.writer.steps == steps, "nothing waits, so nothing is tried"
    await store.look()
    assert store.degraded == ""
    await store.close()


async def test_reading_the_settings_again_tries_the_disk_at_once(path: Path) -> None:
    with nowhere_to_write(path):
        store = await Store.open(path, queue=10)
    store.reloaded()
    async with asyncio.timeout(LONG_S):
        while store.degraded:
            await asyncio.sleep(0.001)
    await store.close()


async def test_whoever_asks_while_the_disk_is_being_tried_has_it_tried_once_more(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "FIRST_RETRY_S", 10_000.0)
    names: list[str] = []

    def well_again(news: StoreNews) -> None:
        names.append(news.name)
        if news.name == "store.failing":  # the attempt has failed, its pause has not begun
            broken.close()
            store.reloaded()

    store = await Store.open(path, queue=10, on_news=well_again)
    with ExitStack() as broken:
        broken.enter_context(nowhere_to_write(path))
        store.add_message("c", question("one"))
        async with asyncio.timeout(LONG_S):
            while "store.recovered" not in names:
                await asyncio.sleep(0.001)
    assert await store.close()
    assert on_disk(path) == ["one"]


async def test_what_was_written_before_the_start_is_there_again_after_it(path: Path) -> None:
    store = await Store.open(path, queue=10)
    store.add_message("c", question("yesterday"))
    assert await store.close()
    with nowhere_to_write(path):
        store = await Store.open(path, queue=10)
        store.add_message("c", question("today"))
        assert [message.text for message in await store.history("c", 5)] == ["today"]
    await store.look()
    assert [message.text for message in await store.history("c", 5)] == ["yesterday", "today"]
    assert await store.close()
    assert on_disk(path) == ["yesterday", "today"]


async def test_a_deleted_database_is_made_again_with_what_memory_holds(path: Path) -> None:
    told: list[StoreNews] = []
    store = await Store.open(path, queue=10, on_news=told.append)
    for text in ("one", "two"):
        store.add_message("c", question(text))
    assert await store.flush(10)
    delete(path)
    receipt = store.add_message("c", question("three"))
    assert await receipt.kept(LONG_S)
    assert on_disk(path) == ["one", "two", "three"]
    assert [news.name for news in told] == ["store.deleted"]
    delete(path)
    await store.look()  # and without anything to write
    assert on_disk(path) == ["one", "two", "three"]
    assert store.degraded == ""
    await store.close()


async def test_another_process_that_writes_for_ever_is_waited_for_within_reason(
    path: Path,
) -> None:
    store = await Store.open(path, queue=10)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        receipt = store.add_message("c", question("one"))
        assert not await receipt.kept(0.05)
        assert receipt.reason == "the disk has not taken it yet"
        assert await store.history("c", 5), "a conversation goes on meanwhile"
        other.execute("ROLLBACK")
    assert await receipt.kept(LONG_S)
    assert on_disk(path) == ["one"]
    await store.close()


async def test_a_conversation_that_memory_does_not_hold_is_read_beside_a_write(path: Path) -> None:
    store = await Store.open(path, queue=10)
    assert store.writer is not None
    async with store.writer._lock:
        assert await store.history("unknown", 5) == []
    await store.close()
