"""The components: each state with its reason, since when, and what of them is to be looked at."""

from typing import Any, cast

import pytest

from jarvisd.config import LlmSettings
from jarvisd.errors import SpeechError
from jarvisd.host.cgroup_status import CgroupStatus
from jarvisd.llm.model import ProviderHealth, ProviderNews
from jarvisd.observe.health import ComponentHealth, DependencyCheck, is_problem
from jarvisd.speech.model import VoiceChoice
from jarvisd.wire import Component
from tests.observe.fakes import OTHER, Clock, FakeSpeech, FakeStore, engine


class Scene:
    def __init__(self, provider: str = "auto", cgroup: CgroupStatus | None = None) -> None:
        self.speech, self.store, self.clock = FakeSpeech(), FakeStore(), Clock()
        self.health = ComponentHealth(
            LlmSettings(provider=cast("Any", provider)),
            speech=cast("Any", self.speech),
            store=cast("Any", self.store),
            cgroup=cgroup or CgroupStatus("ready"),
            wall_clock=self.clock,
        )

    def of(self, name: str) -> Component:
        return next(found for found in self.health.components() if found.name == name)

    def llm(
        self, state: Any, reason: str = "", *, answers: str = "llama-server", **more: Any
    ) -> Component:
        health = ProviderHealth(state, reason, **more)
        self.health.learn(ProviderNews(health, keep_s=60.0, answers=answers))
        return self.of("llm")


def test_before_anything_was_asked() -> None:
    scene = Scene()
    assert [found.name for found in scene.health.components()] == [
        "llm",
        "voice",
        "engine.piper",
        "store",
        "cgroup",
    ]
    assert scene.of("llm").state == "starting"
    assert not any(map(is_problem, scene.health.components()))


@pytest.mark.parametrize(
    ("state", "shown"),
    [("ready", "ready"), ("busy", "ready"), ("asleep", "idle"), ("loading", "starting"),
     ("denied", "failed"), ("failed", "failed"), ("absent", "absent")],
)  # fmt: skip
def test_how_a_model_is_shown(state: str, shown: str) -> None:
    assert Scene().llm(state, "because").state == shown


def test_a_model_whose_place_another_takes_is_degraded() -> None:
    auto, fixed = Scene(), Scene("llama-server")
    taken = auto.llm("absent", "Nobody listens.", answers="builtin", instead="builtin")
    assert taken.reason == "Nobody listens. The builtin provider answers instead."
    assert taken.state == "degraded"
    assert auto.health.provider == "builtin"
    assert fixed.llm("absent", "Nobody listens.").state == "absent"
    assert fixed.health.provider == "llama-server"
    assert is_problem(auto.of("llm"))
    assert is_problem(fixed.of("llm"))
    assert Scene("builtin").health.provider == "builtin"


def test_the_models_name_is_remembered_while_it_is_gone() -> None:
    scene = Scene()
    assert scene.llm("ready", model="qwen").reason == "qwen"
    scene.llm("absent", "gone")
    assert scene.health.model == "qwen"


def test_a_state_has_a_beginning_and_a_check_an_age() -> None:
    scene = Scene()
    scene.llm("ready", model="qwen")
    scene.clock.now += 50
    known = scene.llm("busy", model="qwen")
    assert (known.since, known.checked_at, known.next_check) == (1_000.0, 1_050.0, 1_110.0)
    assert scene.llm("failed", "broken").since == 1_050.0


def test_a_fallback_voice_is_degraded_and_no_voice_has_failed() -> None:
    scene = Scene()
    scene.speech.choice = VoiceChoice(OTHER, fallback=True, reason="amy is broken")
    assert (scene.of("voice").state, scene.of("voice").reason) == (
        "degraded",
        "espeak:en-us speaks instead: amy is broken",
    )
    scene.speech.choice = SpeechError("no engine", code="speech.no_engine", hint="install one")
    assert (scene.of("voice").state, scene.of("voice").hint) == ("failed", "install one")
    assert is_problem(scene.of("voice"))


def test_an_engine_that_is_not_installed_is_nothing_to_look_at_and_a_broken_one_is() -> None:
    scene = Scene(cgroup=CgroupStatus("absent", "not delegated"))
    scene.speech.engines = {"piper": engine("absent", "not installed"), "espeak": engine("failed")}
    looked_at = {found.name for found in scene.health.components() if is_problem(found)}
    optional = {found.name for found in scene.health.components() if found.optional}
    assert looked_at == {"engine.espeak"}
    assert optional == {"engine.piper", "cgroup"}


def test_a_store_that_does_not_write_is_degraded() -> None:
    scene = Scene()
    scene.store.degraded = "cannot write"
    assert (scene.of("store").state, scene.of("store").reason) == ("degraded", "cannot write")


def test_new_settings_change_who_answers() -> None:
    scene = Scene()
    scene.llm("ready", model="qwen")
    assert scene.health.provider == "llama-server"
    scene.health.apply(LlmSettings(provider="builtin"))
    assert scene.health.provider == "builtin"


async def test_a_check_asks_first_and_has_it_noted() -> None:
    scene = Scene()
    asked: list[float | None] = []
    noted: list[list[Component]] = []

    class Providers:
        async def health(self, *, max_age_s: float | None = None) -> None:
            asked.append(max_age_s)
            scene.llm("ready", model="qwen")

    check = DependencyCheck(
        scene.health,
        providers=cast("Any", Providers()),
        store=cast("Any", scene.store),
        checked=noted.append,
    )
    found = await check(5.0)
    assert asked == [5.0]
    assert found[0].reason == "qwen"
    assert noted == [found]
    assert scene.store.looks == 1
