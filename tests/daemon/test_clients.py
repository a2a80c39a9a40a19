"""Clients that stop reading, vanish or send rubbish: the daemon stays, and nothing of them does."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from tests.fakes.conducted import Conducted
from tests.support.daemon import LONG_S, RunningDaemon, running_daemon
from tests.support.turn import Turn, listening, turn, until

LONG_TEXT = "This is one of the very many sentences that nobody ever wants to hear. " * 150
IMPATIENT: Mapping[str, object] = {
    "api.write_timeout_s": 0.5,
    "api.header_timeout_s": 0.5,
    "api.body_timeout_s": 0.5,
    "speech.look_ahead_s": 600,
    "speech.slots": 1,  # one worker and its spare, whatever happens: they can be counted
}


def reply_post(text: str, accept: str) -> bytes:
    body = b'{"text": "%s"}' % text.encode()
    return (
        f"POST /v1/say HTTP/1.1\r\nHost: j\r\nAccept: {accept}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


@asynccontextmanager
async def nothing_left(daemon: RunningDaemon) -> AsyncIterator[None]:
    """As many descriptors, children, connections and replies afterwards as before."""
    before = await counts(daemon)
    yield
    after: dict[str, int] = {}
    with suppress(TimeoutError):
        async with asyncio.timeout(LONG_S):
            while after != before:
                after = await counts(daemon)
                await asyncio.sleep(0.05)
    assert after == before


async def counts(daemon: RunningDaemon) -> dict[str, int]:
    status = await daemon.until(
        lambda status: (
            len([w for w in status["workers"] if w["state"] == "idle"]) == 2
            and len(status["workers"]) == 2
        )
    )
    return {
        "descriptors": daemon.descriptors(),
        "children": len(daemon.children()),
        "connections": status["connections"],
        "slots": status["slots_in_use"],
        "making": sum(1 for reply in status["replies"] if reply["state"] == "running"),
    }


async def connect(daemon: RunningDaemon) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_unix_connection(str(daemon.socket), limit=1024)


async def test_a_client_that_stops_reading_is_dropped_and_its_reply_interrupted(
    tmp_path: Path,
) -> None:
    async with running_daemon(tmp_path, settings=IMPATIENT) as daemon, nothing_left(daemon):
        for accept in ("application/x-ndjson", "audio/L16", "audio/wav"):
            _, writer = await connect(daemon)
            text = LONG_TEXT * (8 if accept.endswith("ndjson") else 1)
            writer.write(reply_post(text, accept))
            await daemon.until(lambda status: any(map(_making, status["replies"])))
            await daemon.until(lambda status: not any(map(_making, status["replies"])))
            writer.close()
    assert daemon.log.count("connection.stalled") == 3
    assert daemon.log.count("reply.abandoned") == 3


def _making(reply: Mapping[str, object]) -> bool:
    return reply["state"] == "running"


async def test_a_second_listener_that_stops_reading_disturbs_nobody(tmp_path: Path) -> None:
    async with running_daemon(tmp_path, settings=IMPATIENT) as daemon, nothing_left(daemon):
        async with (
            turn(daemon, "/v1/say", {"text": LONG_TEXT[:7_000]}) as said,
            listening(daemon, said.id, paced=False) as listener,
            listening(daemon, said.id, paced=False, start=False),
        ):
            done = await said.end()
            assert await listener.end() == done["samples"]
            await until(lambda: "connection.stalled" in daemon.log)
        assert done["type"] == "reply.done"


async def test_clients_that_vanish_leave_nothing(tmp_path: Path) -> None:
    async with running_daemon(tmp_path, settings=IMPATIENT) as daemon, nothing_left(daemon):
        for number in range(20):
            _, writer = await connect(daemon)
            accept = "audio/L16" if number % 2 else "application/x-ndjson"
            writer.write(reply_post("This is a sentence. " * 20, accept))
            await writer.drain()
            if number % 4 < 2:
                await daemon.get("/v1/live")  # long enough for the reply to have begun
            writer.transport.abort()
            await daemon.until(lambda status: not any(map(_making, status["replies"])))


RUBBISH: tuple[bytes, ...] = (
    b"GET\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"POST /v1/say HTTP/1.1\r\nHost: j\r\nContent-Length: 5\r\n\r\n{\xff\xfe}}",
    b"POST /v1/say HTTP/1.1\r\nHost: j\r\nContent-Length: 9999999\r\n\r\n",
    b'POST /v1/say HTTP/1.1\r\nHost: j\r\nContent-Length: 12\r\n\r\n{"text": 12}',
    b'POST /v1/say HTTP/1.1\r\nHost: j\r\nContent-Length: 24\r\n\r\n{"text": "a", "texts": 1}',
    b'POST /v1/replies HTTP/1.1\r\nHost: j\r\nContent-Length: 50\r\n\r\n{"text":',
    b"GET /v1/replies/nobody HTTP/1.1\r\nHost: j\r\n\r\n",
    b"GET /v1/status HTTP/1.1\r\nHost: j\r\nX: " + b"x" * 30_000 + b"\r\n\r\n",
    b"GET /v1/sta",
)


async def test_rubbish_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    async with running_daemon(tmp_path, settings=IMPATIENT) as daemon, nothing_left(daemon):
        async with turn(daemon, "/v1/say", {"text": "This is a sentence. " * 10}) as said:
            for _ in range(5):
                await asyncio.gather(*(_send(daemon, each) for each in RUBBISH * 4))
            assert (await said.end())["type"] == "reply.done"
        assert (await daemon.get("/v1/live"))["live"]
    assert "crashed" not in daemon.log


async def _send(daemon: RunningDaemon, request: bytes) -> None:
    """Half of the clients end their request, the others wait for what comes."""
    reader, writer = await connect(daemon)
    try:
        writer.write(request)
        if len(request) % 2:
            writer.write_eof()
        answer = await asyncio.wait_for(reader.read(100), LONG_S)
        assert answer.startswith(b"HTTP/1.1 4"), (request[:80], answer)
    except ConnectionResetError:
        pass  # refused while we still sent
    finally:
        writer.close()


@pytest.mark.slow
async def test_many_turns_leave_nothing(tmp_path: Path) -> None:
    question = {"text": "What time is it?"}
    async with running_daemon(tmp_path, settings=IMPATIENT) as daemon:
        await daemon.all_events("/v1/replies", question)  # opens what stays open
        async with nothing_left(daemon):
            for number in range(15):
                async with turn(daemon, "/v1/replies", question) as answer:
                    if number % 3 == 0:
                        await answer.post("interrupt")
                    await answer.end()


async def test_no_more_replies_are_made_at_a_time_than_allowed(
    tmp_path: Path, model: Conducted
) -> None:
    """The model never answers, so that every reply that began keeps its place."""
    settings = {"reply.max_active": 2}
    async with running_daemon(tmp_path, llm_url=model.url, settings=settings) as daemon:
        asking = [
            asyncio.create_task(daemon.client.post("/v1/replies", json={"text": f"{number}?"}))
            for number in range(10)
        ]
        await until(lambda: sum(task.done() for task in asking) == 8)
        refused = [task.result() for task in asking if task.done()]
        assert {answer.status_code for answer in refused} == {429}
        assert {answer.json()["error"]["code"] for answer in refused} == {"limit.replies"}
        for task in asking:
            task.cancel()
        await daemon.until(lambda status: not status["replies"])
        async with turn(daemon, "/v1/replies", {"text": "And now?"}) as answer:
            await answer.post("interrupt")


async def test_a_client_that_lost_its_line_resumes_its_reply(tmp_path: Path) -> None:
    request = {"text": "This is a sentence. " * 5, "on_disconnect": "continue"}
    async with running_daemon(tmp_path, settings=IMPATIENT) as daemon:
        async with turn(daemon, "/v1/say", request) as said:
            await said.until("chunk")
            seen = len(said.events)
            await said.vanish()
            path = f"/v1/replies/{said.id}/events?since={seen}"
            rest = (await daemon.client.get(path)).text.splitlines()
        events = [*said.events[:seen], *map(json.loads, rest)]
        assert [event["seq"] for event in events] == list(range(len(events)))
        assert events[-1]["type"] == "reply.done"
        missing = await daemon.client.get("/v1/replies/r-nobody/events?since=3")
        assert (missing.status_code, missing.json()["error"]["code"]) == (404, "reply.unknown")


async def test_a_client_that_hangs_up_before_its_turn_leaves_no_question(
    tmp_path: Path, model: Conducted
) -> None:
    question = {"conversation": "c", "speak": False}
    async with running_daemon(tmp_path, llm_url=model.url) as daemon:
        async with turn(daemon, "/v1/replies", question | {"text": "One?"}) as first:
            second = Turn(daemon, "/v1/replies", question | {"text": "Two?"})
            await daemon.until(lambda status: status["connections"] == 3)
            await second.vanish()
            await daemon.until(lambda status: status["connections"] == 2)
            model.answer("It is one.")
            await first.end()
        model.answer("It is three.")
        await daemon.all_events("/v1/replies", question | {"text": "Three?"})
        found = (await daemon.get("/v1/conversations/c"))["messages"]
    assert [each["text"] for each in found] == ["One?", "It is one.", "Three?", "It is three."]
    assert model.prompt(1) == ["One?", "It is one.", "Three?"]
