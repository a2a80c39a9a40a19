"""Bodies that are read as they come, and WebSockets: on routes that only this test has."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from random import Random

import msgspec
import pytest
from wsproto.events import CloseConnection, Event, Ping, Pong, TextMessage

from jarvisd.api.access import Role
from jarvisd.api.exchange import (
    Document,
    Exchange,
    Messages,
    Stream,
    StreamedBody,
    route,
    websocket,
)
from jarvisd.api.openapi import describe
from jarvisd.api.websocket import WebSocket
from jarvisd.config.settings import ApiSettings, Settings
from jarvisd.errors import RequestError
from tests.api.conftest import Running, error_of, running, until
from tests.api.test_access import NEEDS_ROOT, request_as
from tests.api.websocket_client import Client

MIB = 1024 * 1024
AN_HOUR = StreamedBody(("audio/L16",), 3_600.0)


@route("POST /echo", Role.OPERATOR, streamed_body=AN_HOUR, streams=("audio/L16",))
async def echo(exchange: Exchange) -> Stream:
    """Give back what comes, while it comes."""

    async def pieces() -> AsyncGenerator[bytes, None]:
        assert exchange.pieces is not None
        async for piece in exchange.pieces:
            yield piece

    return Stream("audio/L16", pieces())


@route("POST /count", Role.OPERATOR, streamed_body=StreamedBody(("audio/L16",), 0.1))
async def count(exchange: Exchange) -> Document:
    """Count the bytes that come."""
    assert exchange.pieces is not None
    return Document(b"%d" % sum([len(piece) async for piece in exchange.pieces]))


@route("POST /ignore", Role.OPERATOR, streamed_body=AN_HOUR)
async def ignore(_exchange: Exchange) -> Document:
    """Read nothing."""
    await asyncio.Event().wait()
    raise AssertionError


left: list[str] = []


@route("POST /collect", Role.OPERATOR, streamed_body=AN_HOUR)
async def collect(exchange: Exchange) -> Document:
    """Read all, and say when that is over."""
    assert exchange.pieces is not None
    try:
        async for piece in exchange.pieces:
            left.append(f"piece {len(piece)}")  # noqa: PERF401 - each as it comes
    finally:
        left.append("collect")
    return Document(b"")


@route("POST /begin", Role.OPERATOR, streamed_body=AN_HOUR, streams=("audio/L16",))
async def begin(_exchange: Exchange) -> Stream:
    """Begin an answer, and neither read nor end."""

    async def pieces() -> AsyncGenerator[bytes, None]:
        yield b"begun"
        await asyncio.Event().wait()

    return Stream("audio/L16", pieces())


@websocket("/talk", Role.OPERATOR)
async def talk(_exchange: Exchange, socket: Messages) -> None:
    """Answer each message with itself."""
    try:
        async for message in socket.messages():
            if message == "fail":
                raise RequestError("as asked")
            if message == "bye":
                return
            await socket.send(message)
    finally:
        left.append("talk")


@websocket("/listen", Role.OPERATOR)
async def listen(_exchange: Exchange, _socket: Messages) -> None:
    """Never read a message."""
    try:
        await asyncio.Event().wait()
    finally:
        left.append("listen")


@websocket("/secret", Role.ADMIN)
async def secret(_exchange: Exchange, _socket: Messages) -> None:
    """Only for administrators."""


ROUTES = (echo, count, ignore, collect, begin, talk, listen, secret)
HEAD = b"POST %b HTTP/1.1\r\nHost: j\r\nContent-Type: audio/L16\r\n"


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Running]:
    left.clear()
    async with running(tmp_path, routes=ROUTES) as found:
        yield found


# --- bodies -------------------------------------------------------------------------------------


async def test_a_body_is_answered_while_it_is_sent(api: Running) -> None:
    reader, writer = await api.raw()
    writer.write(HEAD % b"/echo" + b"Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    assert await reader.readuntil(b"one\r\n") == b"3\r\none\r\n"
    writer.write(b"3\r\ntwo\r\n")
    assert await reader.readuntil(b"two\r\n") == b"3\r\ntwo\r\n"
    writer.write(b"0\r\n\r\n")
    assert await reader.readuntil(b"0\r\n\r\n") == b"0\r\n\r\n"
    writer.write(HEAD % b"/count" + b"Content-Length: 2\r\n\r\nhi")  # the connection goes on
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    writer.close()


async def test_a_stream_may_be_larger_than_a_body_of_json(tmp_path: Path) -> None:
    async with running(tmp_path, routes=ROUTES) as api, api.client() as client:
        found = await client.post(
            "/count", content=b"x" * 3 * MIB, headers={"Content-Type": "audio/L16"}
        )
        assert found.json() == 3 * MIB


async def test_a_sender_is_held_back_when_nobody_reads(api: Running) -> None:
    reader, writer = await api.raw()
    writer.transport.set_write_buffer_limits(high=MIB)
    writer.write(HEAD % b"/ignore" + b"Content-Length: %d\r\n\r\n" % (64 * MIB))
    writer.write(b"x" * (8 * MIB))
    drained = asyncio.ensure_future(writer.drain())
    await until(lambda: api.server.connections == 1)
    (connection,) = api.server.counters.each()
    await until(lambda: connection._client._held)
    assert connection._newest.body.buffered < MIB  # type: ignore[attr-defined]
    assert not drained.done()
    drained.cancel()
    writer.transport.abort()
    del reader


async def test_a_stream_that_takes_too_long_is_refused(api: Running) -> None:
    reader, writer = await api.raw()
    writer.write(HEAD % b"/count" + b"Content-Length: 9\r\n\r\nx")
    assert error_of(await reader.read()) == (408, "request.timeout")
    writer.close()


async def test_a_stream_that_breaks_off_cuts_its_answer(api: Running) -> None:
    reader, writer = await api.raw()
    writer.write(HEAD % b"/echo" + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n")
    assert (await reader.readuntil(b"1\r\nx\r\n")).startswith(b"HTTP/1.1 200")
    writer.write(b"zz")
    assert await reader.read() == b""
    writer.close()


async def test_a_broken_body_cuts_an_answer_that_does_not_read_it(api: Running) -> None:
    reader, writer = await api.raw()
    writer.write(HEAD % b"/begin" + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n")
    await reader.readuntil(b"begun\r\n")
    writer.write(b"zz")
    assert await reader.read() == b""
    writer.close()
    await until(lambda: api.server.connections == 0)


async def test_a_lost_connection_ends_who_reads_its_body(api: Running) -> None:
    _, writer = await api.raw()
    writer.write(HEAD % b"/collect" + b"Content-Length: 9\r\n\r\nx")
    await until(lambda: left == ["piece 1"])
    for connection in api.server.counters.each():
        connection.abort()
    await until(lambda: left == ["piece 1", "collect"])
    writer.close()


async def test_a_stream_is_of_the_type_that_its_route_takes(api: Running) -> None:
    async with api.client() as client:
        for kind in ("text/plain", "application/json", ""):
            answer = await client.post("/count", content=b"x", headers={"Content-Type": kind})
            assert answer.status_code == 415


def test_openapi_describes_streams_and_websockets() -> None:
    paths = msgspec.json.decode(describe(ROUTES))["paths"]
    assert set(paths["/echo"]["post"]["requestBody"]["content"]) == {"audio/L16"}
    assert set(paths["/talk"]["get"]["responses"]) == {"101", "default"}


# --- WebSockets ---------------------------------------------------------------------------------


async def test_messages_go_both_ways(api: Running) -> None:
    async with Client.connected(api, "/talk") as client:
        for message in ("hello", b"\x00\xff", "", "ü" * 40_000):
            client.send(message)
            assert await client.message() == message
        client.send(TextMessage("in ", message_finished=False))
        client.send(TextMessage("two"))
        assert await client.message() == "in two"
        client.send("bye")
        assert await client.closed() == 1000
    await until(lambda: api.server.connections == 0)


async def test_what_comes_with_the_handshake_is_read(api: Running) -> None:
    reader, writer = await api.raw()
    client = Client(reader, writer)
    masked_hi = bytes([0x81, 0x82, 0, 0, 0, 0]) + b"hi"
    writer.write(
        b"GET /talk HTTP/1.1\r\nHost: j\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        + masked_hi
    )
    head = await reader.readuntil(b"\r\n\r\n")
    assert b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head
    assert await reader.readexactly(4) == b"\x81\x02hi"
    client.writer.close()


async def test_a_client_that_closes_ends_its_handler(api: Running) -> None:
    async with Client.connected(api, "/talk") as client:
        client.send(CloseConnection(code=1000))
        assert await client.closed() == 1000
        await until(lambda: left == ["talk"])


async def test_a_client_that_vanishes_ends_its_handler(api: Running) -> None:
    async with Client.connected(api, "/listen"):
        assert left == []
    await until(lambda: left == ["listen"])
    await until(lambda: api.server.connections == 0)


async def test_an_error_closes_with_its_reason(api: Running) -> None:
    async with Client.connected(api, "/talk") as client:
        client.send("fail")
        assert await client.closed() == 1011


async def test_a_server_that_stops_says_goodbye(api: Running) -> None:
    async with Client.connected(api, "/listen") as client:
        stopping = asyncio.ensure_future(api.server.stop(10.0))
        assert await client.closed() == 1001
        client.writer.close()
        await stopping


async def test_pings_are_answered(api: Running) -> None:
    async with Client.connected(api, "/talk") as client:
        client.send(Ping(payload=b"there?"))
        answer = await client.next()
        assert isinstance(answer, Pong)
        assert answer.payload == b"there?"


async def test_pings_do_not_keep_a_silent_websocket_open(tmp_path: Path) -> None:
    async with (
        running(tmp_path, routes=ROUTES, idle_timeout_s=0.3) as api,
        Client.connected(api, "/talk") as client,
    ):

        async def ping() -> None:
            while True:
                client.send(Ping())
                await asyncio.sleep(0.01)

        pinging = asyncio.ensure_future(ping())
        try:
            goodbye = await client.goodbye()
            assert (goodbye.code, goodbye.reason) == (1008, "no message for 0.3 s")
        finally:
            pinging.cancel()
        await until(lambda: left[-1:] == ["talk"])


async def test_a_flood_of_pings_ends_the_websocket(api: Running) -> None:
    async with Client.connected(api, "/talk") as client:
        for _ in range(1_200):
            client.send(Ping())
        goodbye = await client.goodbye()
        assert (goodbye.code, goodbye.reason) == (1008, "too many frames without a message")


async def test_a_flood_of_frames_lets_others_have_their_turn(api: Running) -> None:
    """One step of the loop handles no more than some of them, however many came at once."""
    handled: list[int] = []
    take = WebSocket._take

    def counting(self: WebSocket, event: Event) -> None:
        handled[-1] += 1
        take(self, event)

    read_on = WebSocket._read_on

    def stepping(self: WebSocket) -> None:
        handled.append(0)
        read_on(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WebSocket, "_take", counting)
        patch.setattr(WebSocket, "_read_on", stepping)
        async with Client.connected(api, "/talk") as client:
            client.writer.write(b"\x89\x80abcd" * 900)
            client.send("bye")
            assert await client.closed() == 1000
    assert max(handled) <= 100


async def test_too_large_a_message_is_refused(tmp_path: Path) -> None:
    async with (
        running(tmp_path, routes=ROUTES, max_body_bytes=1_024) as api,
        Client.connected(api, "/talk") as client,
    ):
        client.send(b"x" * 1_025)
        assert await client.closed() == 1009


async def test_messages_that_nobody_reads_are_held_back(api: Running) -> None:
    async with Client.connected(api, "/listen") as client:
        for _ in range(100):
            client.send(b"x" * 1_000)
        (connection,) = api.server.counters.each()
        await until(lambda: connection._client._held)


async def test_broken_frames_end_the_websocket(api: Running) -> None:
    async with Client.connected(api, "/talk") as client:
        client.writer.write(b"\x81\x05hello")  # not masked
        assert await client.closed() == 1002


@NEEDS_ROOT
async def test_a_websocket_needs_its_role(shared_directory: Path) -> None:
    limits = ApiSettings(others_may_read=True)
    api = Running(
        shared_directory / "control.sock", Settings(api=limits), routes=ROUTES, mode=0o666
    )
    await api.server.start()
    try:
        status, answer = await request_as(api.path, "GET", "/secret", groups=[])
        assert (status, answer["error"]["code"]) == (403, "access.denied")
    finally:
        await api.server.stop(1.0)
        api.listening.close()


async def test_any_bytes_on_a_websocket_end_well(
    api: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    random = Random(7)
    for _ in range(150):
        async with Client.connected(api, random.choice(["/talk", "/listen"])) as client:
            for _ in range(random.randrange(1, 20)):
                first = random.choice([0x81, 0x82, 0x01, 0x80, 0x89, 0x8A, 0x88, 0xF3])
                size = random.choice([0, 1, 2, 125, 126, 127]) | random.choice([0x80, 0x80, 0])
                payload = random.randbytes(random.randrange(0, 130))
                client.writer.write(bytes([first, size]) + payload)
            client.writer.write_eof()
    await until(lambda: api.server.connections == 0)
    await until(lambda: len(left) == 150)
    assert "request.crashed" not in capsys.readouterr().out


async def test_a_websocket_must_be_asked_for(api: Running) -> None:
    plain = await api.send(b"GET /talk HTTP/1.1\r\nHost: j\r\nConnection: close\r\n\r\n")
    assert error_of(plain) == (426, "request.upgrade_required")
    other = await api.send(
        b"GET /talk HTTP/1.1\r\nHost: j\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    )
    assert error_of(other) == (426, "request.upgrade_required")
    broken = await api.send(
        b"GET /talk HTTP/1.1\r\nHost: j\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    )
    assert error_of(broken) == (400, "request.malformed")
