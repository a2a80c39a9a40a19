"""A language model that dies, hangs, comes back, or is not there at all."""

import asyncio
import signal
from pathlib import Path

import pytest

from tests.fakes.hostile_model import SCENARIOS, hostile
from tests.support.daemon import LONG_S, RunningDaemon, running_daemon
from tests.support.llama_server import free_port, llama_server
from tests.support.tiny_model import tiny_model
from tests.support.turn import Turn, listening, turn

QUESTION = {"text": "What is the weather today?", "conversation": "c"}


async def check_failed(daemon: RunningDaemon, answer: Turn) -> str:
    """The words so far were spoken and remembered, and the end says why; returns the code."""
    async with listening(daemon, answer.id, paced=False) as listener:
        failed = await answer.end()
        await listener.end()
    assert listener.cut
    assert failed["type"] == "reply.failed"
    assert failed["error"]["message"]
    assert failed["error"]["hint"]
    assert failed["text"] == "".join(event["text"] for event in answer.of("token"))
    assert failed["totals"]["spoken"] == failed["totals"]["utterances"] > 0
    assert listener.samples >= answer.of("chunk")[-1]["position"]
    conversation = await daemon.get("/v1/conversations/c")
    assert conversation["messages"][-1]["text"] == failed["text"]
    assert (await daemon.get("/v1/live"))["live"]
    return str(failed["error"]["code"])


@pytest.mark.slow
async def test_a_model_that_is_killed_and_started_again(tmp_path: Path) -> None:
    port = free_port()
    async with running_daemon(tmp_path, llm_url=f"http://127.0.0.1:{port}") as daemon:
        with llama_server(tiny_model("endless"), port=port) as server:
            await _connected(daemon)
            async with turn(daemon, "/v1/replies", QUESTION) as answer:
                await answer.until("utterance")
                server.send(signal.SIGKILL)
                code = await check_failed(daemon, answer)
        assert code.startswith("llm.")
        absent = await daemon.all_events("/v1/replies", QUESTION)
        assert absent[0]["provider"] == "builtin"
        assert absent[-1]["type"] == "reply.done"
        with llama_server(tiny_model(), port=port):
            await _connected(daemon)
            events = await daemon.all_events("/v1/replies", QUESTION)
        assert (events[0]["provider"], events[-1]["type"]) == ("llama-server", "reply.done")


async def _connected(daemon: RunningDaemon) -> None:
    """Bad news is cached for a moment; ask until the model is seen."""
    async with asyncio.timeout(LONG_S):
        while True:
            ready = await daemon.get("/v1/ready")
            if any((c["name"], c["state"]) == ("llm", "ready") for c in ready["components"]):
                return
            await asyncio.sleep(0.1)


async def test_a_model_that_hangs_is_given_up_and_used_again_when_it_goes_on(
    tmp_path: Path,
) -> None:
    settings = {"llm.token_timeout_s": 0.5}
    with llama_server(tiny_model("endless")) as server:
        async with running_daemon(tmp_path, llm_url=server.url, settings=settings) as daemon:
            async with turn(daemon, "/v1/replies", QUESTION) as answer:
                await answer.until("utterance")
                server.send(signal.SIGSTOP)
                code = await check_failed(daemon, answer)
            assert code.startswith("llm.")
            server.send(signal.SIGCONT)
            await asyncio.to_thread(server.wait_until_idle)
            body = QUESTION | {"max_tokens": 20}
            events = await daemon.all_events("/v1/replies", body)
            assert (events[0]["provider"], events[-1]["type"]) == ("llama-server", "reply.done")


async def test_without_a_model_the_builtin_assistant_answers(daemon: RunningDaemon) -> None:
    events = await daemon.all_events("/v1/replies", {"text": "What time is it?"})
    assert (events[0]["provider"], events[-1]["type"]) == ("builtin", "reply.done")
    assert events[-1]["totals"]["spoken"] > 0
    components = {c["name"]: c for c in (await daemon.get("/v1/ready"))["components"]}
    assert components["llm"]["state"] == "degraded"
    assert components["llm"]["hint"]


async def test_a_model_that_is_well_and_hangs_makes_one_question_wait(tmp_path: Path) -> None:
    """Its health says ready, and five of five questions used to wait the whole limit."""
    hangs = next(each for each in SCENARIOS if each.name == "headers and then nothing")
    settings = {"llm.first_token_timeout_s": 0.3, "llm.retry_wait_s": 600}
    async with (
        hostile(hangs) as url,
        running_daemon(tmp_path, llm_url=url, settings=settings) as daemon,
    ):
        await _connected(daemon)
        first = await daemon.all_events("/v1/replies", QUESTION)
        assert first[-1]["error"]["code"] == "llm.first_token_timeout"
        for _ in range(4):
            events = await daemon.all_events("/v1/replies", QUESTION)
            assert (events[0]["provider"], events[-1]["type"]) == ("builtin", "reply.done")
        status = await daemon.get("/v1/status")
        (llm,) = [part for part in status["components"] if part["name"] == "llm"]
        assert (llm["state"], status["provider"]) == ("degraded", "builtin")
        assert "1 question failed. llama-server did not begin to answer" in llm["reason"]
        assert "It is asked again in" in llm["reason"]
        assert "The builtin provider answers instead." in llm["reason"]
        assert llm["hint"]


async def test_a_model_that_fails_is_refused_with_a_time_where_nobody_else_may_answer(
    tmp_path: Path,
) -> None:
    hangs = next(each for each in SCENARIOS if each.name == "headers and then nothing")
    settings = {
        "llm.first_token_timeout_s": 0.3,
        "llm.retry_wait_s": 600,
        "llm.provider": "llama-server",
    }
    async with (
        hostile(hangs) as url,
        running_daemon(tmp_path, llm_url=url, settings=settings) as daemon,
    ):
        asked = await daemon.all_events("/v1/replies", QUESTION)
        refused = await daemon.client.post("/v1/replies", json=QUESTION)
        assert refused.status_code >= 500
        error = refused.json()["error"]
        assert error["code"] == "llm.paused"
        assert 0 < error["retry_after_s"] <= 600
        assert 0 < int(refused.headers["retry-after"]) <= 600
        conversation = await daemon.get("/v1/conversations/c")
        (question,) = conversation["messages"]
        assert (question["role"], question["reply"]) == ("user", asked[0]["reply"])
