"""New settings while answers are being written: the old ones end as they began."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from jarvisd.config.settings import LlmSettings
from jarvisd.llm.choosing import ChosenProvider
from jarvisd.llm.model import Completion, Message, Prompt
from jarvisd.llm.providers.builtin.provider import Builtin
from jarvisd.llm.providers.llama_server.provider import LlamaServer
from tests.fakes.llama import capture, replay
from tests.llm.test_builtin import facts

QUESTION = Prompt((Message("user", "What time is it?"),))


@asynccontextmanager
async def chosen(settings: LlmSettings) -> AsyncIterator[ChosenProvider]:
    provider = ChosenProvider(settings, LlamaServer(settings), Builtin(facts))
    try:
        yield provider
    finally:
        await provider.close()


async def test_an_answer_under_way_comes_from_where_it_began() -> None:
    async with replay(capture("chat_stream")) as first, replay(capture("chat_stream")) as second:
        settings = LlmSettings(url=first.url, provider="llama-server")
        async with chosen(settings) as provider:
            stream = (await provider.choose()).stream(QUESTION)
            events = [await anext(stream)]
            provider.apply(LlmSettings(url=second.url, provider="llama-server"))
            events += [event async for event in stream]
            assert isinstance(events[-1], Completion)
            assert second.requests == []
            after = [event async for event in (await provider.choose()).stream(QUESTION)]
            assert isinstance(after[-1], Completion)
            assert len(second.requests) == 1


async def test_another_provider_answers_the_next_question() -> None:
    async with chosen(LlmSettings(url="http://127.0.0.1:9", provider="llama-server")) as provider:
        assert (await provider.choose()).name == "llama-server"
        provider.apply(LlmSettings(provider="builtin"))
        assert (await provider.choose()).name == "builtin"
