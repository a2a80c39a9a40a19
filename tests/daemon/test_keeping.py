"""What a client was told is kept: over kills, full disks, other writers and deleted files."""

import asyncio
import itertools
import json
import resource
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.daemon.test_process import jarvisd
from tests.fakes.conducted import Conducted
from tests.support.daemon import RunningDaemon, running_daemon
from tests.support.turn import turn, until

# Nothing is spoken where speech is not what a test is about.
MUTE = {"speech.espeak.library": "/nowhere/libespeak-ng.so.1"}
TEXT = "The train to the city leaves at a quarter past eight. There is nothing else tomorrow."
RATE = 22_050
# Half of what SQLite needs for a new database; the daemon's log fits.
SMALL_FILES = ("sh", "-c", 'ulimit -S -f 32; exec "$@"', "sh")


def database(directory: Path) -> Path:
    return directory / "state" / "jarvisd.sqlite3"


def on_disk(directory: Path) -> list[tuple[str, str | None, bool]]:
    """Text, heard and interrupted of every message."""
    with closing(sqlite3.connect(database(directory))) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = connection.execute("SELECT text, heard, interrupted FROM messages ORDER BY position")
        return [(text, heard, bool(interrupted)) for text, heard, interrupted in rows]


async def store(daemon: RunningDaemon) -> dict[str, Any]:
    """How the store is, asked now."""
    health = await daemon.get("/v1/health")
    (found,) = (part for part in health["components"] if part["name"] == "store")
    return dict(found)


async def notices(daemon: RunningDaemon) -> set[str]:
    return {notice["name"] for notice in (await daemon.get("/v1/notices"))["notices"]}


async def asked(daemon: RunningDaemon, model: Conducted, text: str = "Well?") -> list[Any]:
    model.answer("Yes.")
    body = {"text": text, "conversation": "c", "speak": False}
    return await daemon.all_events("/v1/replies", body)


# --- kills --------------------------------------------------------------------------------------


async def killed_at_its_beginning(directory: Path, model: Conducted, question: str) -> None:
    """Kill on seeing ``reply.started``; the question is on disk."""
    async with running_daemon(
        directory, llm_url=model.url, settings=MUTE, check_exit=False
    ) as daemon:
        body = {"text": question, "conversation": "c", "speak": False}
        async for event in daemon.events("/v1/replies", body):
            daemon.process.send_signal(signal.SIGKILL)
            assert (event["type"], event["kept"]) == ("reply.started", True)
            break
        await daemon.process.wait()
    assert on_disk(directory)[-1] == (question, None, False)


async def killed_after_an_interrupt(directory: Path, model: Conducted, question: str) -> None:
    """Kill on the answer to an interrupt of a reply that was done; its correction is on disk."""
    async with running_daemon(directory, llm_url=model.url, check_exit=False) as daemon:
        async with turn(daemon, "/v1/replies", {"text": question, "conversation": "c"}) as answer:
            model.answer(TEXT)
            assert (await answer.end())["kept"]
            cut = await answer.post("interrupt", {"played": RATE})
            daemon.process.send_signal(signal.SIGKILL)
            assert (cut["state"], cut["kept"]) == ("interrupted", True)
        await daemon.process.wait()
    assert on_disk(directory)[-2:] == [(question, None, False), (TEXT, cut["heard"], True)]


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_what_was_acknowledged_survives_kills(tmp_path: Path, model: Conducted) -> None:
    await kill(tmp_path, model, 4)


@pytest.mark.long
@pytest.mark.timeout(3_000)
async def test_what_was_acknowledged_survives_many_kills(tmp_path: Path, model: Conducted) -> None:
    await kill(tmp_path, model, 120)


async def kill(directory: Path, model: Conducted, times: int) -> None:
    """Every life of the daemon ends with a kill, and none loses what an earlier one was told."""
    ways = itertools.cycle((killed_at_its_beginning, killed_after_an_interrupt))
    questions = [f"Question {number}?" for number in range(times)]
    for question, way in zip(questions, ways, strict=False):
        await way(directory, model, question)
    kept = [text for text, *_ in on_disk(directory)]
    assert [text for text in kept if text != TEXT] == questions


# --- disks --------------------------------------------------------------------------------------


async def test_a_disk_that_is_full_at_the_start_is_used_once_it_has_room(
    tmp_path: Path, model: Conducted
) -> None:
    async with running_daemon(
        tmp_path, llm_url=model.url, settings=MUTE, prefix=SMALL_FILES
    ) as daemon:
        found = await store(daemon)
        assert found["state"] == "degraded"
        assert "memory only" in found["reason"]
        events = await asked(daemon, model)
        for event in (events[0], events[-1]):
            assert not event["kept"]
            assert event["kept_reason"] == found["reason"]
        resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (-1, -1))
        await daemon.post("/v1/reload")
        assert (await store(daemon))["state"] == "ready"
        assert [text for text, *_ in on_disk(tmp_path)] == ["Well?", "Yes."]
        assert (await asked(daemon, model))[-1]["kept"]
        assert "store.recovered" in await notices(daemon)


async def test_a_disk_that_fills_up_is_said_and_comes_back_by_itself(
    tmp_path: Path, model: Conducted
) -> None:
    async with running_daemon(tmp_path, llm_url=model.url, settings=MUTE) as daemon:
        assert (await asked(daemon, model))[-1]["kept"]
        unlimited = resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (65_536, unlimited[1]))
        long = "x" * 90_000
        ended = (await asked(daemon, model, long))[-1]
        assert not ended["kept"]
        assert "cannot write" in ended["kept_reason"]
        assert (await store(daemon))["state"] == "degraded"
        assert "store.failing" in await notices(daemon)
        resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, unlimited)
        await daemon.until(lambda status: _state(status, "store") == "ready")
        assert [text for text, *_ in on_disk(tmp_path)][-2:] == [long, "Yes."]


def _state(status: dict[str, Any], name: str) -> str:
    return str(next(part["state"] for part in status["components"] if part["name"] == name))


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Another process that writes to the database and does not come to an end."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


async def test_a_reply_beside_another_writer_says_that_it_is_not_kept(
    tmp_path: Path, model: Conducted
) -> None:
    async with running_daemon(tmp_path, llm_url=model.url, settings=MUTE) as daemon:
        with writing(database(tmp_path)):
            events = await asked(daemon, model)
            await daemon.until(lambda status: _state(status, "store") == "degraded")
            assert "locked" in (await store(daemon))["reason"]
            assert "store.failing" in await notices(daemon)
        assert [event["kept"] for event in (events[0], events[-1])] == [False, False]
        assert events[-1]["kept_reason"]
        await until(lambda: len(on_disk(tmp_path)) == 2)
        assert (await asked(daemon, model))[-1]["kept"]


async def test_a_database_that_is_deleted_is_made_again(tmp_path: Path, model: Conducted) -> None:
    async with running_daemon(tmp_path, llm_url=model.url, settings=MUTE) as daemon:
        await asked(daemon, model)
        for file in database(tmp_path).parent.glob("jarvisd.sqlite3*"):
            file.unlink()
        assert (await store(daemon))["state"] == "ready"  # looked at, and made again
        assert [text for text, *_ in on_disk(tmp_path)] == ["Well?", "Yes."]
        assert "store.deleted" in await notices(daemon)


# --- more than one daemon, one after the other --------------------------------------------------


async def test_two_daemons_do_not_share_a_state_directory(tmp_path: Path) -> None:
    async with running_daemon(tmp_path, settings=MUTE, check_exit=False) as daemon:
        arguments = ("--socket", tmp_path / "other.sock", "--state-dir", tmp_path / "state")
        second = await asyncio.to_thread(jarvisd, *arguments)
        assert second.returncode == 1
        said = second.stdout + second.stderr
        assert "daemon.state_in_use" in said
        assert f"another jarvisd (process {daemon.pid}) uses" in said
        await daemon.stop(signal.SIGKILL)
    async with running_daemon(tmp_path, settings=MUTE):
        pass  # what the killed one left behind stops nobody


async def test_a_reader_that_goes_on_after_a_restart_is_told(tmp_path: Path) -> None:
    lives: list[str] = []
    for _ in range(2):
        async with running_daemon(tmp_path, settings=MUTE) as daemon:
            query = {"since": 1, "life": lives[0]} if lives else {}
            async with daemon.client.stream("GET", "/v1/events", params=query) as response:
                lines = response.aiter_lines()
                first = response_line(await anext(lines))
                if lives:
                    assert first["type"] == "lagged"
                    assert response_line(await anext(lines))["type"] == "state"
                lives.append(first["life"])
    assert len(set(lives)) == 2


def response_line(line: str) -> dict[str, Any]:
    return dict(json.loads(line))
