"""A WebSocket client for the tests: wsproto's other side on a raw connection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Message,
    Request,
    TextMessage,
)

from tests.api.conftest import SOON_S, Running


class Client:
    """One WebSocket. ``send`` takes messages or any event of wsproto; ``next`` gives events."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._protocol = WSConnection(ConnectionType.CLIENT)
        self._reader = reader
        self.writer = writer

    @classmethod
    @asynccontextmanager
    async def connected(cls, api: Running, path: str) -> AsyncIterator[Self]:
        client = cls(*await api.raw())
        try:
            client.send(Request(host="j", target=path))
            answer = await client.next()
            assert isinstance(answer, AcceptConnection), answer
            yield client
        finally:
            client.writer.close()

    def send(self, event: Event | str | bytes) -> None:
        if isinstance(event, str):
            event = TextMessage(event)
        elif isinstance(event, bytes):
            event = BytesMessage(event)
        self.writer.write(self._protocol.send(event))

    async def next(self) -> Event:
        """The next event; an end of the connection counts as a close with code 1006."""
        async with asyncio.timeout(SOON_S):
            while (event := next(self._protocol.events(), None)) is None:
                data = await self._reader.read(65_536)
                self._protocol.receive_data(data or None)
        return event

    async def message(self) -> str | bytes:
        """The next whole message."""
        parts: list[str | bytes] = []
        while True:
            event = await self.next()
            assert isinstance(event, Message), event
            parts.append(event.data)
            if event.message_finished:
                return type(event.data)().join(parts)

    async def closed(self) -> int:
        """The code that the server closes with; what came before it is dropped."""
        return (await self.goodbye()).code

    async def goodbye(self) -> CloseConnection:
        """The server's close, with its reason; what came before it is dropped."""
        while not isinstance(event := await self.next(), CloseConnection):
            pass
        return event
