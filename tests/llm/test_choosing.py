"""Only absence makes the builtin provider answer, and only before anything was said."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from jarvisbench.paced_server import json_response
from jarvisd.config.settings import LlmSettings
from jarvisd.errors import LlmError
from jarvisd.llm import Builtin, ChosenProvider, LlamaServer
from jarvisd.llm.choosing import Choice
from jarvisd.llm.model import LlmEvent, Message, Prompt, TextDelta
from tests.fakes.llama import capture, error_response, replay
from tests.llm.test_answers import TIME
from tests.llm.test_builtin import facts
from tests.support.llama_server import RunningServer, free_port, llama_server
from tests.support.tiny_model import tiny_model

QUESTION = Prompt((Message("user", "What time is it?"),))


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def chosen(
    url: str, clock: Clock | None = None, **more: Any
) -> AsyncIterator[ChosenProvider]:
    settings = LlmSettings(url=url, **more)
    provider = ChosenProvider(
        settings, LlamaServer(settings), Builtin(facts), clock=clock or Clock()
    )
    try:
        yield provider
    finally:
        await provider.close()


async def answer(choice: Choice) -> str:
    events: list[LlmEvent] = [event async for event in choice.stream(QUESTION)]
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def nowhere() -> str:
    return f"http://127.0.0.1:{free_port()}"


async def test_llama_server_answers_where_there_is_one(server: RunningServer) -> None:
    async with chosen(server.url) as provider:
        choice = await provider.choose()
        assert (choice.name, choice.reason) == ("llama-server", "")
        assert await answer(choice) not in {"", TIME}
        assert choice.name == "llama-server"


async def test_the_builtin_one_answers_where_there_is_none() -> None:
    async with chosen(nowhere()) as provider:
        choice = await provider.choose()
        assert choice.name == "builtin"
        assert "connection refused" in choice.reason
        assert await answer(choice) == TIME


async def test_a_server_that_vanished_since_the_last_check_is_replaced() -> None:
    port = free_port()
    async with chosen(f"http://127.0.0.1:{port}") as provider:
        with llama_server(tiny_model(), port=port):
            assert (await provider.health()).state == "ready"
        choice = await provider.choose()
        assert choice.name == "llama-server"
        assert await answer(choice) == TIME
        assert choice.name == "builtin"
        assert "connection refused" in choice.reason
        assert (await provider.health()).state == "absent"


async def test_once_text_has_come_nothing_is_replaced() -> None:
    half = capture("chat_stream")[:1_000]
    async with replay(half, ending="abort") as server, chosen(server.url) as provider:
        choice = Choice(provider._llama, instead=provider._builtin)
        with pytest.raises(LlmError) as raised:
            await answer(choice)
    assert raised.value.code == "llm.truncated"
    assert choice.name == "llama-server"


@pytest.mark.parametrize(
    ("response", "code"),
    [
        (error_response("401 Unauthorized", "authentication_error", "Invalid"), "llm.denied"),
        (error_response("400 Bad", "exceed_context_size_error", "Long"), "llm.overflow"),
        (error_response("503 Unavailable", "unavailable_error", "Loading model"), "llm.loading"),
    ],
)
async def test_other_troubles_are_reported_not_replaced(response: bytes, code: str) -> None:
    async with (
        replay(b"", before=[response] * 20) as server,
        chosen(server.url, loading_timeout_s=0.05) as provider,
    ):
        choice = await provider.choose()
        with pytest.raises(LlmError) as raised:
            await answer(choice)
    assert raised.value.code == code


async def test_the_settings_may_insist_on_either(server: RunningServer) -> None:
    async with chosen(server.url, provider="builtin") as provider:
        assert (await provider.health()).model == "builtin"
        assert await answer(await provider.choose()) == TIME
    async with chosen(nowhere(), provider="llama-server") as provider:
        with pytest.raises(LlmError) as raised:
            await answer(await provider.choose())
    assert raised.value.code == "llm.unreachable"


async def test_a_failed_reply_outdates_what_was_known() -> None:
    port, healthy = free_port(), [json_response("200 OK", {})] * 3
    half = capture("chat_stream")[:1_000]
    async with chosen(f"http://127.0.0.1:{port}") as provider:
        async with replay(half, port=port, ending="abort", before=healthy):
            choice = await provider.choose()
            with pytest.raises(LlmError):
                await answer(choice)
        assert (await provider.health()).state == "absent"


async def test_good_news_is_kept_and_bad_news_forgotten_soon() -> None:
    clock, port = Clock(), free_port()
    async with chosen(f"http://127.0.0.1:{port}", clock, health_cache_s=60) as provider:
        assert (await provider.health()).state == "absent"
        with llama_server(tiny_model(), port=port):
            assert (await provider.health()).state == "absent"
            clock.now += 3
            assert (await provider.health()).state == "ready"
        clock.now += 59
        assert (await provider.health()).state == "ready"
        clock.now += 2
        assert (await provider.health()).state == "absent"


async def test_who_watches_hears_bad_news_early() -> None:
    clock, port = Clock(), free_port()
    async with chosen(f"http://127.0.0.1:{port}", clock, health_cache_s=60) as provider:
        with llama_server(tiny_model(), port=port):
            assert (await provider.health()).state == "ready"
        clock.now += 1
        assert (await provider.health(max_age_s=2)).state == "ready"
        clock.now += 2
        assert (await provider.health(max_age_s=2)).state == "absent"
