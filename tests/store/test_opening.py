import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from jarvisd.errors import StoreError
from jarvisd.store import NewMessage, Store
from jarvisd.store.migrations import NEWEST
from jarvisd.store.opening import set_aside

OLD = Path(__file__).parent / "old"


def question(text: str) -> NewMessage:
    return NewMessage(role="user", text=text, created_at=1.0)


def place(path: Path, content: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)


def copy(source: Path, path: Path) -> None:
    place(path, source.read_bytes())


def overwrite(path: Path, start: int, length: int) -> None:
    with path.open("r+b") as file:
        file.seek(start)
        file.write(b"\xff" * length)


def make_newer(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 999")
        connection.execute("CREATE TABLE tomorrow (x)")
        connection.commit()


def set_aside_files(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.name}.corrupt-*"))


async def check_that_it_works(store: Store) -> None:
    store.add_message("fresh", question("still listening"))
    assert await store.flush(5)
    assert [message.text for message in await store.history("fresh", 5)] == ["still listening"]


async def test_a_file_that_is_no_database_is_moved_aside(path: Path) -> None:
    place(path, b"Dear diary, this is no database. " * 100)
    store = await Store.open(path, queue=10)
    assert store.degraded == ""
    await check_that_it_works(store)
    await store.close()
    (kept,) = set_aside_files(path)
    assert kept.read_bytes().startswith(b"Dear diary")


async def test_a_damaged_database_is_moved_aside(path: Path) -> None:
    store = await Store.open(path, queue=1_000)
    for number in range(500):
        store.add_message("c", question(f"{number} " * 40))
    assert await store.close()
    # Beyond the first pages, so that only a look at all of it finds out.
    overwrite(path, start=8 * 4_096, length=4 * 4_096)
    store = await Store.open(path, queue=10)
    await check_that_it_works(store)
    assert len(await store.conversations(10, None)) == 1
    await store.close()
    assert len(set_aside_files(path)) == 1


async def test_a_database_damaged_while_open_is_replaced_and_gets_what_memory_holds(
    path: Path,
) -> None:
    store = await Store.open(path, queue=1_000)
    store.add_message("c", question("before"))
    assert await store.flush(5)
    assert store._database is not None
    await store._database.writer.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
    await store._database.writer.execute_fetchall("PRAGMA shrink_memory")
    overwrite(path, start=0, length=8 * 4_096)
    for number in range(50):
        store.add_message("c", question(f"after {number}"))
    assert await store.flush(10)
    assert store.degraded == ""
    await store.close()
    store = await Store.open(path, queue=10)
    assert len(await store.history("c", 100)) == 51
    await store.close()
    assert len(set_aside_files(path)) >= 1


def test_files_moved_aside_never_replace_one_another(path: Path) -> None:
    path.parent.mkdir()
    for content in ("first", "second", "third"):
        path.write_text(content)
        path.with_name(path.name + "-wal").write_text(f"{content} journal")
        target = set_aside(path, "damaged")
        assert target.read_text() == content
        assert target.with_name(target.name + "-wal").read_text() == f"{content} journal"
    assert len(set_aside_files(path)) == 6


async def test_a_database_of_a_newer_release_is_left_alone(path: Path) -> None:
    make_newer(path)
    store = await Store.open(path, queue=10)
    assert f"schema version 999; this jarvisd knows up to {NEWEST}" in store.degraded
    assert "memory only" in store.degraded
    assert not await store.flush(5)
    store.add_message("c", question("anyway"))
    assert [message.text for message in await store.history("c", 5)] == ["anyway"]
    assert not await store.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("tomorrow",)]
    assert set_aside_files(path) == []


@pytest.mark.parametrize("unusable", ["/proc/jarvisd/jarvisd.sqlite", "/dev/null/jarvisd.sqlite"])
async def test_where_no_file_can_be_made_the_daemon_lives_on_memory(unusable: str) -> None:
    store = await Store.open(Path(unusable), queue=10)
    assert store.degraded.startswith(f"cannot use {unusable}")
    store.add_message("c", question("one"))
    assert [entry.id for entry in await store.conversations(5, None)] == ["c"]
    with pytest.raises(StoreError):  # nobody knows what the file that cannot be had holds
        await store.forget("c")
    assert await store.conversations(5, None) == []
    assert not await store.close()


async def test_a_directory_in_the_files_place_is_a_reason(tmp_path: Path) -> None:
    store = await Store.open(tmp_path, queue=10)
    assert "Is a directory" in store.degraded
    await store.close()


@pytest.mark.parametrize("file", sorted(OLD.glob("*.sqlite")), ids=lambda file: file.stem)
async def test_databases_of_earlier_releases_still_load(path: Path, file: Path) -> None:
    copy(file, path)
    store = await Store.open(path, queue=10)
    assert store.degraded == ""
    (entry,) = await store.conversations(10, None)
    assert entry.title == "What is the weather today?"
    asked, answered = await store.history(entry.id, 10)
    assert asked.for_prompt == "What is the weather today?"
    assert answered.text == "It is raining, and it will rain tomorrow."
    assert answered.for_prompt == "It is raining,"
    await check_that_it_works(store)
    await store.close()


def test_the_schema_has_an_old_database_for_every_version() -> None:
    assert {file.stem for file in OLD.glob("*.sqlite")} == {
        f"schema-{number}" for number in range(1, NEWEST + 1)
    }
