"""The provider of last resort: answers from the machine's own state, without any model.

It is always ready, needs nothing but the facts, and streams word by word like a model would.
"""

import re
from collections.abc import AsyncGenerator, Awaitable, Callable

from jarvisd.llm.answers import answer
from jarvisd.llm.host_facts import ComponentFact, HostFacts
from jarvisd.llm.model import (
    Completion,
    HeadersReceived,
    LlmEvent,
    Prompt,
    ProviderHealth,
    TextDelta,
)

__all__ = ["Builtin", "ComponentFact", "HostFacts"]

_WORD = re.compile(r"\S+\s*")


class Builtin:
    """Answers questions about time, machine and daemon; ``facts`` is asked once per answer."""

    name = "builtin"

    def __init__(self, facts: Callable[[], Awaitable[HostFacts]]) -> None:
        self._facts = facts

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
