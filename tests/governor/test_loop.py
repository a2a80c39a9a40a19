"""Decisions carried out: on time, in a thread, told, and never while idle."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import msgspec
import pytest

from jarvisd.config import GovernorSettings, Settings, SpeechSettings
from jarvisd.governor.governor import Governor
from jarvisd.governor.history import KEPT_DECISIONS
from jarvisd.host.cgroup_status import CgroupStatus, WorkerUsage
from jarvisd.wire import GovernorDecision, ReplyStarted
from tests.fakes.speech import until
from tests.governor.test_estimator import FakeTurn

STARTED = ReplyStarted(
    reply="r1",
    seq=0,
    conversation="c1",
    provider="llama-server",
    engine="piper",
    voice="piper:heavy",
    sample_rate=22_050,
)


class FakePlacement:
    """Remembers what it was given; one worker met its limit."""

    status = CgroupStatus("ready")

    def __init__(self) -> None:
        self.shares: list[tuple[int, float | None]] = []
        self.swollen: tuple[int, ...] = ()

    def attach(self, pid: int) -> None: ...

    def detach(self, pid: int) -> None: ...

    def share(self, weight: int, quota: float | None) -> None:
        self.shares.append((weight, quota))

    def usage(self) -> WorkerUsage:
        swollen, self.swollen = self.swollen, ()
        return WorkerUsage(cpu_s=0.0, swollen=swollen)


@dataclass
class FakeSpeech:
    slots_in_use: int = 0
    waiting: int = 0
    slots: int = 0
    replaced: list[int] = field(default_factory=list)

    def set_slots(self, slots: int) -> None:
        self.slots = slots

    def replace_worker(self, pid: int, reason: str) -> None:
        self.replaced.append(pid)


class Scene:
    def __init__(self, settings: Settings | None = None) -> None:
        self.speech, self.placement = FakeSpeech(), FakePlacement()
        self.replies: list[FakeTurn] = []
        self.events: list[GovernorDecision] = []
        self.governor = Governor(
            settings or Settings(),
            speech=self.speech,
            placement=self.placement,
            turns=lambda: self.replies,
            publish=self.events.append,
        )


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    scene = Scene()
    await until(lambda: bool(scene.placement.shares))
    yield scene
    await scene.governor.stop()


async def test_at_rest_one_slot_and_no_ticks(scene: Scene) -> None:
    assert scene.speech.slots == 1
    assert scene.placement.shares == [(100, None)]
    scene.governor.wake()
    await asyncio.sleep(0)
    assert scene.governor.ticks == 0


async def test_a_reply_is_looked_at_at_once_and_rest_follows_its_end(scene: Scene) -> None:
    scene.replies.append(FakeTurn(awaited=True))
    scene.governor.observe(STARTED)
    await until(lambda: bool(scene.events))
    assert scene.events[0].phase == "first"
    scene.replies.clear()
    scene.governor.wake()
    await until(lambda: scene.events[-1].phase == "rest")
    ticks = scene.governor.ticks
    scene.governor.wake()
    await asyncio.sleep(0)
    assert scene.governor.ticks == ticks


async def test_far_ahead_the_workers_are_held_back(scene: Scene) -> None:
    scene.replies.append(FakeTurn(writing=True, made_s=30.0, slack_s=25.0))
    scene.speech.slots_in_use = 1
    await scene.governor.tick()
    weight, quota = scene.placement.shares[-1]
    assert weight < 100
    assert quota is not None
    report = scene.governor.report()
    assert (report.now.quota, report.enabled) == (quota, True)
    assert report.decisions == scene.events
    assert b'"governor.decision"' in msgspec.json.encode(scene.events[-1])


async def test_a_worker_that_met_its_memory_limit_is_replaced(scene: Scene) -> None:
    scene.placement.swollen = (4_711,)
    await scene.governor.tick()
    assert scene.speech.replaced == [4_711]


async def test_decisions_are_kept_but_not_without_end(scene: Scene) -> None:
    for number in range(KEPT_DECISIONS + 20):
        scene.replies[:] = [FakeTurn(awaited=number % 2 == 0)]
        await scene.governor.tick()
    assert len(scene.governor.report().decisions) == KEPT_DECISIONS


async def test_new_settings_take_effect(scene: Scene) -> None:
    scene.governor.apply(
        Settings(governor=GovernorSettings(slots=3), speech=SpeechSettings(slots=4))
    )
    assert scene.speech.slots == 3
    scene.governor.apply(
        Settings(governor=GovernorSettings(enabled=False), speech=SpeechSettings(slots=4))
    )
    assert scene.speech.slots == 4
    scene.replies.append(FakeTurn(awaited=True))
    scene.governor.observe(STARTED)
    await asyncio.sleep(0)
    assert scene.events == []
    assert not scene.governor.report().enabled
