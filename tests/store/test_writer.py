import asyncio
from pathlib import Path
from typing import Any

import aiosqlite
import anyio
import pytest

from jarvisd.errors import StoreError
from jarvisd.store import NewMessage, Store
from jarvisd.store import writer as writer_module
from jarvisd.store.database import Database
from jarvisd.store.writer import Writer


def question(text: str) -> NewMessage:
    return NewMessage(role="user", text=text, created_at=1.0)


def parts(store: Store) -> tuple[Database, Writer]:
    assert store._database is not None
    assert store._writer is not None
    return store._database, store._writer


async def limit_pages(database: Database, spare: int | None) -> None:
    """The disk as full as SQLite can be told it is; ``None`` makes room again."""
    ((pages,),) = await database.writer.execute_fetchall("PRAGMA page_count")
    most = 1_000_000 if spare is None else pages + spare
    await database.writer.execute_fetchall(f"PRAGMA max_page_count = {most}")


async def until_degraded(store: Store) -> None:
    _, writer = parts(store)
    async with writer._progress:
        await writer._progress.wait_for(lambda: bool(store.degraded))


async def test_a_full_disk_is_survived_and_what_waited_is_saved_later(path: Path) -> None:
    store = await Store.open(path, queue=100)
    database, _ = parts(store)
    store.add_message("c", question("before"))
    assert await store.flush(5)
    await limit_pages(database, 2)
    for number in range(20):
        store.add_message("c", question(f"{number} " * 2_000))
    await until_degraded(store)
    assert "full" in store.degraded
    assert str(path) in store.degraded
    assert not await store.flush(0.05)
    assert len(await store.history("c", 100)) == 21
    assert [entry.messages for entry in await store.conversations(5, None)] == [21]
    await limit_pages(database, None)
    assert await store.flush(5)
    assert store.degraded == ""
    await store.close()
    store = await Store.open(path, queue=100)
    assert len(await store.history("c", 100)) == 21
    await store.close()


async def test_a_disk_that_stays_full_does_not_hold_up_the_end(path: Path) -> None:
    store = await Store.open(path, queue=100)
    database, _ = parts(store)
    await limit_pages(database, 0)
    store.add_message("c", question("x" * 100_000))
    await until_degraded(store)
    assert not await store.close(0.05)


async def test_forgetting_where_nothing_can_be_written_says_so_and_clears_memory(
    path: Path,
) -> None:
    store = await Store.open(path, queue=100)
    database, _ = parts(store)
    store.add_message("c", question("secret"))
    assert await store.flush(5)
    await database.writer.execute_fetchall("PRAGMA query_only = ON")
    with pytest.raises(StoreError, match="could not be deleted"):
        await store.forget("c")
    assert store._recent.newest("c", 1) is None
    await database.writer.execute_fetchall("PRAGMA query_only = OFF")
    assert await store.forget("c") == 1
    await store.close()


async def test_more_changes_than_the_queue_holds_are_dropped_and_counted(path: Path) -> None:
    store = await Store.open(path, queue=5)
    _, writer = parts(store)
    async with writer._lock:
        for number in range(8):
            store.add_message("c", question(str(number)))
        assert store.dropped == 3
        assert len(writer.waiting) == 5
    assert await store.flush(5)
    # Lost for the disk, not for the conversation.
    assert len(await store.history("c", 8)) == 8
    await store.close()
    store = await Store.open(path, queue=5)
    assert len(await store.history("c", 8)) == 5
    await store.close()


async def test_a_message_that_no_database_takes_costs_only_itself(path: Path) -> None:
    store = await Store.open(path, queue=100)
    _, writer = parts(store)
    store.add_message("c", question("before"))
    store.add_message("c", question("half a character: \ud83d"))
    store.add_message("c", question("after"))
    assert not await store.flush(5), "one of them is not saved"
    assert writer.refused == 1
    assert store.degraded.startswith("a change was lost: the database refused it")
    assert await store.flush(5)
    store.reloaded()
    assert store.degraded == "", "whoever reads the settings again has seen it"
    await store.close()
    store = await Store.open(path, queue=100)
    assert [message.text for message in await store.history("c", 9)] == ["before", "after"]
    await store.close()


async def test_a_forget_whose_client_left_is_finished_all_the_same(path: Path) -> None:
    store = await Store.open(path, queue=100)
    database, _ = parts(store)
    for number in range(50):
        store.add_message("c", question(str(number)))
    assert await store.flush(5)
    for turns in range(1, 12):
        async with anyio.create_task_group() as group:
            group.start_soon(store.forget, "c")
            for _turn in range(turns):
                await anyio.lowlevel.checkpoint()
            group.cancel_scope.cancel()
        store.add_message("other", question("again"))
        assert await store.flush(5)
        assert not database.writer.in_transaction
        assert await database.messages("c", 100) == []
    await store.close()


async def test_a_transaction_cancelled_anywhere_is_rolled_back(path: Path) -> None:
    store = await Store.open(path, queue=100)
    database, _ = parts(store)
    for turns in range(30):
        async with anyio.create_task_group() as group:
            group.start_soon(database.forget, "c")
            for _turn in range(turns):
                await anyio.lowlevel.checkpoint()
            group.cancel_scope.cancel()
        await database.writer.execute_fetchall("SELECT 1")
        assert not database.writer.in_transaction
    await store.close()


async def test_a_change_is_one_way_to_the_databases_thread_and_back(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy machine each way costs a turn of the scheduler, and a reply begins after it."""
    store = await Store.open(path, queue=100)
    assert await store.flush(5)
    ways, execute, in_thread = list[str](), aiosqlite.Connection._execute, asyncio.to_thread

    async def counted(*arguments: Any) -> Any:
        ways.append("connection")
        return await execute(*arguments)

    async def counted_thread(*arguments: Any) -> Any:
        ways.append("thread")
        return await in_thread(*arguments)

    monkeypatch.setattr(aiosqlite.Connection, "_execute", counted)
    monkeypatch.setattr(asyncio, "to_thread", counted_thread)
    for receipt in (
        store.add_message("c", question("one")),
        store.mark_failed("r", "llm.failed"),
    ):
        assert await receipt.kept(5)
    assert ways == ["connection"]
    monkeypatch.undo()
    await store.close()


async def test_changes_survive_in_order_across_batches(path: Path) -> None:
    store = await Store.open(path, queue=10_000)
    for number in range(3 * writer_module.BATCH):
        store.add_message("c", question(str(number)))
    assert await store.close()
    store = await Store.open(path, queue=10)
    found = [int(message.text) for message in await store.history("c", 10_000)]
    assert found == list(range(3 * writer_module.BATCH))
    await store.close()
