"""What the daemon says about itself: components, status, and facts for the builtin provider.

Reads every room and changes none. ``status`` answers from memory and costs microseconds;
``components`` asks the dependencies, within their own time limits.
"""

import functools
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

import jarvisd
from jarvisd.config import LlmSettings
from jarvisd.errors import SpeechError
from jarvisd.host.cgroup_status import CgroupStatus
from jarvisd.host.facts import HostReader, read_host_facts
from jarvisd.host.status_line import describe
from jarvisd.llm import ChosenProvider, HostFacts
from jarvisd.llm.builtin import ComponentFact
from jarvisd.llm.model import ProviderHealth, ProviderState
from jarvisd.reply.replies import Replies
from jarvisd.reply.reply import Reply
from jarvisd.speech import Speech
from jarvisd.speech.model import VoiceChoice
from jarvisd.store import Store
from jarvisd.telemetry.counters import Counters
from jarvisd.wire import (
    Component,
    ComponentState,
    StatusResponse,
    WorkerInfo,
)

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
# A status shows parts and workers no older than this.
LOOK_S = 0.02
LLM_STATES: dict[ProviderState, ComponentState] = {
    "ready": "ready",
    "busy": "ready",
    "asleep": "idle",
    "loading": "starting",
    "absent": "absent",
    "denied": "failed",
    "failed": "failed",
}


class Since:
    """When each component came into the state it is in; wall-clock seconds."""

    def __init__(self, wall_clock: Callable[[], float]) -> None:
        self._wall_clock = wall_clock
        self._known: dict[str, tuple[str, float]] = {}

    def of(self, name: str, state: str) -> float:
        """Since when ``name`` has been in ``state``, this being the newest observation."""
        known = self._known.get(name)
        if known is None or known[0] != state:
            known = self._known[name] = (state, self._wall_clock())
        return known[1]


@dataclass(frozen=True, slots=True)
class _Look:
    """What took some effort to find out, at the monotonic second ``at``."""

    at: float
    choice: VoiceChoice | SpeechError
    components: list[Component]
    workers: list[WorkerInfo]


class StatusReport:
    """The daemon's picture of itself."""

    def __init__(
        self,
        settings: LlmSettings,
        *,
        speech: Speech,
        store: Store,
        providers: ChosenProvider,
        counters: Counters,
        loop_lag_ms: Callable[[], float],
        state_dir: Path,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._speech = speech
        self._store = store
        self._providers = providers
        self._counters = counters
        self._loop_lag_ms = loop_lag_ms
        self._clock = clock
        self._started_at = clock()
        self._wall_clock = wall_clock
        self._since = Since(wall_clock)
        self.host = HostReader(state_dir)
        self._llm = Component(name="llm", state="starting", reason="not asked yet")
        providers.on_news = self._learn_news
        self.on_change: Callable[[], None] = lambda: None
        self.on_checked: Callable[[list[Component]], None] = lambda _found: None
        self.replies: Replies | None = None
        self.model = ""
        self.standing: Callable[[], CgroupStatus] = lambda: CgroupStatus("starting")
        self.connections: Callable[[], int] = lambda: 0
        self.state = "starting"
        self._last_look: _Look | None = None

    def apply(self, settings: LlmSettings) -> None:
        """New settings."""
        self._settings = settings

    async def components(self, max_age_s: float | None = None) -> list[Component]:
        """Every dependency, asked now (or as recently as its cache and ``max_age_s`` allow)."""
        health = await self._providers.health(max_age_s=max_age_s)
        if self._settings.provider == "builtin":
            self._learn_news(health)  # it is always asked
        else:
            self._learn(health)
        found = self._components(self._choose())
        self.on_checked(found)
        return found

    def status(self) -> StatusResponse:
        """Everything an owner looks at first, from memory; parts and workers up to 20 ms old."""
        look = self._look()
        active = self.replies.active() if self.replies else []
        return StatusResponse(
            version=jarvisd.__version__,
            pid=os.getpid(),
            uptime_s=round(self._clock() - self._started_at, 3),
            state=self.state,
            provider=self._provider(),
            voice="" if isinstance(look.choice, SpeechError) else look.choice.voice.id,
            fallback=False if isinstance(look.choice, SpeechError) else look.choice.fallback,
            components=look.components,
            replies=[reply.info() for reply in active],
            workers=look.workers,
            slots=self._speech.slots,
            slots_in_use=self._speech.slots_in_use,
            connections=self.connections(),
            rss_bytes=rss_bytes(),
            loop_lag_ms=round(self._loop_lag_ms(), 3),
            replies_total=self.replies.total if self.replies else 0,
            utterances_total=self._counters.spoken,
            skipped_total=self._counters.skipped,
            fallback_share=round(self._counters.fallback_share, 4),
        )

    def _look(self) -> "_Look":
        """One look serves all who ask within ``LOOK_S``: a storm of them costs next to nothing."""
        now = self._clock()
        if self._last_look is None or now - self._last_look.at > LOOK_S:
            choice = self._choose()
            self._last_look = _Look(now, choice, self._components(choice), self._workers())
        return self._last_look

    def line(self) -> str:
        """The daemon in one sentence, from memory; the model as it was when last asked."""
        choice = self._choose()
        llm_ready = self._llm.state in ("ready", "idle", "degraded")
        return describe(
            self.state,
            replies=sum(not reply.over for reply in self.replies.active()) if self.replies else 0,
            answers=f"{self._provider()} answers" if llm_ready else f"llm: {self._llm.reason}",
            speaks="" if isinstance(choice, SpeechError) else f"{choice.voice.id} speaks",
            problems=[c.reason for c in self._components(choice) if _is_problem(c)],
        )

    def running(self) -> list[Reply]:
        """Replies that are being made."""
        return [one for one in self.replies.active() if not one.over] if self.replies else []

    async def facts(self) -> HostFacts:
        """What the builtin provider may talk about."""
        components = await self.components()
        choice = self._choose()
        return await read_host_facts(
            self.host,
            daemon_version=jarvisd.__version__,
            daemon_uptime_s=self._clock() - self._started_at,
            components=[ComponentFact(c.name, c.state, c.reason, c.hint) for c in components],
            voice="" if isinstance(choice, SpeechError) else choice.voice.id,
            replies=self.replies.total if self.replies else 0,
        )

    def _learn(self, health: ProviderHealth) -> None:
        self.model = health.model or self.model
        found, known = self._llm_component(health), self._llm
        # An answer that was remembered is as old as it was.
        self._llm = msgspec.structs.replace(
            found, checked_at=known.checked_at, next_check=known.next_check
        )
        self.on_change()

    def _learn_news(self, health: ProviderHealth) -> None:
        """The provider was really asked, or a reply found out."""
        now = self._wall_clock()
        self._llm = msgspec.structs.replace(
            self._llm, checked_at=now, next_check=now + self._providers.keep_s(health)
        )
        self._learn(health)

    def _components(self, choice: VoiceChoice | SpeechError) -> list[Component]:
        return [
            self._llm,
            self._voice_component(choice),
            *self._engine_components(),
            self._disk(),
            self._cgroup(),
        ]

    def _llm_component(self, health: ProviderHealth) -> Component:
        state = LLM_STATES[health.state]
        if state == "absent" and self._settings.provider == "auto":
            reason = f"{health.reason} The builtin provider answers instead."
            return self._component("llm", "degraded", reason, health.hint)
        return self._component("llm", state, health.reason or health.model, health.hint)

    def _provider(self) -> str:
        if self._settings.provider == "builtin" or self._llm.state == "degraded":
            return "builtin"
        return "llama-server"

    def _voice_component(self, choice: VoiceChoice | SpeechError) -> Component:
        if isinstance(choice, SpeechError):
            return self._component("voice", "failed", choice.message, choice.hint)
        if choice.fallback:
            reason = f"{choice.voice.id} speaks instead: {choice.reason}"
            return self._component("voice", "degraded", reason, "jarvisctl voices")
        return self._component("voice", "ready", choice.voice.id)

    def _engine_components(self) -> list[Component]:
        return [
            self._component(f"engine.{name}", status.state, status.reason, status.hint)
            for name, status in sorted(self._speech.engine_states().items())
        ]

    def _disk(self) -> Component:
        if reason := self._store.degraded:
            return self._component("store", "degraded", reason, "df -h; journalctl -u jarvisd")
        return self._component("store", "ready")

    def _cgroup(self) -> Component:
        standing = self.standing()
        return self._component("cgroup", standing.state, standing.reason, standing.hint)

    def _component(
        self, name: str, state: ComponentState, reason: str = "", hint: str = ""
    ) -> Component:
        since = self._since.of(name, state)
        return Component(
            name=name,
            state=state,
            reason=reason,
            since=since,
            hint=hint,
            checked_at=self._wall_clock(),
        )

    def _choose(self) -> VoiceChoice | SpeechError:
        try:
            return self._speech.choose()
        except SpeechError as error:
            return error

    def _workers(self) -> list[WorkerInfo]:
        return [
            WorkerInfo(
                worker=worker.worker,
                pid=worker.pid,
                engine=worker.engine,
                state=worker.state,
                rss_bytes=worker.rss_bytes,
                served=worker.served,
            )
            for worker in self._speech.workers()
        ]


def _is_problem(component: Component) -> bool:
    """An engine that is not installed is a choice; a model that is not there is missing."""
    missing = component.name == "llm" and component.state == "absent"
    return missing or component.state in ("degraded", "failed")


def rss_bytes() -> int:
    """Resident memory of this process; the file stays open, because opening it costs most."""
    return int(os.pread(_statm(), 128, 0).split()[1]) * PAGE_BYTES


@functools.cache
def _statm() -> int:
    return os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
