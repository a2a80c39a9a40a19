"""One request as it arrives, and its answer as it leaves.

Responsible for the flow of bytes between a connection and a handler: a body is read as it arrives,
and the client must wait while the handler does not read; an answer is written as it is made, and
waits for a slow client. Knows nothing of routes.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from http import HTTPStatus

from jarvisd.api.limits import Deadline
from jarvisd.api.parsing import Head
from jarvisd.api.transport import ClientTransport
from jarvisd.errors import PayloadError

# A body that is not read is held back by the kernel from here on.
BODY_BUFFER_BYTES = 256 * 1024
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
STATUS_LINES = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus
}


class Body:
    """A request's body, piece by piece; there is one reader."""

    def __init__(
        self,
        head: Head,
        client: ClientTransport,
        *,
        on_read: Callable[[], None],
        on_late: Callable[[float], None],
    ) -> None:
        self._client = client
        self._on_read = on_read
        self._on_late = on_late
        self._deadline = Deadline(asyncio.get_running_loop())
        self._pieces: deque[bytes] = deque()
        self._arrived = asyncio.Event()
        self._error: Exception | None = None
        self._awaited = head.header(b"expect").lower() == "100-continue"
        self.length = head.body_length
        self.buffered = 0
        self.complete = False

    def expect_within(self, seconds: float) -> None:
        """The rest must arrive within ``seconds`` from now."""
        self._deadline.stop()
        if not self.complete and self._error is None:
            self._deadline.start(seconds, lambda: self._on_late(seconds))

    def feed(self, data: bytes) -> None:
        """A piece arrived."""
        self._awaited = False
        self._pieces.append(data)
        self.buffered += len(data)
        self._arrived.set()

    def end(self) -> None:
        """That was all of it."""
        self._deadline.stop()
        self._awaited = False
        self.complete = True
        self._arrived.set()

    def fail(self, error: Exception) -> None:
        """The rest will not come: the reader gets ``error``."""
        self._deadline.stop()
        self._error = error
        self._arrived.set()

    async def pieces(self) -> AsyncIterator[bytes]:
        """Pieces as they arrive; raises what keeps the rest from coming."""
        if self._awaited:
            self._awaited = False
            self._client.write(CONTINUE)
        while True:
            if self._error is not None:
                raise self._error
            if self._pieces:
                piece = self._pieces.popleft()
                self.buffered -= len(piece)
                self._on_read()
                yield piece
            elif self.complete:
                return
            else:
                self._arrived.clear()
                await self._arrived.wait()

    async def read(self, limit: int) -> bytes:
        """All of it; raises PayloadError as soon as it is known to be more than ``limit`` bytes."""
        size = self.length or 0
        if size <= limit:
            pieces, size = [], 0
            async for piece in self.pieces():
                pieces.append(piece)
                size += len(piece)
                if size > limit:
                    break
            else:
                return b"".join(pieces)
        raise PayloadError(
            f"the body is larger than {limit} bytes", hint="Send the text in several requests."
        )


class HttpRequest:
    """A request whose head has arrived, and the way to answer it."""

    def __init__(self, head: Head, client: ClientTransport, body: Body) -> None:
        self.head = head
        self.client = client
        self.body = body
        self.keep_alive = head.keep_alive
        self.started = False
        self.answered = False
        self._chunked = False

    async def answer(self, status: int, body: bytes, *, headers: Mapping[str, str]) -> None:
        """Answer with ``body`` as a whole."""
        self.keep_alive = self.keep_alive and self.body.complete
        await self.client.drain()
        head = self._head(status, {**headers, "content-length": str(len(body))})
        self.started = self.answered = True
        self.client.write(head if self.head.method == "HEAD" else head + body)

    async def start(self, headers: Mapping[str, str]) -> None:
        """Begin an answer of unknown length."""
        framing = {}
        if self.head.version == "1.0":
            self.keep_alive = False  # the end of the connection is the end of the body
        else:
            self._chunked = True
            framing = {"transfer-encoding": "chunked"}
        await self.client.drain()
        self.started = True
        self.client.write(self._head(200, {**headers, **framing}))

    async def send(self, piece: bytes) -> None:
        """The next piece of the answer; waits for a client that reads slowly."""
        if piece:
            framed = b"%x\r\n%b\r\n" % (len(piece), piece) if self._chunked else piece
            self.client.write(framed)
        await self.client.drain()

    def end(self) -> None:
        """The answer is complete."""
        self.answered = True
        if self._chunked:
            self.client.write(b"0\r\n\r\n")

    def _head(self, status: int, headers: Mapping[str, str]) -> bytes:
        if not self.keep_alive:
            headers = {**headers, "connection": "close"}
        return head_of(status, headers)


def head_of(status: int, headers: Mapping[str, str]) -> bytes:
    """A response's status line and headers."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return STATUS_LINES[status] + lines.encode("latin-1", "replace") + b"\r\n"
