"""Asking a llama-server, as most tests of this room do."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

from jarvisd.config.settings import LlmSettings
from jarvisd.llm.model import LlmEvent, Message, Prompt, TextDelta
from jarvisd.llm.providers.llama_server.provider import LlamaServer

QUESTION = Prompt((Message("system", "You are Jarvis."), Message("user", "The weather?")), seed=3)


@asynccontextmanager
async def provider(url: str, **settings: Any) -> AsyncIterator[LlamaServer]:
    llama = LlamaServer(LlmSettings(url=url, **settings))
    try:
        yield llama
    finally:
        await llama.close()


async def collect(llama: LlamaServer, prompt: Prompt = QUESTION) -> list[LlmEvent]:
    async with aclosing(llama.stream(prompt)) as events:
        return [event async for event in events]


def text(events: list[LlmEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))
