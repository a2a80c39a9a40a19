"""The daemon's components: the state of each, since when, why, and what helps.

``ComponentHealth`` answers from memory and costs microseconds; ``DependencyCheck`` asks
the language model and the store first, within their own time limits. Reads every part and changes
none.
"""

import asyncio
import time
from collections.abc import Callable

import msgspec

from jarvisd.config import LlmSettings
from jarvisd.errors import SpeechError
from jarvisd.host.cgroup_status import CgroupStatus
from jarvisd.llm.choosing import ChosenProvider
from jarvisd.llm.model import ProviderNews, ProviderState
from jarvisd.llm.opening import configured
from jarvisd.speech import Speech
from jarvisd.speech.model import VoiceChoice
from jarvisd.store import Store
from jarvisd.wire import Component, ComponentState

LLM_STATES: dict[ProviderState, ComponentState] = {
    "ready": "ready",
    "busy": "ready",
    "asleep": "idle",
    "loading": "starting",
    "unknown": "starting",
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
        """Since when ``name`` has been in ``state``, which is its state now."""
        known = self._known.get(name)
        if known is None or known[0] != state:
            known = self._known[name] = (state, self._wall_clock())
        return known[1]


class ComponentHealth:
    """The state of every component. The language model's is reported to it, it reads the others."""

    def __init__(
        self,
        settings: LlmSettings,
        *,
        speech: Speech,
        store: Store,
        cgroup: CgroupStatus,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._speech = speech
        self._store = store
        self._cgroup = cgroup
        self._wall_clock = wall_clock
        self._since = Since(wall_clock)
        self._llm = Component(name="llm", state="starting", reason="not checked yet")
        self.model = ""
        # Who would answer now.
        self.provider = configured(settings)

    def apply(self, settings: LlmSettings) -> None:
        """Apply new settings."""
        self.provider = configured(settings)

    def learn(self, news: ProviderNews) -> None:
        """The language model's state was found out."""
        now = self._wall_clock()
        self.model = news.health.model or self.model
        self.provider = news.answers
        self._llm = msgspec.structs.replace(
            self._llm_component(news), checked_at=now, next_check=now + news.keep_s
        )

    def components(self) -> list[Component]:
        """Every component, from memory."""
        return [
            self._llm,
            self._voice_component(self.voice()),
            *self._engine_components(),
            self._store_component(),
            self._component("cgroup", self._cgroup.state, self._cgroup.reason, self._cgroup.hint),
        ]

    def voice(self) -> VoiceChoice | SpeechError:
        """The voice that would speak now, or why none can."""
        try:
            return self._speech.choose()
        except SpeechError as error:
            return error

    @property
    def llm(self) -> Component:
        """The language model, as it was when it was last asked."""
        return self._llm

    # --- one by one -----------------------------------------------------------------------------

    def _llm_component(self, news: ProviderNews) -> Component:
        health = news.health
        state = LLM_STATES[health.state]
        if health.instead:
            reason = f"{health.reason} The {health.instead} provider answers instead."
            return self._component("llm", "degraded", reason, health.hint)
        return self._component("llm", state, health.reason or health.model, health.hint)

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

    def _store_component(self) -> Component:
        if reason := self._store.degraded:
            return self._component("store", "degraded", reason, "df -h; jarvisctl logs")
        return self._component("store", "ready")

    def _component(
        self, name: str, state: ComponentState, reason: str = "", hint: str = ""
    ) -> Component:
        return Component(
            name=name,
            state=state,
            reason=reason,
            since=self._since.of(name, state),
            hint=hint,
            checked_at=self._wall_clock(),
            optional=_is_optional(name, state),
        )


class DependencyCheck:
    """Checks the dependencies, then returns every component; ``checked`` gets them, too."""

    def __init__(
        self,
        health: ComponentHealth,
        *,
        providers: ChosenProvider,
        store: Store,
        checked: Callable[[list[Component]], None],
    ) -> None:
        self._health = health
        self._providers = providers
        self._store = store
        self._checked = checked

    async def __call__(self, max_age_s: float | None = None) -> list[Component]:
        """Every component, asked now or as recently as its cache and ``max_age_s`` allow."""
        await asyncio.gather(self._providers.health(max_age_s=max_age_s), self._store.look())
        found = self._health.components()
        self._checked(found)
        return found


def is_problem(component: Component) -> bool:
    """Whether it is a problem for the owner."""
    return component.state in ("degraded", "failed", "absent") and not component.optional


def _is_optional(name: str, state: ComponentState) -> bool:
    """An engine that is not installed is a choice: the voice says whether one is missing. So is a
    daemon without a control group of its own, which works as well.
    """
    return state == "absent" and (name == "cgroup" or name.startswith("engine."))
