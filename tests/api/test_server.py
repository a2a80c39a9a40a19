import asyncio
import resource
from pathlib import Path

import httpx
import pytest

from tests.api.conftest import Running, error_of, running, until
from tests.fakes.services import FakeReply

SAY = b'POST /v1/say HTTP/1.1\r\nHost: j\r\nContent-Length: 13\r\n\r\n{"text":"Hi"}'


async def test_connections_are_counted(api: Running) -> None:
    _, writer = await api.raw()
    await until(lambda: api.server.connections == 1)
    writer.close()
    await until(lambda: api.server.connections == 0)
    assert api.server.counters.accepted == 1


async def test_stop_closes_silent_connections_at_once(api: Running) -> None:
    reader, writer = await api.raw()
    await until(lambda: api.server.connections == 1)
    await api.server.stop(60.0)
    assert await reader.read() == b""
    writer.close()


async def test_stop_lets_a_running_reply_end(api: Running, client: httpx.AsyncClient) -> None:
    reply = FakeReply()
    api.replies.prepare = lambda _request: reply
    reply.started()
    async with client.stream("POST", "/v1/say", json={"text": "Hi"}) as response:
        pieces = response.aiter_raw()
        await anext(pieces)
        stopping = asyncio.ensure_future(api.server.stop(60.0))
        await asyncio.sleep(0)
        reply.done()
        assert b"reply.done" in b"".join([piece async for piece in pieces])
        await stopping
    assert reply.abandonments == 0


async def test_stop_cuts_what_does_not_end_in_time(api: Running) -> None:
    reply = FakeReply()
    api.replies.prepare = lambda _request: reply
    reply.started()
    reader, writer = await api.raw()
    writer.write(SAY)
    await reader.readuntil(b"\n\r\n")
    await api.server.stop(0.01)
    assert not (await reader.read()).endswith(b"0\r\n\r\n")
    assert reply.abandonments == 1
    writer.close()


async def test_what_could_not_be_begun_is_told_why(api: Running) -> None:
    api.replies.prepare = lambda _request: FakeReply()
    answer = asyncio.ensure_future(api.send(SAY))
    await until(lambda: len(api.replies.requests) == 1)
    await api.server.stop(0.01)
    assert error_of(await answer) == (503, "daemon.stopping")


async def test_what_was_answered_is_sent_whole_before_the_end(api: Running) -> None:
    reply = FakeReply()
    api.replies.prepare = lambda _request: reply
    reply.audio_piece(b"\x00" * 400_000)  # more than the socket holds
    reader, writer = await api.raw()
    writer.write(SAY.replace(b"Host: j", b"Host: j\r\nAccept: audio/wav"))
    await reader.readuntil(b"\n\r\n")
    reply.done()
    stopping = asyncio.ensure_future(api.server.stop(60.0))
    assert (await reader.read()).endswith(b"0\r\n\r\n")
    await stopping
    writer.close()


async def test_nobody_is_accepted_after_stop(api: Running) -> None:
    await api.server.stop(1.0)
    with pytest.raises(OSError, match="refused"):
        await api.raw()


async def test_a_crash_in_a_handler_is_an_error_and_not_the_end(
    api: Running, client: httpx.AsyncClient
) -> None:
    def crash(_request: object) -> FakeReply:
        raise ZeroDivisionError("secret detail")

    api.replies.prepare = crash
    response = await client.post("/v1/say", json={"text": "Hi"})
    assert response.status_code == 500
    assert response.json()["error"]["code"] == "daemon.internal"
    assert "secret detail" not in response.text
    assert (await client.get("/v1/live")).status_code == 200


@pytest.mark.slow
@pytest.mark.unguarded
async def test_an_idle_server_sleeps(tmp_path: Path) -> None:
    """With a reader of events and a kept connection: nothing runs until something happens."""
    async with running(tmp_path) as api, api.client() as client:
        await client.get("/v1/live")
        async with client.stream("GET", "/v1/events") as response:
            await anext(response.aiter_raw())
            before = resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw
            await asyncio.sleep(2.0)  # the figure is a rate: time must pass
            wake_ups = resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw - before
    assert wake_ups <= 4
