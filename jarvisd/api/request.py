"""One request as it arrives, and its answer as it leaves.

Responsible for the flow of bytes between a connection and whoever answers: a body is read as it
comes and holds the client back when nobody reads, an answer is written as it is made and waits for
a client that is slow. Knows nothing of routes.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from http import HTTPStatus
from typing import Protocol

from jarvisd.api.access import Peer
from jarvisd.api.limits import Deadline
from jarvisd.api.parsing import Head
from jarvisd.errors import PayloadError

# A body that is not read is held back by the kernel from here on.
BODY_BUFFER_BYTES = 256 * 1024
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
STATUS_LINES = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus
}


class Carrier(Protocol):
    """What a request and its answer need of the connection that carries them."""

    peer: Peer | None
    gone: bool

    @property
    def last(self) -> bool:
        """Whether the connection ends with the answer to the current request."""
        ...

    def watch(self, on_gone: Callable[[], None]) -> Callable[[], None]:
        """Call ``on_gone`` once when the client goes; returns what ends the watch."""
        ...

    def write(self, data: bytes) -> None:
        """Send ``data`` after all that was written before."""
        ...

    async def drain(self) -> None:
        """Wait until the client has caught up; raises ClientGoneError."""
        ...

    def truncate(self) -> None:
        """Close without ending the response, so that the client sees it was cut short."""
        ...

    def flow(self) -> None:
        """Hold the client back, or let it go on, as the buffers are now."""
        ...

    def hold(self, held: bool) -> None:
        """Stop reading, or go on."""
        ...

    @property
    def writable(self) -> bool:
        """Whether the client keeps up with what is written."""
        ...

    def expect_body_within(self, seconds: float) -> None:
        """From now on the body must be here whole within ``seconds``."""
        ...

    def upgrade(self, receive: Callable[[bytes], None]) -> tuple[Deadline, bytes]:
        """From here on all bytes are ``receive``'s; returns its timer, and what has come already.

        Nothing more comes until the connection is no longer held.
        """
        ...


class Body:
    """A request's body, piece by piece; there is one reader."""

    def __init__(self, carrier: Carrier, head: Head) -> None:
        self._carrier = carrier
        self._pieces: deque[bytes] = deque()
        self._arrived = asyncio.Event()
        self._error: Exception | None = None
        self._awaited = head.header(b"expect").lower() == "100-continue"
        self.length = head.body_length
        self.buffered = 0
        self.complete = False

    def feed(self, data: bytes) -> None:
        """A piece arrived."""
        self._awaited = False
        self._pieces.append(data)
        self.buffered += len(data)
        self._arrived.set()

    def end(self) -> None:
        """That was all of it."""
        self._awaited = False
        self.complete = True
        self._arrived.set()

    def fail(self, error: Exception) -> None:
        """The rest will not come: whoever reads gets ``error``."""
        self._error = error
        self._arrived.set()

    async def pieces(self) -> AsyncIterator[bytes]:
        """Pieces as they arrive; raises what keeps the rest from coming."""
        if self._awaited:
            self._awaited = False
            self._carrier.write(CONTINUE)
        while True:
            if self._error is not None:
                raise self._error
            if self._pieces:
                piece = self._pieces.popleft()
                self.buffered -= len(piece)
                self._carrier.flow()
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
    """A request whose head is here, and the way to answer it."""

    def __init__(self, head: Head, carrier: Carrier) -> None:
        self.head = head
        self.connection = carrier
        self.body = Body(carrier, head)
        self.keep_alive = head.keep_alive
        self.started = False
        self.answered = False
        self._chunked = False

    async def answer(self, status: int, body: bytes, *, headers: Mapping[str, str]) -> None:
        """Answer with ``body`` as a whole."""
        self.keep_alive = self.keep_alive and self.body.complete
        await self.connection.drain()
        head = self._head(status, {**headers, "content-length": str(len(body))})
        self.started = self.answered = True
        self.connection.write(head if self.head.method == "HEAD" else head + body)

    async def start(self, headers: Mapping[str, str]) -> None:
        """Begin an answer whose length nobody knows yet."""
        framing = {}
        if self.head.version == "1.0":
            self.keep_alive = False  # the end of the connection is the end of the body
        else:
            self._chunked = True
            framing = {"transfer-encoding": "chunked"}
        await self.connection.drain()
        self.started = True
        self.connection.write(self._head(200, {**headers, **framing}))

    async def send(self, piece: bytes) -> None:
        """The next piece of the answer; waits for a client that reads slowly."""
        if piece:
            framed = b"%x\r\n%b\r\n" % (len(piece), piece) if self._chunked else piece
            self.connection.write(framed)
        await self.connection.drain()

    def end(self) -> None:
        """The answer is whole."""
        self.answered = True
        if self._chunked:
            self.connection.write(b"0\r\n\r\n")

    def _head(self, status: int, headers: Mapping[str, str]) -> bytes:
        if self.connection.last or not self.keep_alive:
            headers = {**headers, "connection": "close"}
        return head_of(status, headers)


def head_of(status: int, headers: Mapping[str, str]) -> bytes:
    """A response's status line and headers."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return STATUS_LINES[status] + lines.encode("latin-1", "replace") + b"\r\n"
