"""A client that adds as little as it can to what it measures: one socket, blocking, timestamps.

Speaks just enough HTTP/1.1 for our own servers: responses with a length or in chunks, on a Unix
socket. Every time is ``time.monotonic``, the clock that the daemon's own stamps count on.
"""

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import msgspec

from jarvisd.errors import UnavailableError

PCM = "audio/L16"
EVENTS = "application/x-ndjson"
READ_BYTES = 65_536
TIMEOUT_S = 30.0


class WireError(UnavailableError):
    """The server went away, answered something else than HTTP, or refused."""

    default_code = "bench.wire"


class ChunkedBody:
    """Takes HTTP's chunked coding apart, however it was cut on its way."""

    def __init__(self) -> None:
        self._held = bytearray()
        self.ended = False

    def feed(self, data: bytes) -> list[bytes]:
        """The chunks that are whole now; ``ended`` after the last one."""
        self._held += data
        whole: list[bytes] = []
        while not self.ended and (line_end := self._held.find(b"\r\n")) >= 0:
            size = int(self._held[:line_end].split(b";")[0], 16)
            end = line_end + 2 + size
            if len(self._held) < end + 2:
                break
            if size:
                whole.append(bytes(self._held[line_end + 2 : end]))
            del self._held[: end + 2]
            self.ended = size == 0
        return whole


class Wire:
    """One kept connection, one request at a time. Raises ``WireError``."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(TIMEOUT_S)
        self.ended_at = 0.0
        try:
            self._socket.connect(str(path))
        except OSError as error:
            self._socket.close()
            raise WireError(f"nobody answers at {path}: {error.strerror}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; the daemon interrupts a reply that it was carrying."""
        self._socket.close()

    def fileno(self) -> int:
        """The socket's descriptor, for selectors."""
        return self._socket.fileno()

    def send(self, request: bytes) -> float:
        """Send a request made by ``get`` or ``post``; returns the second just before."""
        sent_at = time.monotonic()
        self._socket.sendall(request)
        return sent_at

    def receive(self) -> tuple[float, bytes]:
        """Whatever arrives next, and when."""
        try:
            data = self._socket.recv(READ_BYTES)
        except OSError as error:
            raise WireError(f"the connection broke: {error}") from error
        at = time.monotonic()
        if not data:
            raise WireError("the server closed the connection in the middle of an answer")
        return at, data

    def head(self) -> tuple[float, dict[str, str], bytes]:
        """The next response's head: when it was whole, its headers, and what came after it."""
        at, data = self.receive()
        while (end := data.find(b"\r\n\r\n")) < 0:
            at, more = self.receive()
            data += more
        lines = data[:end].decode("latin-1").split("\r\n")
        headers = dict(_header(line) for line in lines[1:])
        body = data[end + 4 :]
        if lines[0].split(" ")[1] != "200":
            raise WireError(f"{lines[0]}: {body[:300].decode('utf-8', 'replace')}")
        return at, headers, body

    def answer(self, request: bytes) -> tuple[float, bytes]:
        """Seconds until the whole answer was here, and its body."""
        sent_at = self.send(request)
        at, body = self.body()
        return at - sent_at, body

    def body(self) -> tuple[float, bytes]:
        """When the answer to what was sent was here whole, and its body."""
        at, headers, body = self.head()
        length = int(headers["content-length"])
        while len(body) < length:
            at, more = self.receive()
            body += more
        return at, body

    def json(self, request: bytes) -> Any:  # noqa: ANN401 - as the server wrote it
        """The decoded body of the answer."""
        return msgspec.json.decode(self.answer(request)[1])

    def chunks(self) -> Iterator[tuple[float, bytes]]:
        """The pieces of the answer to what was sent, each as the server wrote it, and when.

        ``ended_at`` tells afterwards when the end of the body was here.
        """
        at, _, data = self.head()
        body = ChunkedBody()
        while True:
            for chunk in body.feed(data):
                yield at, chunk
            if body.ended:
                self.ended_at = at
                return
            at, data = self.receive()

    def drain(self) -> dict[str, str]:
        """Read the answer to what was sent to its end; returns its headers."""
        _, headers, data = self.head()
        body = ChunkedBody()
        body.feed(data)
        while not body.ended:
            self.ended_at, data = self.receive()
            body.feed(data)
        return headers

    def events(self) -> Iterator[tuple[float, dict[str, Any]]]:
        """The lines of the answer to what was sent, decoded, and when each was here."""
        for at, chunk in self.chunks():
            for line in chunk.splitlines():
                yield at, msgspec.json.decode(line)


def get(path: str, *, accept: str = "*/*") -> bytes:
    """A request for ``path``."""
    return f"GET {path} HTTP/1.1\r\nHost: jarvisd\r\nAccept: {accept}\r\n\r\n".encode()


def post(path: str, body: dict[str, object], *, accept: str = "*/*") -> bytes:
    """A request that posts ``body`` as JSON."""
    data = msgspec.json.encode(body)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: jarvisd\r\nAccept: {accept}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    return head.encode() + data


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.lower(), value.strip()
