"""A llama-server that writes when the test says so, and remembers every request.

async with conducted() as model:
    model.write("Hello there. "); model.end()
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from jarvisbench.paced_server import http_chunk, json_response, read_request, serving, sse_event

_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
    b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
)
_PROPS = {"default_generation_settings": {"n_ctx": 4096}, "model_alias": "conducted"}


class Conducted:
    """What is written goes to the request in progress, or to the next."""

    def __init__(self) -> None:
        self.url = ""
        self.bodies: list[dict[str, Any]] = []
        self.disconnected = 0
        self._pieces: asyncio.Queue[bytes] = asyncio.Queue()

    def write(self, text: str) -> None:
        self._pieces.put_nowait(http_chunk(sse_event({"content": text})))

    def end(self) -> None:
        end = sse_event({}, "stop") + b"data: [DONE]\n\n"
        self._pieces.put_nowait(http_chunk(end) + http_chunk(b""))

    def answer(self, text: str) -> None:
        self.write(text)
        self.end()

    def prompt(self, request: int) -> list[str]:
        """The contents of a request's messages but for the system prompt."""
        messages = self.bodies[request]["messages"]
        return [str(each["content"]) for each in messages if each["role"] != "system"]

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await read_request(reader)
        if request.method != "POST":
            path = request.path.partition("?")[0]
            answers: dict[str, object] = {"/props": _PROPS, "/slots": []}
            writer.write(json_response("200 OK", answers.get(path, {"status": "ok"})))
            await writer.drain()
            return
        self.bodies.append(json.loads(request.body))
        await self._stream(reader, writer)

    async def _stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(_HEAD + http_chunk(sse_event({"role": "assistant", "content": None})))
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
