"""Values exchanged with language-model providers, and the interface that a provider implements.

A provider turns a prompt into a stream of typed events. It keeps no conversation state of its own
and raises only ``LlmError`` (and cancellation); closing the generator cancels the generation.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

from jarvisd.config.settings import LlmSettings

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation as the model sees it."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """Everything one generation needs. ``max_tokens`` 0 means the provider's own limit."""

    messages: tuple[Message, ...]
    max_tokens: int = 0
    temperature: float | None = None
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class HeadersReceived:
    """The provider accepted the request; says nothing about prefill."""


@dataclass(frozen=True, slots=True)
class PromptProgress:
    """Prefill is under way: ``processed`` of ``total`` prompt tokens."""

    processed: int
    total: int


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """A piece of the model's thinking. Never spoken, never stored as the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """A piece of a tool call; ``name`` only in the first piece of call ``index``."""

    index: int
    name: str | None
    arguments: str


@dataclass(frozen=True, slots=True)
class Completion:
    """The end of a successful generation, with what the provider measured itself.

    Times in milliseconds, as the provider's own clock saw them; 0 where it did not say.
    """

    finish_reason: str
    model: str = ""
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    prompt_ms: float = 0.0
    completion_ms: float = 0.0


LlmEvent = (
    HeadersReceived | PromptProgress | ReasoningDelta | TextDelta | ToolCallDelta | Completion
)

ProviderState = Literal[
    "ready", "busy", "asleep", "loading", "unknown", "absent", "denied", "failed"
]


@dataclass(frozen=True, slots=True)
class ProviderHealth:
    """What a provider's last check found. ``hint`` is the command or step that helps."""

    state: ProviderState
    reason: str = ""
    hint: str = ""
    model: str = ""
    context_tokens: int = 0
    details: dict[str, str] = field(default_factory=dict)
    # The provider that answers in its place, if one does.
    instead: str = ""


class ProviderNews(NamedTuple):
    """A provider's health, valid for ``keep_s`` seconds.

    ``answers`` is the provider that would answer a question now: this one, or another instead.
    """

    health: ProviderHealth
    keep_s: float
    answers: str = ""


class Provider(Protocol):
    """A language model, local or remote."""

    name: str

    def apply(self, settings: LlmSettings) -> None:
        """New settings for future generations; running ones keep theirs."""
        ...

    async def health(self) -> ProviderHealth:
        """Check the provider's health now, within its own time limit; never raises."""
        ...

    def stream(self, prompt: Prompt) -> AsyncGenerator[LlmEvent, None]:
        """Generate. Ends with exactly one ``Completion`` or raises ``LlmError``.

        Closing the generator (``aclose``) cancels the generation at the provider.
        """
        ...

    async def close(self) -> None:
        """Release connections."""
        ...
