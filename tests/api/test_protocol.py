"""What the connection itself refuses, byte by byte."""

import asyncio
from pathlib import Path

import httpx
import msgspec
import pytest

from jarvisd.api.limits import REFUSED_POLITELY
from tests.api.conftest import SOON_S, Running, error_of, running, until
from tests.fakes.services import FakeReply

STATUS = b"GET /v1/status HTTP/1.1\r\nHost: j\r\n\r\n"
LAST = b"GET /v1/live HTTP/1.1\r\nHost: j\r\nConnection: close\r\n\r\n"


async def test_garbage_is_answered(api: Running) -> None:
    assert error_of(await api.send(b"\x00\x01\x02 nonsense\r\n\r\n")) == (400, "request.malformed")


async def test_too_large_a_head(api: Running) -> None:
    head = b"GET /v1/live HTTP/1.1\r\nX-Long: " + b"x" * 20_000
    assert error_of(await api.send(head)) == (431, "limit.head")
    assert error_of(await api.send(head + b"\r\n\r\n")) == (431, "limit.head")


async def test_too_many_small_headers(api: Running) -> None:
    head = b"GET /v1/live HTTP/1.1\r\n" + b"".join(b"x%d: y\r\n" % n for n in range(3_000))
    assert error_of(await api.send(head + b"\r\n")) == (431, "limit.head")


async def test_too_large_a_body_is_refused_before_it_is_sent_whole(api: Running) -> None:
    head = b"POST /v1/say HTTP/1.1\r\nHost: j\r\nContent-Length: 99999999\r\n\r\n"
    assert error_of(await api.send(head + b"x" * 1_100_000)) == (413, "limit.body")


async def test_too_large_a_body_in_chunks(api: Running) -> None:
    head = b"POST /v1/say HTTP/1.1\r\nHost: j\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    assert error_of(await api.send(head + chunk * 20)) == (413, "limit.body")


async def test_an_ordinary_client_sees_the_refusal_of_its_body(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/say", content=b"x" * 3_000_000)
    assert (response.status_code, response.json()["error"]["code"]) == (413, "limit.body")


async def test_broken_chunks(api: Running) -> None:
    head = b"POST /v1/say HTTP/1.1\r\nHost: j\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert error_of(await api.send(head + b"zz\r\nxx")) == (400, "request.malformed")


@pytest.mark.parametrize(
    "data",
    [
        b"GET /v1/st",
        b"GET /v1/status HTTP/1.1\r\nHost: j\r\n",
        b"POST /v1/say HTTP/1.1\r\nHost: j\r\nContent-Length: 100\r\n\r\n{",
    ],
)
async def test_requests_that_end_in_the_middle(api: Running, data: bytes) -> None:
    assert error_of(await api.send(data, half_close=True)) == (400, "request.incomplete")


async def test_a_half_closed_client_gets_its_answer(api: Running) -> None:
    assert b'"provider":"builtin"' in await api.send(STATUS, half_close=True)


async def test_a_half_closed_client_ends_its_stream(api: Running) -> None:
    reply = FakeReply()
    api.replies.prepare = lambda _request: reply
    say = b'POST /v1/say HTTP/1.1\r\nHost: j\r\nContent-Length: 13\r\n\r\n{"text":"Hi"}'
    await api.send(say, half_close=True)
    await until(lambda: api.server.connections == 0)
    assert reply.abandonments == len(api.replies.requests)  # none, if it was seen to leave first


async def test_slow_headers(tmp_path: Path) -> None:
    async with running(tmp_path, header_timeout_s=0.05) as api:
        assert error_of(await api.send(b"GET /v1/status HTTP/1.1\r\n")) == (408, "request.timeout")
        assert error_of(await api.send(b"")) == (408, "request.timeout")


async def test_slow_body(tmp_path: Path) -> None:
    async with running(tmp_path, body_timeout_s=0.05) as api:
        data = b"POST /v1/say HTTP/1.1\r\nHost: j\r\nContent-Length: 100\r\n\r\n{"
        assert error_of(await api.send(data)) == (408, "request.timeout")


async def test_silent_kept_connections_are_closed(tmp_path: Path) -> None:
    async with running(tmp_path, idle_timeout_s=0.05) as api:
        answer = await api.send(STATUS)
        assert answer.startswith(b"HTTP/1.1 200")
        assert api.server.counters.refused == {}


async def test_a_kept_connection_serves_many_requests(client: httpx.AsyncClient) -> None:
    for _ in range(5):
        assert (await client.get("/v1/live")).status_code == 200
        assert (await client.post("/v1/say", json={"text": "x"})).status_code == 200
        assert (await client.post("/v1/say", content=b"")).status_code == 400


async def test_pipelined_requests_are_answered_in_order(api: Running) -> None:
    answer = await api.send(STATUS * 3 + LAST)
    assert answer.count(b"HTTP/1.1 200") == 4
    assert answer.rindex(b'"live":true') > answer.rindex(b'"provider"')


async def test_junk_behind_good_requests_waits_for_its_turn(api: Running) -> None:
    answer = await api.send(STATUS * 3 + b"\x00junk\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200") == 3
    assert error_of(answer) == (400, "request.malformed")


async def test_junk_behind_good_requests_of_a_half_closed_client(api: Running) -> None:
    answer = await api.send(STATUS * 2 + b"\x00junk\r\n\r\n", half_close=True)
    assert answer.count(b"HTTP/1.1 200") == 2
    assert error_of(answer) == (400, "request.malformed")


async def test_a_large_body_does_not_count_as_the_next_head(api: Running) -> None:
    body = b'{"text":"' + b"a" * 50_000 + b'"}'
    say = b"POST /v1/say HTTP/1.1\r\nHost: j\r\nContent-Length: %d\r\n\r\n" % len(body)
    reader, writer = await api.raw()
    for part in (say, body[:30_000], body[30_000:] + LAST[:20], LAST[20:]):
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(0)
    answer = await reader.read()
    assert answer.count(b"HTTP/1.1 200") == 2
    writer.close()


async def test_too_many_pipelined_requests(api: Running) -> None:
    answer = await api.send(STATUS * 100)
    assert error_of(answer) == (429, "limit.pipeline")
    assert 0 < answer.count(b"HTTP/1.1 200") < 100


async def test_offered_upgrades_are_answered_in_plain_http(api: Running) -> None:
    answer = await api.send(
        b"GET /v1/live HTTP/1.1\r\nHost: j\r\nConnection: Upgrade, HTTP2-Settings\r\n"
        b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n"
    )
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"connection: close" in answer


async def test_expect_continue(api: Running) -> None:
    reader, writer = await api.raw()
    writer.write(
        b"POST /v1/say HTTP/1.1\r\nHost: j\r\nExpect: 100-continue\r\n"
        b"Connection: close\r\nContent-Length: 13\r\n\r\n"
    )
    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(b'{"text":"Hi"}')
    assert b"reply.done" in await reader.read()
    writer.close()


async def test_head_of_a_stream_is_not_a_request_we_take(api: Running) -> None:
    answer = await api.send(LAST.replace(b"GET", b"HEAD"))
    assert answer.startswith(b"HTTP/1.1 405")


async def test_too_many_connections_are_told_so(tmp_path: Path) -> None:
    async with running(tmp_path, max_connections=2) as api:
        kept = [await api.raw() for _ in range(2)]
        await until(lambda: api.server.connections == 2)
        assert error_of(await api.send(STATUS)) == (503, "limit.connections")
        for _, writer in kept:
            writer.close()
        await until(lambda: api.server.connections == 0)
        assert (await api.send(LAST)).startswith(b"HTTP/1.1 200")


async def test_a_flood_of_connections_is_bounded(tmp_path: Path) -> None:
    async with running(tmp_path, max_connections=2) as api:
        flood = [await api.raw() for _ in range(60)]
        answers = [reader.read() for reader, _ in flood[2:]]
        found = await asyncio.wait_for(asyncio.gather(*answers), SOON_S)
        assert {error_of(answer)[0] for answer in found} == {503}
        for _, writer in flood:
            writer.close()
        await until(lambda: api.server.connections == 0)


async def test_only_some_refusals_wait_for_a_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are told at once, or a flood of silent connections would fill the table."""
    monkeypatch.setattr("jarvisd.api.connection.REFUSED_TIMEOUT_S", 1_000.0)
    async with running(tmp_path, max_connections=2) as api:
        flood = [await api.raw() for _ in range(60)]
        reads = [asyncio.ensure_future(reader.read()) for reader, _ in flood]
        await until(lambda: sum(read.done() for read in reads) == 60 - 2 - REFUSED_POLITELY)
        assert api.server.connections == 2 + REFUSED_POLITELY
        for _, writer in flood:
            writer.close()
        await asyncio.gather(*reads, return_exceptions=True)


async def test_who_goes_on_sending_after_a_refusal_is_cut(
    api: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jarvisd.api.transport.LINGER_S", 1_000.0)
    _, writer = await api.raw()
    writer.write(b"\x00\r\n\r\n")
    writer.write(b"x" * 9 * 1024 * 1024)
    await until(lambda: api.server.connections == 0 and api.server.counters.accepted == 1)
    writer.close()


async def test_refusals_are_counted_by_code(api: Running) -> None:
    await api.send(b"\x00\r\n\r\n")
    assert api.server.counters.refused == {"request.malformed": 1}


async def test_a_denied_request_does_not_wait_for_its_body(api: Running) -> None:
    head = b"PUT /v1/say HTTP/1.1\r\nHost: j\r\nContent-Length: 100\r\n\r\n"
    reader, writer = await api.raw()
    writer.write(head)
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 405")
    body = msgspec.json.decode(await reader.readline())
    assert body["error"]["code"] == "request.method"
    writer.close()
