"""A stand-in for llama-server that writes a known text at an exact rate, token by token.

The benchmark measures latencies after a token; that needs a source whose tokens come when they
should, whatever else the machine does. It speaks just enough HTTP and just the stream shape of
llama-server, over real sockets, and notes when it wrote each token. Not for anything else.
"""

import asyncio
import json
import re
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

_TOKEN = re.compile(r"\s*\S+|\s+$")
_MAX_REQUEST_BYTES = 4_194_304
_HEAD_TIMEOUT_S = 10.0
SSE_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
    b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
)


@dataclass(frozen=True)
class HttpRequest:
    """One request as it arrived; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


async def read_request(reader: asyncio.StreamReader) -> HttpRequest:
    """Read one request, body included. Raises ``EOFError`` or ``ValueError`` if there is none."""
    async with asyncio.timeout(_HEAD_TIMEOUT_S):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    request_line, *lines = head.rstrip("\r\n").split("\r\n")
    method, path, _ = request_line.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (s.partition(":") for s in lines)}
    length = int(headers.get("content-length", "0"))
    if length > _MAX_REQUEST_BYTES:
        raise ValueError("request body too large")
    return HttpRequest(method, path, headers, await reader.readexactly(length))


def http_chunk(data: bytes) -> bytes:
    """``data`` in HTTP's chunked coding."""
    return b"%x\r\n%s\r\n" % (len(data), data)


def json_response(status: str, value: object) -> bytes:
    """A whole response with a JSON body; ``status`` is code and phrase."""
    body = json.dumps(value).encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


def sse_event(delta: dict[str, str | None], finish_reason: str | None = None) -> bytes:
    """One chunk of the stream, as llama-server writes it."""
    choice = {"finish_reason": finish_reason, "index": 0, "delta": delta}
    value = {"choices": [choice], "model": "paced", "object": "chat.completion.chunk"}
    return b"data: " + json.dumps(value, separators=(",", ":")).encode() + b"\n\n"


def sse_begin() -> bytes:
    """The head of a streamed answer, and its first event."""
    return SSE_HEAD + http_chunk(sse_event({"role": "assistant", "content": None}))


def sse_end() -> bytes:
    """The end of a streamed answer."""
    return http_chunk(sse_event({}, "stop") + b"data: [DONE]\n\n") + http_chunk(b"")


class StandIn(ABC):
    """A llama-server that is well: its health routes answer, and what is posted is ``chat``'s."""

    model = "paced"

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        request = await read_request(reader)
        if request.method == "POST":
            await self.chat(request, reader, writer)
            return
        writer.write(self.health(request.path))
        await writer.drain()

    @abstractmethod
    async def chat(
        self, request: HttpRequest, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answer a question."""

    def health(self, path: str) -> bytes:
        """The whole response to a health route."""
        answer: object = [] if path.startswith("/slots") else {"status": "ok"}
        if path.startswith("/props"):
            answer = {"default_generation_settings": {"n_ctx": 4096}, "model_alias": self.model}
        return json_response("200 OK", answer)


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(handler: Handler, *, port: int = 0) -> AsyncIterator[str]:
    """A TCP server on this machine (port 0: a free one); yields its URL, ends its connections."""
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, EOFError, ValueError, TimeoutError, asyncio.CancelledError):
            await handler(reader, writer)
        writer.close()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(connected(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", port)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


@dataclass
class PacedServer(StandIn):
    """What it serves, and when it wrote each token of the latest request (monotonic seconds)."""

    text: str
    tokens_per_second: float
    first_token_s: float = 0.0
    url: str = ""
    written_at: list[float] = field(default_factory=list)
    requests: int = 0

    @property
    def tokens(self) -> list[str]:
        """The text cut before its spaces, as tokenizers do; joined they give the text."""
        return _TOKEN.findall(self.text)

    async def chat(
        self, request: HttpRequest, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """The text, whatever was asked."""
        self.requests += 1
        self.written_at = []
        gone = asyncio.ensure_future(reader.read(1))
        try:
            writer.write(sse_begin())
            await self._write_tokens(writer, gone)
            if not gone.done():
                writer.write(sse_end())
                await writer.drain()
        finally:
            gone.cancel()

    async def _write_tokens(
        self, writer: asyncio.StreamWriter, gone: asyncio.Future[bytes]
    ) -> None:
        """Token ``n`` is due at a fixed time after the request, so that delays do not add up."""
        first_due = time.monotonic() + self.first_token_s
        for number, token in enumerate(self.tokens):
            delay = first_due + number / self.tokens_per_second - time.monotonic()
            await asyncio.sleep(max(0.0, delay))
            if gone.done():
                return
            writer.write(http_chunk(sse_event({"content": token})))
            self.written_at.append(time.monotonic())
            await writer.drain()


@asynccontextmanager
async def paced(
    text: str, tokens_per_second: float, *, first_token_s: float = 0.0, port: int = 0
) -> AsyncIterator[PacedServer]:
    """Serve ``text`` at an exact rate, the first token ``first_token_s`` after the request."""
    server = PacedServer(text, tokens_per_second, first_token_s)
    async with serving(server.handle, port=port) as url:
        server.url = url
        yield server
