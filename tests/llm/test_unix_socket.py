"""HTTP over a Unix socket, against a server of bare bytes."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from pathlib import Path

import httpx
import pytest

from jarvisd.llm.model import TextDelta
from jarvisd.llm.providers.llama_server.unix_socket import UnixTransport
from tests.fakes.llama import capture
from tests.llm.asking import QUESTION, provider

WHOLE = capture("chat_stream")
HALF = WHOLE[: WHOLE.index(b"\n\n", 1_000) + 2]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
PING = b":\n\n"


@pytest.fixture
async def listener(tmp_path: Path) -> AsyncIterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.setblocking(False)
        listening.bind(str(tmp_path / "llama.sock"))
        listening.listen()
        yield listening


async def test_a_question_given_up_just_as_data_comes_leaves_the_loop_in_peace(
    tmp_path: Path, listener: socket.socket
) -> None:
    """What the loop complains of fails a test by itself."""
    loop = asyncio.get_running_loop()
    async with provider(f"unix:{tmp_path / 'llama.sock'}") as llama:
        begun = asyncio.Event()

        async def ask() -> None:
            async with aclosing(llama.stream(QUESTION)) as events:
                async for event in events:
                    if isinstance(event, TextDelta):
                        begun.set()

        asking = asyncio.create_task(ask())
        server, _ = await loop.sock_accept(listener)
        with server:
            question = b""
            while not question.endswith(b"}"):
                question += await loop.sock_recv(server, 65_536)
            await loop.sock_sendall(server, HEAD + HALF)
            await begun.wait()
            for _ in range(100):  # it takes the rest, and reads on
                await asyncio.sleep(0)
            server.send(PING)
            asking.cancel()
            with suppress(asyncio.CancelledError):
                await asking
            assert await loop.sock_recv(server, 1) == b"", "and the connection is closed"


async def test_a_server_that_is_not_there_or_says_nothing_or_leaves(
    tmp_path: Path, listener: socket.socket
) -> None:
    loop = asyncio.get_running_loop()
    with pytest.raises(httpx.ConnectError):
        await get(tmp_path / "nobody.sock")
    with pytest.raises(httpx.ReadTimeout):
        await get(tmp_path / "llama.sock", read=0.01)
    (await loop.sock_accept(listener))[0].close()
    asking = asyncio.create_task(get(tmp_path / "llama.sock"))
    (await loop.sock_accept(listener))[0].close()
    with pytest.raises((httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)):
        await asking


async def get(path: Path, *, read: float | None = None) -> httpx.Response:
    transport = UnixTransport(str(path), httpx.Limits())
    timeout = httpx.Timeout(None, read=read)
    async with httpx.AsyncClient(transport=transport, timeout=timeout) as client:
        return await client.get("http://llama-server/")
