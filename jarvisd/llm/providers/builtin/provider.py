"""The provider of last resort: answers from the state of the machine, without a model.

It is always ready, needs nothing but the facts, and streams word by word like a model would.
"""

import re
from collections.abc import AsyncGenerator, Awaitable, Callable

from jarvisd.config.settings import LlmSettings
from jarvisd.llm.host_facts import ComponentFact, HostFacts
from jarvisd.llm.model import (
    Completion,
    HeadersReceived,
    LlmEvent,
    Prompt,
    ProviderHealth,
    TextDelta,
)
from jarvisd.llm.providers.builtin.answers import answer

__all__ = ["Builtin", "ComponentFact", "HostFacts"]

_WORD = re.compile(r"\S+\s*")


class Builtin:
    """Answers questions about time, machine and daemon; ``facts`` is asked once per answer."""

    name = "builtin"

    def __init__(self, facts: Callable[[], Awaitable[HostFacts]]) -> None:
        self._facts = facts

    def apply(self, settings: LlmSettings) -> None:
        """It has no settings."""

    async def health(self) -> ProviderHealth:
        """Always ready."""
        return ProviderHealth("ready", model="builtin")

    async def stream(self, prompt: Prompt) -> AsyncGenerator[LlmEvent, None]:
        """Answer the last question of ``prompt``, one word at a time, without delay."""
        yield HeadersReceived()
        question = next((m.content for m in reversed(prompt.messages) if m.role == "user"), "")
        words = _WORD.findall(answer(question, await self._facts()))
        for word in words:
            yield TextDelta(word)
        yield Completion("stop", model="builtin", completion_tokens=len(words))

    async def close(self) -> None:
        """Nothing to release."""


def open_provider(_: LlmSettings, facts: Callable[[], Awaitable[HostFacts]]) -> Builtin:
    """The one that talks of ``facts``."""
    return Builtin(facts)
