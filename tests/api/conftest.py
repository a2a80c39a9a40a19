"""A real server on a real Unix socket in a temporary directory, and clients for it."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import httpx
import msgspec
import pytest

from jarvisd.api.exchange import Route
from jarvisd.api.routes import ROUTES
from jarvisd.api.server import ApiServer
from jarvisd.config.settings import ApiSettings, Settings
from jarvisd.host.sockets import bind
from jarvisd.llm.providers.llama_server.unix_socket import UnixTransport
from tests.fakes.services import FakeComponents, FakeReplies, FakeSpeech, FakeStore, fake_services

# For what must happen soon; only a failing test waits this long.
SOON_S = 120.0


class Running:
    """A server that is up, its fakes, and the ways in."""

    def __init__(
        self,
        path: Path,
        settings: Settings,
        *,
        routes: tuple[Route, ...] = ROUTES,
        mode: int = 0o660,
    ) -> None:
        self.path = path
        self.services = fake_services(settings)
        self.listening = bind(path, mode=mode)
        self.server = ApiServer(self.services, [self.listening.socket], routes=routes)

    @property
    def replies(self) -> FakeReplies:
        return cast("FakeReplies", self.services.replies)

    @property
    def components(self) -> FakeComponents:
        return cast("FakeComponents", self.services.components)

    @property
    def speech(self) -> FakeSpeech:
        return cast("FakeSpeech", self.services.speech)

    @property
    def store(self) -> FakeStore:
        return cast("FakeStore", self.services.store)

    @asynccontextmanager
    async def client(self) -> AsyncIterator[httpx.AsyncClient]:
        transport = UnixTransport(str(self.path), httpx.Limits())
        async with httpx.AsyncClient(
            transport=transport, base_url="http://jarvisd", timeout=SOON_S
        ) as client:
            yield client

    async def raw(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_unix_connection(str(self.path))

    async def send(self, data: bytes, *, half_close: bool = False) -> bytes:
        """Send bytes as they are, and return all that comes back until the server closes."""
        reader, writer = await self.raw()
        try:
            writer.write(data)
            if half_close:
                writer.write_eof()
            return await asyncio.wait_for(reader.read(), SOON_S)
        finally:
            writer.close()


@pytest.fixture(params=[False, True], ids=["asyncio", "uvloop"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, bool]]:
    """Both loops: the daemon runs on uvloop, and what relies on its quirks must not go unseen."""
    return ("asyncio", {"use_uvloop": request.param})


@asynccontextmanager
async def running(
    directory: Path, *, routes: tuple[Route, ...] = ROUTES, **api: Any
) -> AsyncIterator[Running]:
    settings = Settings(api=msgspec.convert(api, ApiSettings))
    found = Running(directory / "control.sock", settings, routes=routes)
    await found.server.start()
    try:
        yield found
    finally:
        await found.server.stop(1.0)
        found.listening.close()


@pytest.fixture
def shared_directory() -> Iterator[Path]:
    """A directory that any user can reach, so that the role alone decides."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        directory = Path(name)
        directory.chmod(0o755)
        yield directory


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path) as found:
        yield found


@pytest.fixture
async def client(api: Running) -> AsyncIterator[httpx.AsyncClient]:
    async with api.client() as found:
        yield found


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop run until ``condition`` holds."""
    async with asyncio.timeout(SOON_S):
        while not condition():
            await asyncio.sleep(0.001)


def error_of(response: bytes) -> tuple[int, str]:
    """Status and error code of a raw response; the last one when several were pipelined."""
    head, _, body = response.rpartition(b"\r\n\r\n")
    status = int(head.rpartition(b"HTTP/1.1 ")[2][:3])
    return status, msgspec.json.decode(body)["error"]["code"]
