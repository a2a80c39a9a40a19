"""Which parts the watchdog gives up, and which never: real parts, and a clock that jumps."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from jarvisd.config import Settings, SpeechSettings
from jarvisd.host.watchdog import Watchdog
from jarvisd.observe.liveness import Liveness
from jarvisd.reply.replies import Replies
from jarvisd.speech import Speech
from jarvisd.speech.engines.espeak.settings import Settings as EspeakSettings
from jarvisd.speech.model import SynthesisRequest
from jarvisd.store import NewMessage, Store
from jarvisd.store.writer import LONGEST_RETRY_S

INTERVAL_S = 15.0
LONG = 60  # looks; a quarter of an hour
MESSAGE = NewMessage(role="user", text="hello", created_at=1.0)


@dataclass
class IdleSpeech:
    steps: int = 0
    expects_progress: bool = False


@dataclass
class FakeReply:
    id: str = "r-1"
    steps: int = 0
    expects_progress: bool = True


class Moving:
    """Is never seen where it was before."""

    id = "r-1"
    expects_progress = True

    def __init__(self) -> None:
        self._taken = count()

    @property
    def steps(self) -> int:
        return next(self._taken)


@dataclass
class FakeReplies:
    running: Sequence[FakeReply | Moving] = field(default_factory=list)

    def unsettled(self) -> Sequence[FakeReply | Moving]:
        return self.running


def parts_of(
    store: Store, *, speech: Any = None, replies: Any = None, settings: Settings | None = None
) -> Liveness:
    return Liveness(
        settings or Settings(),
        replies=cast("Replies", replies or FakeReplies()),
        speech=cast("Speech", speech or IdleSpeech()),
        store=store,
    )


async def watched(parts: Liveness, looks: int = LONG) -> list[str]:
    """The reasons at the last of so many looks; the loop turns in between, no time passes."""
    watchdog = Watchdog(INTERVAL_S)
    for number in range(looks):
        stuck = watchdog.look(number * INTERVAL_S, parts())
        for _ in range(20):
            await asyncio.sleep(0)
    return [f"{one.name}: {one.reason}" for one in stuck]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(tmp_path / "db.sqlite3", queue=10)
    yield opened
    await opened.close(0.1)


@pytest.fixture
async def memory() -> Store:
    return await Store.open(None, queue=10)


# --- the database writer ------------------------------------------------------------------------


async def test_an_idle_daemon_is_alive(store: Store) -> None:
    writer, parts, watchdog = store.writer, parts_of(store), Watchdog(INTERVAL_S)
    assert writer is not None
    for number in range(40):
        before = writer.steps
        assert watchdog.look(number * INTERVAL_S, parts()) == []
        while writer.steps == before:  # it looks at its file, in a thread
            await asyncio.sleep(0)


async def test_memory_only_is_alive(memory: Store) -> None:
    assert await watched(parts_of(memory)) == []


async def test_a_writer_that_ended_is_given_up_at_once(store: Store) -> None:
    writer = store.writer
    assert writer is not None
    assert writer._task is not None
    writer._task.cancel()
    await asyncio.wait({writer._task})
    (reason,) = await watched(parts_of(store), looks=1)
    assert "the database writer ended" in reason


async def test_a_writer_that_cannot_go_on_is_given_up(store: Store) -> None:
    assert store.writer is not None
    async with store.writer._lock:  # somebody who never lets go
        store.add_message("c", MESSAGE)
        (reason,) = await watched(parts_of(store))
    assert reason.startswith("database writer: no progress for")


async def test_a_full_disk_is_no_reason_to_restart(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried again within the timeout: every attempt is a step."""
    assert store.writer is not None
    parts = parts_of(store)
    (part,) = (one for one in parts() if one.name == "database writer")
    assert part.timeout_s > LONGEST_RETRY_S + 30

    async def full(_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(store._database, "apply", full)
    before = store.writer.steps
    store.add_message("c", MESSAGE)
    while store.writer.steps < before + 3:
        await store.flush(0.01)
    assert store.degraded


# --- replies ------------------------------------------------------------------------------------


async def test_a_reply_that_owes_and_stands_still_is_given_up(memory: Store) -> None:
    replies = FakeReplies([FakeReply("r-1"), FakeReply("r-2", expects_progress=False)])
    (reason,) = await watched(parts_of(memory, replies=replies))
    assert reason.startswith("reply r-1: no progress for")


async def test_who_takes_steps_is_alive_however_long_it_goes_on(memory: Store) -> None:
    parts = parts_of(memory, speech=Moving(), replies=FakeReplies([Moving()]))
    assert await watched(parts) == []


async def test_a_reply_may_wait_as_long_as_the_model_may_take(memory: Store) -> None:
    llm = Settings().llm
    allowed = llm.loading_timeout_s + llm.headers_timeout_s + llm.first_token_timeout_s
    replies = FakeReplies([FakeReply()])
    assert await watched(parts_of(memory, replies=replies), int(allowed / INTERVAL_S)) == []


async def test_a_reload_changes_the_timeout(memory: Store) -> None:
    parts = parts_of(memory, replies=FakeReplies([FakeReply()]))
    slow = msgspec.structs.replace(Settings().llm, first_token_timeout_s=80_000.0)
    parts.apply(msgspec.structs.replace(Settings(), llm=slow))
    assert await watched(parts) == []


# --- workers ------------------------------------------------------------------------------------


async def test_workers_that_owe_and_stand_still_are_given_up(memory: Store) -> None:
    (reason,) = await watched(parts_of(memory, speech=IdleSpeech(expects_progress=True)))
    assert reason.startswith("workers: no progress for")


async def test_engines_that_do_not_start_are_no_reason_to_restart(
    memory: Store, tmp_path: Path
) -> None:
    settings = SpeechSettings(espeak=EspeakSettings(library="/nonexistent"))
    speech = Speech(settings, state_dir=tmp_path)
    await speech.start()
    await speech.discovered()
    synthesis = speech.synthesize(SynthesisRequest("hello", "espeak:en-us", 22_050))
    await synthesis.freed()
    try:
        assert await watched(parts_of(memory, speech=speech)) == []
    finally:
        await speech.stop()
