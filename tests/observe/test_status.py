"""The whole status and the one line: what is known, from memory, at next to no cost."""

from typing import Any, cast

from jarvisd.config import LlmSettings
from jarvisd.errors import SpeechError
from jarvisd.host.cgroup_status import CgroupStatus
from jarvisd.llm.model import ProviderHealth, ProviderNews
from jarvisd.observe.health import ComponentHealth
from jarvisd.observe.status import LOOK_S, ProcessFigures, StatusReport
from jarvisd.telemetry.counters import Counters
from jarvisd.telemetry.loop_lag import LoopLag
from tests.observe.fakes import VOICE, Clock, FakeReplies, FakeReply, FakeSpeech, FakeStore


class Scene:
    def __init__(self) -> None:
        self.state = "running"
        self.clock = Clock()
        self.speech, self.store = FakeSpeech(), FakeStore()
        self.replies = FakeReplies()
        self.counters = Counters()
        self.health = ComponentHealth(
            LlmSettings(),
            speech=cast("Any", self.speech),
            store=cast("Any", self.store),
            cgroup=CgroupStatus("ready"),
        )
        self.report = StatusReport(
            ProcessFigures(
                state=lambda: self.state, uptime_s=lambda: 41.2345, connections=lambda: 7
            ),
            health=self.health,
            replies=cast("Any", self.replies),
            speech=cast("Any", self.speech),
            counters=self.counters,
            lag=LoopLag(),
            clock=self.clock,
        )

    def llm(self, state: Any, reason: str = "") -> None:
        self.health.learn(
            ProviderNews(ProviderHealth(state, reason), keep_s=1.0, answers="llama-server")
        )


async def test_every_part_is_in_it() -> None:
    scene = Scene()
    scene.llm("ready")
    scene.replies.made, scene.replies.total = [FakeReply()], 5
    scene.counters.spoken, scene.counters.skipped, scene.counters.fallback = 4, 1, 1
    status = scene.report.status()
    assert (status.state, status.uptime_s, status.connections) == ("running", 41.234, 7)
    assert (status.provider, status.voice, status.fallback) == ("llama-server", VOICE.id, False)
    assert (status.slots, status.slots_in_use) == (2, 1)
    assert [worker.served for worker in status.workers] == [3]
    assert [reply.reply for reply in status.replies] == ["r-1"]
    assert (status.replies_total, status.utterances_total, status.skipped_total) == (5, 4, 1)
    assert status.fallback_share == 0.25
    assert status.rss_bytes > 1_000_000


async def test_without_a_voice_it_is_still_whole() -> None:
    scene = Scene()
    scene.speech.choice = SpeechError("no engine", code="speech.no_engine")
    status = scene.report.status()
    assert (status.voice, status.fallback) == ("", False)
    assert {part.name: part.state for part in status.components}["voice"] == "failed"


async def test_a_storm_of_questions_looks_once() -> None:
    scene = Scene()
    before = scene.report.status()
    looked_at = scene.speech.looked_at
    for _ in range(1_000):
        scene.report.status()
    assert scene.speech.looked_at == looked_at
    scene.store.degraded = "full"
    scene.clock.now += 1.5 * LOOK_S
    after = scene.report.status()
    assert before.components != after.components


def test_the_line_says_who_answers_and_who_speaks() -> None:
    scene = Scene()
    scene.llm("ready")
    assert scene.report.line() == "Idle; llama-server answers, piper:amy speaks"
    scene.replies.made = [FakeReply(), FakeReply(over=True)]
    assert scene.report.line() == "Answering one reply; llama-server answers, piper:amy speaks"


def test_the_line_names_what_is_wrong() -> None:
    scene = Scene()
    scene.llm("failed", "it crashed")
    scene.store.degraded = "the disk is full"
    assert scene.report.line() == "Idle; degraded: it crashed (and 1 more)"
    scene.state = "stopping"
    assert scene.report.line() == "Stopping"


def test_a_model_that_loads_is_said() -> None:
    scene = Scene()
    scene.llm("loading", "loading the model")
    assert scene.report.line() == "Idle; llm: loading the model, piper:amy speaks"
