"""Replays bytes that a real llama-server once sent, cut in any way, over a real socket.

    async with replay(capture("chat_stream")) as server:
        LlamaServer(LlmSettings(url=server.url))

For what a real server cannot be made to do on demand: errors inside a stream, odd cuts, silence at
a chosen byte, a broken connection. ``paced`` serves any text at an exact rate.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Literal

from jarvisbench.paced_server import (
    SSE_HEAD,
    HttpRequest,
    http_chunk,
    json_response,
    paced,
    read_request,
    serving,
)

__all__ = ["Replay", "capture", "captures", "cut_at", "error_response", "paced", "replay"]

CAPTURES = Path(__file__).parents[1] / "captures" / "llama-server"
Ending = Literal["complete", "abort", "silence"]


def captures() -> list[Path]:
    """Every captured stream."""
    return sorted(CAPTURES.glob("*.sse"))


def capture(name: str) -> bytes:
    """One captured stream."""
    return (CAPTURES / f"{name}.sse").read_bytes()


def cut_at(data: bytes, positions: Sequence[int]) -> list[bytes]:
    """``data`` in pieces that end at ``positions``."""
    edges = sorted({0, len(data), *(each for each in positions if 0 <= each <= len(data))})
    return [data[start:end] for start, end in pairwise(edges)]


def error_response(status: str, kind: str, message: str, **more: int) -> bytes:
    """A whole response with llama-server's error object; ``status`` is code and phrase."""
    body = {"code": int(status.split(maxsplit=1)[0]), "message": message, "type": kind, **more}
    return json_response(status, {"error": body})


@dataclass
class Replay:
    """What the server does with each request, and the requests that it got."""

    pieces: list[bytes]
    ending: Ending = "complete"
    before: list[bytes] = field(default_factory=list)
    headers_wait: asyncio.Event | None = None
    pause_s: float = 0.0
    url: str = ""
    requests: list[HttpRequest] = field(default_factory=list)
    written: asyncio.Event = field(default_factory=asyncio.Event)
    disconnected: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        self.requests.append(await read_request(reader))
        if self.before:
            writer.write(self.before.pop(0))
            await writer.drain()
            return
        watcher = asyncio.create_task(self._watch(reader))
        try:
            await self._stream(writer)
        finally:
            watcher.cancel()

    async def _watch(self, reader: asyncio.StreamReader) -> None:
        await reader.read(1)
        self.disconnected.set()

    async def _stream(self, writer: asyncio.StreamWriter) -> None:
        if self.headers_wait is not None:
            await self.headers_wait.wait()
        writer.write(SSE_HEAD)
        for piece in self.pieces:
            writer.write(http_chunk(piece))
            await writer.drain()
            await asyncio.sleep(self.pause_s)
        self.written.set()
        match self.ending:
            case "complete":
                writer.write(http_chunk(b""))
                await writer.drain()
            case "abort":
                writer.transport.abort()
            case "silence":
                await self.disconnected.wait()


@asynccontextmanager
async def replay(
    body: bytes | Sequence[bytes],
    *,
    port: int = 0,
    ending: Ending = "complete",
    before: Sequence[bytes] = (),
    headers_wait: asyncio.Event | None = None,
    pause_s: float = 0.0,
) -> AsyncIterator[Replay]:
    """Serve ``body`` (bytes, or the pieces to write one by one) to every request.

    ``ending``: complete the response, abort the connection, or fall silent. ``before`` are whole
    responses for the first requests. ``headers_wait`` holds the headers back until it is set.
    """
    pieces = [body] if isinstance(body, bytes) else list(body)
    server = Replay([each for each in pieces if each], ending, list(before), headers_wait, pause_s)
    async with serving(server.handle, port=port) as url:
        server.url = url
        yield server
