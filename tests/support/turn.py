"""One reply of a real daemon as its clients see it: events as they come, audio as it is sent."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from tests.support.daemon import LONG_S, RunningDaemon

Event = dict[str, Any]
TERMINAL = ("reply.done", "reply.interrupted", "reply.failed")


class Turn:
    """A reply that was asked for; ``events`` grows while it is made."""

    def __init__(self, daemon: RunningDaemon, path: str, body: Mapping[str, object]) -> None:
        self.daemon = daemon
        self.events: list[Event] = []
        self._reading = asyncio.create_task(self._read(path, body))

    async def _read(self, path: str, body: Mapping[str, object]) -> None:
        async for event in self.daemon.events(path, body):
            self.events.append(event)

    @property
    def id(self) -> str:
        return str(self.events[0]["reply"])

    def of(self, kind: str) -> list[Event]:
        return [event for event in self.events if event["type"] == kind]

    async def until(self, kind: str, count: int = 1) -> Event:
        """The ``count``-th event of a kind, as soon as it came."""
        async with asyncio.timeout(LONG_S):
            while len(self.of(kind)) < count:
                assert not self._reading.done(), f"no {kind}: {self.events}"
                await asyncio.sleep(0.005)
        return self.of(kind)[count - 1]

    async def end(self) -> Event:
        """The last event."""
        await asyncio.wait_for(self._reading, LONG_S)
        assert self.events[-1]["type"] in TERMINAL
        return self.events[-1]

    async def post(self, verb: str, body: Mapping[str, object] | None = None) -> Any:
        return await self.daemon.post(f"/v1/replies/{self.id}/{verb}", body)

    async def info(self) -> Any:
        return await self.daemon.get(f"/v1/replies/{self.id}")

    async def vanish(self) -> None:
        """Go away without a word."""
        self._reading.cancel()
        await asyncio.wait({self._reading})


@asynccontextmanager
async def turn(daemon: RunningDaemon, path: str, body: Mapping[str, object]) -> AsyncIterator[Turn]:
    """Ask, and wait until the reply has begun."""
    asked = Turn(daemon, path, body)
    try:
        await asked.until("reply.started")
        yield asked
    finally:
        await asked.vanish()


class Listener:
    """A client that plays a reply: everything that was sent to it, to the end of the connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer
        self._received = bytearray()
        self.cut = False  # the body ended before its end: the reply failed
        self._reading: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            await self._read_body()
        except asyncio.IncompleteReadError:
            self.cut = True

    async def _read_body(self) -> None:
        await self._reader.readuntil(b"\r\n\r\n")
        while size := int(await self._reader.readuntil(b"\r\n"), 16):
            self._received += await self._reader.readexactly(size)
            await self._reader.readexactly(2)
        assert await self._reader.read() == b"\r\n"

    @property
    def samples(self) -> int:
        return len(self._received) // 2

    @property
    def pcm(self) -> bytes:
        return bytes(self._received)

    async def has(self, samples: int) -> None:
        await until(lambda: self.samples >= samples)

    async def end(self) -> int:
        """Samples in all, once the daemon has closed the connection."""
        assert self._reading is not None
        await asyncio.wait_for(self._reading, LONG_S)
        return self.samples


@asynccontextmanager
async def listening(
    daemon: RunningDaemon, reply: str, *, paced: bool = True, start: bool = True
) -> AsyncIterator[Listener]:
    """Fetch a reply's bare samples; with ``start`` false nothing is ever read."""
    reader, writer = await asyncio.open_unix_connection(str(daemon.socket))
    query = "?paced=true" if paced else ""
    writer.write(
        f"GET /v1/replies/{reply}/audio{query} HTTP/1.1\r\nHost: j\r\n"
        "Accept: audio/L16\r\nConnection: close\r\n\r\n".encode()
    )
    listener = Listener(reader, writer)
    if start:
        listener.start()
    try:
        yield listener
    finally:
        writer.close()
        if listener._reading is not None:
            listener._reading.cancel()
            await asyncio.wait({listener._reading})


async def until(reached: Callable[[], bool]) -> None:
    """Wait for a condition; a test that never gets there ends by its own limit."""
    async with asyncio.timeout(LONG_S):
        while not reached():
            await asyncio.sleep(0.01)
