"""A language model that writes what the test tells it to, and remembers what it was asked."""

import asyncio
from collections.abc import AsyncGenerator

from jarvisd.llm.model import Completion, LlmEvent, Prompt, ProviderHealth, TextDelta


class ScriptedProvider:
    """Chooses itself: stands in for ``ChosenProvider`` and for the provider that it chooses."""

    name = "scripted"

    def __init__(self) -> None:
        self.prompts: list[Prompt] = []
        self.closed = 0
        self._events: asyncio.Queue[LlmEvent | BaseException] = asyncio.Queue()

    def write(self, *texts: str) -> None:
        """Stream pieces of text."""
        for text in texts:
            self._events.put_nowait(TextDelta(text))

    def end(self, **more: int) -> None:
        """The answer is complete."""
        self._events.put_nowait(Completion("stop", model="scripted", **more))

    def fail(self, error: BaseException) -> None:
        """The stream breaks here."""
        self._events.put_nowait(error)

    def answer(self, text: str) -> None:
        """The whole of an answer."""
        self.write(text)
        self.end()

    async def choose(self) -> "ScriptedProvider":
        return self

    async def health(self) -> ProviderHealth:
        return ProviderHealth("ready")

    async def stream(self, prompt: Prompt) -> AsyncGenerator[LlmEvent, None]:
        self.prompts.append(prompt)
        try:
            while True:
                event = await self._events.get()
                if isinstance(event, BaseException):
                    raise event
                yield event
                if isinstance(event, Completion):
                    return
        finally:
            self.closed += 1

    async def close(self) -> None:
        return None
