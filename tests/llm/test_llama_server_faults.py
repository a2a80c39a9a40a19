"""The provider against replayed bytes: what a real llama-server does not do on demand."""

import asyncio
from contextlib import aclosing

import msgspec
import pytest

from jarvisd.config.settings import LlmSettings
from jarvisd.errors import LlmError
from jarvisd.llm.model import Completion, HeadersReceived, LlmEvent, Message, Prompt, TextDelta
from jarvisd.llm.providers.llama_server.provider import LlamaServer
from tests.fakes.llama import capture, cut_at, error_response, replay
from tests.llm.asking import QUESTION, collect, provider, text
from tests.support.daemon import LONG_S

LOADING = error_response("503 Service Unavailable", "unavailable_error", "Loading model")
ANSWER = "The train to Thursday at 25 minutes."
WHOLE = capture("chat_stream")
HALF = WHOLE[: WHOLE.index(b"\n\n", 1_000) + 2]


async def failure(url: str, **settings: object) -> LlmError:
    async with provider(url, **settings) as llama:
        with pytest.raises(LlmError) as raised:
            await collect(llama)
    return raised.value


async def test_the_request_is_what_llama_server_wants() -> None:
    async with (
        replay(WHOLE) as server,
        provider(server.url, temperature=0.5, max_tokens=9, model="m") as llama,
    ):
        await collect(llama, Prompt((Message("user", "Hello"),), seed=7))
    (request,) = server.requests
    assert (request.method, request.path) == ("POST", "/v1/chat/completions")
    assert "x-conversation-id" not in request.headers
    assert "authorization" not in request.headers
    assert msgspec.json.decode(request.body) == {
        "messages": [{"role": "user", "content": "Hello"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "chat_template_kwargs": {"enable_thinking": False},
        "return_progress": True,
        "sse_ping_interval": 1,
        "model": "m",
        "max_tokens": 9,
        "temperature": 0.5,
        "seed": 7,
    }


async def test_what_is_not_set_is_left_to_the_server() -> None:
    async with replay(WHOLE) as server, provider(server.url, max_tokens=0) as llama:
        await collect(llama, Prompt((Message("user", "Hello"),)))
    body = msgspec.json.decode(server.requests[0].body)
    assert not {"model", "max_tokens", "temperature", "seed"} & set(body)


async def test_no_connection_is_used_twice() -> None:
    async with replay(WHOLE) as server, provider(server.url) as llama:
        for _ in range(3):
            assert text(await collect(llama)) == ANSWER
    assert len(server.requests) == 3


@pytest.mark.parametrize("size", [1, 7, 100])
async def test_cuts_in_the_wrong_places_change_nothing(size: int) -> None:
    async with (
        replay(cut_at(WHOLE, range(0, len(WHOLE), size))) as server,
        provider(server.url) as llama,
    ):
        assert text(await collect(llama)) == ANSWER


async def test_an_error_inside_the_stream() -> None:
    async with replay(capture("midstream_error_1")) as server:
        assert (await failure(server.url)).code == "llm.overflow"


@pytest.mark.parametrize("ending", ["complete", "abort"])
async def test_a_stream_that_breaks_off(ending: str) -> None:
    async with replay(HALF, ending=ending) as server:
        assert (await failure(server.url)).code == "llm.truncated"


@pytest.mark.parametrize("ending", ["complete", "abort", "silence"])
async def test_once_the_answer_is_whole_no_ending_spoils_it(ending: str) -> None:
    whole = WHOLE.removesuffix(b"data: [DONE]\n\n")
    async with (
        replay(whole, ending=ending) as server,
        # The whole answer comes in one piece: the limit counts for the silence after it alone.
        provider(server.url, token_timeout_s=0.05 if ending == "silence" else LONG_S) as llama,
    ):
        events = await collect(llama)
    assert text(events) == ANSWER
    assert isinstance(events[-1], Completion)


async def test_silence_before_the_first_token() -> None:
    async with replay(b":\n\n", ending="silence") as server:
        error = await failure(server.url, first_token_timeout_s=0.05)
    assert error.code == "llm.first_token_timeout"


async def test_pings_do_not_hide_that_nothing_comes() -> None:
    async with replay([b":\n\n"] * 10_000, pause_s=0.005) as server:
        error = await failure(server.url, first_token_timeout_s=0.1)
    assert error.code == "llm.first_token_timeout"


async def test_silence_between_tokens() -> None:
    async with replay([HALF, *[b":\n\n"] * 10_000], pause_s=0.005) as server:
        error = await failure(server.url, token_timeout_s=0.1)
    assert error.code == "llm.stalled"


async def test_a_slow_consumer_is_not_a_stall() -> None:
    now = 0.0
    async with replay(cut_at(WHOLE, [1_000, 2_000])) as server:
        settings = LlmSettings(url=server.url, token_timeout_s=LONG_S)
        llama = LlamaServer(settings, clock=lambda: now)
        events: list[LlmEvent] = []
        async with aclosing(llama.stream(QUESTION)) as stream:
            async for event in stream:
                events.append(event)
                now += (
                    isinstance(event, TextDelta) * LONG_S / 2
                )  # the events of one read together outlast the limit
    assert text(events) == ANSWER


async def test_loading_is_waited_for() -> None:
    async with replay(WHOLE, before=[LOADING, LOADING]) as server, provider(server.url) as llama:
        assert text(await collect(llama)) == ANSWER
    assert len(server.requests) == 3


async def test_loading_is_not_waited_for_for_ever() -> None:
    async with replay(b"", before=[LOADING] * 50) as server:
        error = await failure(server.url, loading_timeout_s=0.05)
    assert error.code == "llm.loading"
    assert error.retry_after_s


@pytest.mark.parametrize(
    ("response", "code"),
    [
        (error_response("401 Unauthorized", "authentication_error", "Invalid API Key"), "denied"),
        (error_response("400 Bad Request", "invalid_request_error", "No such field"), "rejected"),
        (error_response("500 Internal Server Error", "server_error", "Oops"), "failed"),
        (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\n\r\n<html>", "failed"),
        (b"HTTP/1.1 400 Bad Request\r\nContent-Length: 9999999\r\n\r\n{", "rejected"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n", "failed"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "truncated"),
    ],
)
async def test_refusals_get_their_code(response: bytes, code: str) -> None:
    async with replay(b"", before=[response]) as server:
        assert (await failure(server.url)).code == f"llm.{code}"


async def test_overflow_says_how_large_the_context_should_be() -> None:
    refused = error_response(
        "400 Bad Request", "exceed_context_size_error", "too long", n_prompt_tokens=9000, n_ctx=2048
    )
    async with replay(b"", before=[refused]) as server:
        error = await failure(server.url)
    assert error.code == "llm.overflow"
    assert "9000 tokens into 2048" in error.message
    assert "-c 18000" in error.hint


@pytest.mark.parametrize(
    "message", ["model name is missing from the request", "model 'zzz' not found"]
)
async def test_a_router_wants_to_know_the_model(message: str) -> None:
    refused = error_response("400 Bad Request", "invalid_request_error", message)
    async with replay(b"", before=[refused]) as server:
        assert "llm.model" in (await failure(server.url)).hint


async def test_silence_instead_of_headers_is_busy() -> None:
    async with replay(b"", headers_wait=asyncio.Event()) as server:
        assert (await failure(server.url, headers_timeout_s=0.05)).code == "llm.busy"


async def test_closing_disconnects_at_once() -> None:
    async with replay(HALF, ending="silence") as server, provider(server.url) as llama:
        stream = llama.stream(QUESTION)
        assert await anext(stream) == HeadersReceived()
        assert isinstance(await anext(stream), TextDelta)
        await stream.aclose()
        await server.disconnected.wait()


async def test_releasing_the_provider_ends_a_generation_with_an_error() -> None:
    async with replay(HALF, ending="silence") as server, provider(server.url) as llama:
        task = asyncio.create_task(collect(llama))
        await server.written.wait()
        await llama.close()
        with pytest.raises(LlmError):
            await task


async def test_health_of_a_stranger() -> None:
    answers = [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"] * 2
    async with replay(b"", before=answers) as server, provider(server.url) as llama:
        health = await llama.health()
    assert health.state == "failed"
    assert "llm.url" in health.hint


async def test_health_while_loading() -> None:
    async with replay(b"", before=[LOADING]) as server, provider(server.url) as llama:
        assert (await llama.health()).state == "loading"


@pytest.mark.parametrize(
    ("slots", "state"),
    [
        (error_response("501 Not Implemented", "not_supported_error", "no slots"), "ready"),
        (error_response("503 Service Unavailable", "unavailable_error", "no slot"), "busy"),
    ],
)
async def test_health_by_its_slots(slots: bytes, state: str) -> None:
    props = b'{"default_generation_settings":{"n_ctx":4096},"model_alias":"m","total_slots":1}'
    answers = [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(props), props),
        slots,
    ]
    async with replay(b"", before=answers) as server, provider(server.url) as llama:
        health = await llama.health()
    assert (health.state, health.model, health.context_tokens) == (state, "m", 4096)


async def test_a_sleeping_model_is_not_woken_by_a_health_check() -> None:
    props = b'{"default_generation_settings":{"n_ctx":4096},"is_sleeping":true}'
    answers = [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(props), props),
    ]
    async with replay(b"", before=answers) as server, provider(server.url) as llama:
        assert (await llama.health()).state == "asleep"
    assert [request.path for request in server.requests] == ["/health", "/props"]
