"""``jarvisctl top --web``: who may open it. The server is real, and so are its terminals."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
import pytest

from jarvisctl.dashboard.browser import MOST_SESSIONS
from tests.jarvisctl.conftest import Jarvisctl

ELSEWHERE = re.compile(r"""(?:src|href|url)\s*[=(]\s*["']?(?:https?:)?//(?!127\.0\.0\.1)""")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def served(jarvisctl: Jarvisctl) -> AsyncIterator[str]:
    """The address that it prints."""
    process = await asyncio.create_subprocess_exec(
        *jarvisctl.command("top", "--web", "--port", str(free_port())),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        stdin=asyncio.subprocess.DEVNULL,
        env=jarvisctl.environment(),
    )
    try:
        assert process.stdout is not None
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.terminate()
        await process.wait()


@pytest.fixture
async def address(jarvisctl: Jarvisctl) -> AsyncIterator[str]:
    async with served(jarvisctl) as found:
        yield found


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def test_the_page_needs_its_token_and_loads_nothing_from_elsewhere(
    address: str, browser: aiohttp.ClientSession
) -> None:
    base, _, token = address.rstrip("/").rpartition("/")
    assert len(token) >= 20
    for wrong in ("/", "/ws", "/static/js/textual.js", "/guess/"):
        async with browser.get(base + wrong) as refused:
            assert refused.status == 404, wrong
    async with browser.get(address) as page:
        text = await page.text()
        assert page.status == 200
        assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "<title>jarvisd</title>" in text
    assert "played on the host" in text
    assert not ELSEWHERE.search(text)


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
async def test_a_foreign_page_is_refused(
    address: str, browser: aiohttp.ClientSession, headers: dict[str, str]
) -> None:
    for path in ("", "ws?width=80&height=24"):
        async with browser.get(address + path, headers=headers) as refused:
            assert refused.status == 403


async def test_no_stranger_writes_to_the_terminal_that_serves_it(jarvisctl: Jarvisctl) -> None:
    """Not through a log of who asked for what: any program of this host may ask."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *jarvisctl.command("top", "--web", "--port", str(port)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        stdin=asyncio.subprocess.DEVNULL,
        env=jarvisctl.environment(),
    )
    assert process.stdout is not None
    try:
        while not (await process.stdout.readline()).startswith(b"http"):
            pass
        for agent in ("PWN\u009b2J", "PWN\u202eb", "PWN\x1b]0;root\x07"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(f"GET /PWN HTTP/1.0\r\nUser-Agent: {agent}\r\n\r\n".encode())
            assert (await reader.read()).startswith(b"HTTP/1.")
            writer.close()
    finally:
        process.terminate()
    assert b"PWN" not in await process.stdout.read()
    await process.wait()


def test_no_address_is_printed_of_a_port_that_is_taken(jarvisctl: Jarvisctl) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = jarvisctl.run("top", "--web", "--port", str(port))
    assert (ran.code, ran.text) == (1, "")
    assert ran.stderr == (
        f"jarvisctl: port {port} of this host cannot be used: another program uses it\n"
        f"  Choose another one: jarvisctl top --web --port {port + 1}\n"
    )


async def test_there_are_only_so_many_sessions(
    address: str, browser: aiohttp.ClientSession
) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(MOST_SESSIONS):
            session = await stack.enter_async_context(browser.ws_connect(f"{address}ws"))
            await session.receive()  # its terminal lives
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await browser.ws_connect(f"{address}ws")
        assert refused.value.status == 503
