"""Only absence makes the builtin provider answer, and only before anything was said."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from jarvisbench.paced_server import json_response
from jarvisd.config.settings import LlmSettings
from jarvisd.errors import LlmError
from jarvisd.llm.choosing import Choice, ChosenProvider
from jarvisd.llm.model import (
    HeadersReceived,
    LlmEvent,
    Message,
    Prompt,
    ProviderNews,
    TextDelta,
)
from jarvisd.llm.providers.builtin.provider import Builtin
from jarvisd.llm.providers.llama_server.provider import LlamaServer
from tests.fakes.hostile_model import SCENARIOS, hostile
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
    url: str,
    clock: Clock | None = None,
    *,
    on_news: Callable[[ProviderNews], None] = lambda _: None,
    **more: Any,
) -> AsyncIterator[ChosenProvider]:
    settings = LlmSettings(url=url, **more)
    provider = ChosenProvider(
        settings,
        LlamaServer(settings),
        Builtin(facts),
        on_news=on_news,
        clock=clock or Clock(),
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
        choice = Choice(provider._guarded["llama-server"], instead=provider._last_resort)
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


# --- a model that is well by its own word, and fails ------------------------------------------

HANGING = next(each for each in SCENARIOS if each.name == "headers and then nothing")
BREAKING = next(each for each in SCENARIOS if each.name == "500 for everything")
WELL = next(each for each in SCENARIOS if each.name == "words after the end")


class News:
    """What is told of the provider."""

    def __init__(self) -> None:
        self.told: list[ProviderNews] = []

    def __call__(self, news: ProviderNews) -> None:
        self.told.append(news)


async def fails(provider: ChosenProvider) -> LlmError:
    with pytest.raises(LlmError) as raised:
        await answer(await provider.choose())
    return raised.value


async def test_of_five_questions_to_a_model_that_hangs_one_waits() -> None:
    news = News()
    async with (
        hostile(HANGING) as url,
        chosen(url, on_news=news, first_token_timeout_s=0.05) as provider,
    ):
        assert (await fails(provider)).code == "llm.first_token_timeout"
        for _ in range(4):
            choice = await provider.choose()
            assert (choice.name, await answer(choice)) == ("builtin", TIME)
            assert "did not begin to answer within 0.05 seconds" in choice.reason
        health = await provider.health()
    assert (health.state, health.instead, news.told[-1].answers) == ("failed", "builtin", "builtin")
    assert health.reason == (
        "1 question failed. llama-server did not begin to answer within 0.05 seconds. "
        "It is asked again in 15 s."
    )


async def test_where_only_that_model_may_answer_it_is_refused_with_a_time() -> None:
    async with (
        hostile(HANGING) as url,
        chosen(url, provider="llama-server", first_token_timeout_s=0.05) as provider,
    ):
        await fails(provider)
        refused = await fails(provider)
    assert (refused.code, refused.retry_after_s) == ("llm.paused", 15)
    assert refused.message == (
        "llama-server fails and is asked again in 15 s. "
        "llama-server did not begin to answer within 0.05 seconds."
    )


async def test_a_model_that_breaks_is_tried_three_times_then_now_and_then() -> None:
    clock = Clock()
    async with hostile(BREAKING) as url, chosen(url, clock, provider="llama-server") as provider:
        codes = [(await fails(provider)).code for _ in range(5)]
        assert codes == ["llm.failed"] * 3 + ["llm.paused"] * 2
        clock.now += 15
        codes = [(await fails(provider)).code for _ in range(2)]
        assert codes == ["llm.failed", "llm.paused"]
        assert (await provider.health()).reason.endswith("It is asked again in 30 s.")


async def test_once_it_answers_it_is_used_as_before() -> None:
    clock, news, port = Clock(), News(), free_port()
    url = f"http://127.0.0.1:{port}"
    async with chosen(url, clock, on_news=news, first_token_timeout_s=0.05) as provider:
        async with hostile(HANGING, port=port):
            await fails(provider)
        clock.now += 15
        async with hostile(WELL, port=port):
            assert (await provider.health()).reason.endswith("The next question tries it.")
            assert (await provider.choose()).name == "llama-server"
            assert await answer(await provider.choose()) == "Hello there. "
            assert (await provider.health()).state == "ready"
    assert (news.told[-1].health.state, news.told[-1].answers) == ("ready", "llama-server")


async def test_one_question_at_a_time_tries_it_the_others_are_answered_meanwhile() -> None:
    clock, port = Clock(), free_port()
    url = f"http://127.0.0.1:{port}"
    async with (
        hostile(HANGING, port=port),
        chosen(url, clock, first_token_timeout_s=0.2) as provider,
    ):
        await fails(provider)
        clock.now += 15
        first, second = await provider.choose(), await provider.choose()
        trying = first.stream(QUESTION)
        assert await anext(trying) == HeadersReceived()
        assert await answer(second) == TIME
        assert (second.name, (await provider.choose()).name) == ("builtin", "builtin")
        await trying.aclose()  # its client gives up: no verdict
        assert (await provider.choose()).name == "llama-server"


@pytest.mark.parametrize(
    "response",
    [
        error_response("400 Bad", "exceed_context_size_error", "Long"),
        error_response("400 Bad", "invalid_request_error", "No"),
        error_response("401 Unauthorized", "authentication_error", "Invalid"),
    ],
)
async def test_what_the_request_caused_is_no_failure_of_the_model(response: bytes) -> None:
    async with (
        replay(b"", before=[response] * 9) as server,
        chosen(server.url, provider="llama-server") as provider,
    ):
        codes = {(await fails(provider)).code for _ in range(5)}
    assert "llm.paused" not in codes


async def test_a_model_that_was_started_again_is_asked_at_once() -> None:
    clock, port = Clock(), free_port()
    url = f"http://127.0.0.1:{port}"
    async with chosen(url, clock, first_token_timeout_s=0.05) as provider:
        async with hostile(HANGING, port=port):
            await fails(provider)
        clock.now += 3
        assert (await provider.health()).state == "absent"
        async with hostile(WELL, port=port):
            clock.now += 3
            assert (await provider.choose()).name == "llama-server"


async def test_new_settings_give_it_another_chance() -> None:
    async with (
        hostile(HANGING) as url,
        chosen(url, provider="llama-server", first_token_timeout_s=0.05) as provider,
    ):
        await fails(provider)
        provider.apply(LlmSettings(url=url, provider="llama-server", first_token_timeout_s=0.05))
        assert (await fails(provider)).code == "llm.first_token_timeout"
