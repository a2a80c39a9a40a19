"""The provider against a real llama-server, in the states that one can be brought into."""

import asyncio
import signal
from contextlib import aclosing
from pathlib import Path

import pytest

from jarvisd.errors import LlmError
from jarvisd.llm.model import (
    Completion,
    HeadersReceived,
    Message,
    Prompt,
    PromptProgress,
    ReasoningDelta,
    TextDelta,
)
from jarvisd.llm.providers.llama_server.provider import LlamaServer
from tests.llm.asking import QUESTION, collect, provider, text
from tests.support.daemon import LONG_S
from tests.support.llama_server import RunningServer, free_port, llama_server
from tests.support.tiny_model import tiny_model


async def until_idle(server: RunningServer) -> None:
    await asyncio.to_thread(server.wait_until_idle)


# --- answers ------------------------------------------------------------------------------------


async def test_an_answer_streams_token_by_token(server: RunningServer) -> None:
    async with provider(server.url) as llama:
        events = await collect(llama)
    assert events[0] == HeadersReceived()
    assert isinstance(events[1], PromptProgress)
    assert sum(isinstance(event, TextDelta) for event in events) > 5
    assert text(events)[-1] in ".?"
    end = events[-1]
    assert isinstance(end, Completion)
    assert end.finish_reason == "stop"
    assert end.model.endswith(".gguf")
    assert end.prompt_tokens > end.cached_tokens >= 0
    assert end.completion_tokens > 5
    assert end.completion_ms > 0


async def test_the_same_seed_gives_the_same_answer(server: RunningServer) -> None:
    async with provider(server.url) as llama:
        assert text(await collect(llama)) == text(await collect(llama))


async def test_thoughts_are_kept_apart(server: RunningServer) -> None:
    async with provider(server.url, thinking=True) as llama:
        events = await collect(llama)
    assert any(isinstance(event, ReasoningDelta) for event in events)
    assert text(events)
    assert "think" not in text(events)


async def test_without_thinking_there_are_no_thoughts(server: RunningServer) -> None:
    async with provider(server.url) as llama:
        events = await collect(llama)
    assert not any(isinstance(event, ReasoningDelta) for event in events)


async def test_the_limit_of_tokens_is_a_normal_end(server: RunningServer) -> None:
    async with provider(server.url, max_tokens=50) as llama:
        end = (await collect(llama, Prompt(QUESTION.messages, max_tokens=3)))[-1]
    assert isinstance(end, Completion)
    assert (end.finish_reason, end.completion_tokens) == ("length", 3)


async def test_over_a_unix_socket(tmp_path: Path) -> None:
    with llama_server(tiny_model(), uds=tmp_path / "llama.sock") as server:
        async with provider(server.url) as llama:
            assert (await llama.health()).state == "ready"
            assert text(await collect(llama))


# --- health -------------------------------------------------------------------------------------


async def test_health_of_a_ready_server(server: RunningServer) -> None:
    async with provider(server.url) as llama:
        health = await llama.health()
    assert (health.state, health.context_tokens) == ("ready", 2048)
    assert health.model.endswith(".gguf")


async def test_absent_names_the_command_that_helps() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    async with provider(url) as llama:
        health = await llama.health()
        with pytest.raises(LlmError, match="connection refused") as raised:
            await collect(llama)
    assert health.state == "absent"
    assert "llama-server -m MODEL.gguf --port" in health.hint
    assert (raised.value.code, raised.value.hint) == ("llm.unreachable", health.hint)


async def test_absent_socket(tmp_path: Path) -> None:
    async with provider(f"unix:{tmp_path}/none.sock") as llama:
        health = await llama.health()
    assert health.state == "absent"
    assert f"--host {tmp_path}/none.sock" in health.hint


async def test_busy_while_all_slots_are_taken(endless: RunningServer) -> None:
    async with provider(endless.url, max_tokens=0) as llama:
        async with aclosing(llama.stream(QUESTION)) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    break
            assert (await llama.health()).state == "busy"
        await until_idle(endless)
        assert (await llama.health()).state == "ready"


# --- the API key --------------------------------------------------------------------------------


async def test_the_api_key_is_read_from_its_file(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("secret\n")
    with llama_server(tiny_model(), extra_args=["--api-key", "secret"]) as server:
        async with provider(server.url, api_key_file=str(key)) as llama:
            assert (await llama.health()).state == "ready"
            assert text(await collect(llama))
            key.write_text("wrong")
            assert (await llama.health()).state == "denied"
            with pytest.raises(LlmError, match="Invalid API Key") as raised:
                await collect(llama)
    assert raised.value.code == "llm.denied"
    assert "llm.api_key_file" in raised.value.hint


async def test_systemd_may_hand_the_api_key_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    credential = tmp_path / "llama-api-key"
    credential.write_text("secret\n")
    with llama_server(tiny_model(), extra_args=["--api-key", "secret"]) as server:
        async with provider(server.url) as llama:
            assert text(await collect(llama))
            credential.write_text("\n")  # what the unit hands over where there is no key
            with pytest.raises(LlmError) as raised:
                await collect(llama)
    assert raised.value.code == "llm.denied"


async def test_a_key_file_that_is_missing_is_reported(server: RunningServer) -> None:
    async with provider(server.url, api_key_file="/nonexistent/key") as llama:
        health = await llama.health()
        with pytest.raises(LlmError, match="/nonexistent/key") as raised:
            await collect(llama)
    assert (health.state, raised.value.code) == ("denied", "llm.denied")


# --- refusals -----------------------------------------------------------------------------------


async def test_a_prompt_too_long_says_by_how_much(server: RunningServer) -> None:
    long = Prompt((Message("user", "word " * 5_000),))
    async with provider(server.url) as llama:
        with pytest.raises(LlmError, match=r"\d+ tokens into 2048") as raised:
            await collect(llama, long)
    assert raised.value.code == "llm.overflow"
    assert "llm.history_messages" in raised.value.hint


async def test_a_refused_request_is_reported(server: RunningServer) -> None:
    async with provider(server.url + "/elsewhere") as llama:
        with pytest.raises(LlmError, match="File Not Found") as raised:
            await collect(llama)
    assert raised.value.code == "llm.rejected"
    assert "llm.url" in raised.value.hint


async def test_headers_are_no_promise_of_a_token_soon(endless: RunningServer) -> None:
    long = Prompt((Message("user", "The weather today is sunny. " * 150),))
    async with provider(endless.url, first_token_timeout_s=0.05) as llama:
        with pytest.raises(LlmError) as raised:
            await collect(llama, long)
    assert raised.value.code == "llm.first_token_timeout"
    await until_idle(endless)


# --- cancelling ---------------------------------------------------------------------------------


async def test_closing_the_generator_frees_the_slot(endless: RunningServer) -> None:
    async with provider(endless.url, max_tokens=0) as llama:
        for _ in range(3):
            stream = llama.stream(QUESTION)
            async for event in stream:
                if isinstance(event, TextDelta):
                    break
            assert await asyncio.to_thread(endless.busy)
            await stream.aclose()
            await until_idle(endless)


async def test_cancelling_the_task_frees_the_slot(endless: RunningServer) -> None:
    started = asyncio.Event()

    async def generate(llama: LlamaServer) -> None:
        async with aclosing(llama.stream(QUESTION)) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    started.set()

    async with provider(endless.url, max_tokens=0) as llama:
        task = asyncio.create_task(generate(llama))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until_idle(endless)


async def test_neither_answers_nor_cancels_leak_descriptors(endless: RunningServer) -> None:
    def descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    async with provider(endless.url, max_tokens=3) as llama:
        await collect(llama)
        before = descriptors()
        for _ in range(20):
            await collect(llama)
            stream = llama.stream(QUESTION)
            await anext(stream)
            await stream.aclose()
        assert descriptors() <= before


async def test_a_second_request_waits_for_the_slot(endless: RunningServer) -> None:
    short = Prompt(QUESTION.messages, max_tokens=3)
    async with provider(endless.url, max_tokens=0) as llama:
        stream = llama.stream(QUESTION)
        assert await anext(stream) == HeadersReceived()
        waiting = asyncio.create_task(collect(llama, short))
        for _ in range(20):
            await anext(stream)
        assert not waiting.done()
        await stream.aclose()
        assert isinstance((await waiting)[-1], Completion)
    await until_idle(endless)


async def test_waiting_for_the_slot_ends_with_busy(endless: RunningServer) -> None:
    async with (
        provider(endless.url, max_tokens=0) as llama,
        provider(endless.url, headers_timeout_s=0.1) as impatient,
        aclosing(llama.stream(QUESTION)) as stream,
    ):
        await anext(stream)
        with pytest.raises(LlmError, match="busy") as raised:
            await collect(impatient)
    assert raised.value.code == "llm.busy"
    assert raised.value.retry_after_s
    await until_idle(endless)


# --- a server that ends, stops, starts ----------------------------------------------------------


async def strike(llama: LlamaServer, server: RunningServer, number: signal.Signals) -> str:
    """Send a signal at the first text; the error with which the stream then ends."""
    struck = False
    try:
        async with aclosing(llama.stream(QUESTION)) as events:
            async for event in events:
                if isinstance(event, TextDelta) and not struck:
                    server.send(number)
                    struck = True
    except LlmError as error:
        assert struck
        return error.code
    pytest.fail("the stream ended without an error")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_a_server_that_ends_truncates_the_answer(
    doomed: RunningServer, number: signal.Signals
) -> None:
    # On a busy machine it may take a while to obey.
    async with provider(doomed.url, max_tokens=0, token_timeout_s=LONG_S) as llama:
        assert await strike(llama, doomed, number) == "llm.truncated"
        await asyncio.to_thread(doomed.process.wait, LONG_S)
        assert (await llama.health()).state == "absent"


async def test_a_suspended_server_is_noticed(doomed: RunningServer) -> None:
    async with provider(doomed.url, max_tokens=0, token_timeout_s=0.5) as llama:
        assert await strike(llama, doomed, signal.SIGSTOP) == "llm.stalled"
        assert (await llama.health()).state == "failed"
        doomed.send(signal.SIGCONT)
        await until_idle(doomed)
        assert text(await collect(llama, Prompt(QUESTION.messages, max_tokens=5)))


async def test_after_a_restart_everything_works_again() -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    async with provider(url, max_tokens=0, token_timeout_s=LONG_S) as llama:
        with llama_server(tiny_model("endless"), port=port) as server:
            assert await strike(llama, server, signal.SIGKILL) == "llm.truncated"
        with llama_server(tiny_model(), port=port):
            assert isinstance((await collect(llama))[-1], Completion)


@pytest.mark.slow
async def test_a_server_that_is_still_loading_is_waited_for() -> None:
    with llama_server(tiny_model("slow"), wait=False) as server:
        assert await asyncio.to_thread(server.wait_until_listening) == 503
        async with provider(server.url, loading_timeout_s=60, max_tokens=3) as llama:
            assert (await llama.health()).state == "loading"
            assert text(await collect(llama))


async def test_a_sleeping_model_wakes_up_for_a_question() -> None:
    sleepy = ["--sleep-idle-seconds", "1"]
    with llama_server(tiny_model(), extra_args=sleepy) as server:
        async with provider(server.url) as llama:
            await asyncio.to_thread(server.wait_until_asleep)
            assert (await llama.health()).state == "asleep"
            assert text(await collect(llama))
