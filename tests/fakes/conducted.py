"""A llama-server that writes when the test says so, and remembers every request.

async with conducted() as model:
    model.write("Hello there. "); model.end()
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from jarvisbench.paced_server import (
    HttpRequest,
    StandIn,
    http_chunk,
    serving,
    sse_begin,
    sse_end,
    sse_event,
)


class Conducted(StandIn):
    """What is written goes to the request in progress, or to the next."""

    model = "conducted"

    def __init__(self) -> None:
        self.url = ""
        self.bodies: list[dict[str, Any]] = []
        self.disconnected = 0
        self._pieces: asyncio.Queue[bytes] = asyncio.Queue()

    def write(self, text: str) -> None:
        self._pieces.put_nowait(http_chunk(sse_event({"content": text})))

    def end(self) -> None:
        self._pieces.put_nowait(sse_end())

    def answer(self, text: str) -> None:
        self.write(text)
        self.end()

    def prompt(self, request: int) -> list[str]:
        """The contents of a request's messages but for the system prompt."""
        messages = self.bodies[request]["messages"]
        return [str(each["content"]) for each in messages if each["role"] != "system"]

    async def chat(
        self, request: HttpRequest, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """What the test writes, as it writes it."""
        self.bodies.append(json.loads(request.body))
        writer.write(sse_begin())
        gone = asyncio.ensure_future(reader.read(1))
        try:
            while not gone.done():
                piece = asyncio.ensure_future(self._pieces.get())
                await asyncio.wait({gone, piece}, return_when=asyncio.FIRST_COMPLETED)
                if not piece.done():
                    piece.cancel()
                    self.disconnected += 1
                    return
                writer.write(piece.result())
                await writer.drain()
                if piece.result().endswith(http_chunk(b"")):
                    return
        finally:
            gone.cancel()


@asynccontextmanager
async def conducted() -> AsyncIterator[Conducted]:
    """Serve on a free port of this machine."""
    model = Conducted()
    async with serving(model.handle) as url:
        model.url = url
        yield model
