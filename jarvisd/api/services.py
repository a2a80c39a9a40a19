"""What the handlers need of the rest of the daemon, named exactly.

The composition root fills a ``Services``; tests fill it with hand-written fakes. Holds no logic.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from jarvisd.config.settings import Settings
from jarvisd.speech.model import VoiceChoice, VoiceInfo
from jarvisd.store.model import Conversation, ConversationSummary, DaySummary
from jarvisd.telemetry.events import EventBus
from jarvisd.telemetry.log_level import LevelSwitch
from jarvisd.telemetry.sampling import Sampler
from jarvisd.telemetry.telemetry import Telemetry
from jarvisd.wire import (
    Component,
    ConfigResponse,
    GovernorResponse,
    InterruptResponse,
    PlayedResponse,
    ReloadResponse,
    ReplyEvent,
    ReplyInfo,
    ReplyRequest,
    SayRequest,
    StatusResponse,
)


class ReplyControl(Protocol):
    """One reply in flight, or ended and still kept."""

    @property
    def id(self) -> str:
        """The name under which it is asked for."""
        ...

    @property
    def sample_rate(self) -> int:
        """Hertz of its audio: signed 16-bit little-endian, mono."""
        ...

    def events(self, since: int = 0) -> AsyncIterator[ReplyEvent]:
        """Its events from number ``since`` on; ends after the terminal one."""
        ...

    def audio(self, *, paced: bool = False, start: int = 0) -> AsyncIterator[bytes]:
        """PCM from sample ``start``, as it is made or paced as it is heard; ends with the reply."""
        ...

    async def interrupt(
        self, *, played: int | None = None, wait: bool = False
    ) -> InterruptResponse:
        """Stop it now; returns what had been heard, with ``wait`` once native calls ended."""
        ...

    def pause(self) -> ReplyInfo:
        """Stop playback; what is made meanwhile is bounded by the look-ahead."""
        ...

    def resume(self) -> ReplyInfo:
        """Go on playing."""
        ...

    async def played(self, samples: int, ended: bool = False) -> PlayedResponse:
        """The client reports how far it has played, and with ``ended`` that it plays no more."""
        ...

    def info(self) -> ReplyInfo:
        """Where it stands."""
        ...

    def abandoned(self, told: bool) -> None:
        """The client that carried its body went away; ``told`` which reply it is, or before."""
        ...


class ReplyService(Protocol):
    """All replies."""

    async def say(self, request: SayRequest) -> ReplyControl:
        """Speak a text."""
        ...

    async def ask(self, request: ReplyRequest) -> ReplyControl:
        """Ask the assistant."""
        ...

    def get(self, reply: str) -> ReplyControl:
        """The reply of that id; raises NotFoundError ``reply.unknown``."""
        ...

    async def forget(self, conversation: str) -> int:
        """Stop its replies and delete it for good; returns how many messages are gone."""
        ...

    def active(self) -> Sequence[ReplyControl]:
        """Running replies, oldest first."""
        ...


class VoiceService(Protocol):
    """The voices."""

    def voices(self) -> Sequence[VoiceInfo]:
        """All voices known now."""
        ...

    def choose(self, voice: str = "default") -> VoiceChoice:
        """The voice that would speak; raises SpeechError."""
        ...


class ConversationService(Protocol):
    """The conversations."""

    async def conversations(self, limit: int, before: str | None) -> Sequence[ConversationSummary]:
        """A page, newest first, of those that follow the cursor ``before``."""
        ...

    async def conversation(self, conversation: str) -> Conversation:
        """One with its messages; raises NotFoundError ``conversation.unknown``."""
        ...

    async def days(self, limit: int) -> Sequence[DaySummary]:
        """Daily summaries, newest first."""
        ...


class Components(Protocol):
    """What the daemon depends on."""

    def __call__(self, max_age_s: float | None = None) -> Awaitable[list[Component]]:
        """Every component, asked now or as recently as its cache and ``max_age_s`` allow."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything that handlers may reach."""

    settings: Settings
    replies: ReplyService
    speech: VoiceService
    store: ConversationService
    events: EventBus
    log_lines: EventBus
    log_level: LevelSwitch
    status: Callable[[], StatusResponse]
    components: Components
    loop_lag_ms: Callable[[], float]
    governor: Callable[[], GovernorResponse]
    telemetry: Telemetry
    sampler: Sampler
    metrics: Callable[[], Awaitable[str]]
    configuration: Callable[[], ConfigResponse]
    reload: Callable[[], Awaitable[ReloadResponse]]
