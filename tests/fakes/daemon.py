"""A scripted daemon: real HTTP over a real Unix socket, and every answer decided by the test.

Answers are looked up by method and path (without the query). A streamed answer is a list of
pieces, each sent as its own HTTP chunk: bytes, or a callable that is called in between (to wait
for something, or to hang up by raising ``HangUpError``).
"""

import contextlib
import os
import socket
import socketserver
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from jarvisd import wire

Piece = bytes | Callable[[], object]


class HangUpError(Exception):
    """Raised by a piece: the connection breaks off here."""


@dataclass(frozen=True)
class Answer:
    """What one route answers."""

    status: int = 200
    body: bytes = b""
    pieces: Sequence[Piece] | None = None
    content_type: str = "application/json"
    reply: str = ""


@dataclass(frozen=True)
class Received:
    """One request as it arrived."""

    method: str
    path: str
    query: str
    body: Any
    accept: str
    connection: int


@dataclass
class FakeDaemon:
    """Listens at ``path`` while its ``with`` block runs; ``received`` is what was asked of it."""

    path: Path
    answers: dict[tuple[str, str], Answer] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    watchers: dict[tuple[str, str], Callable[[], None]] = field(default_factory=dict)
    connections: list[socket.socket] = field(default_factory=list)

    def json(self, method: str, path: str, value: Any, *, status: int = 200) -> None:
        """Answer with ``value`` as JSON."""
        self.answers[method, path] = Answer(status=status, body=msgspec.json.encode(value))

    def refuse(
        self, method: str, path: str, status: int, code: str, message: str, hint: str = ""
    ) -> None:
        """Answer with the daemon's error body."""
        detail = wire.ErrorDetail(code=code, message=message, hint=hint)
        self.json(method, path, wire.ErrorResponse(error=detail), status=status)

    def lines(self, method: str, path: str, events: Sequence[Any]) -> None:
        """Answer with an NDJSON stream; callables between the events are called in turn."""
        pieces = [
            event if callable(event) else msgspec.json.encode(event) + b"\n" for event in events
        ]
        named = (event.reply for event in events if isinstance(event, wire.ReplyStarted))
        reply = next(filter(str.isprintable, named), "") if method == "POST" else ""
        self.answers[method, path] = Answer(
            pieces=pieces, content_type="application/x-ndjson", reply=reply
        )

    def audio(self, path: str, pieces: Sequence[Piece]) -> None:
        """Answer with an audio body."""
        self.answers["GET", path] = Answer(pieces=pieces, content_type="audio/wav")

    def on(self, method: str, path: str, call: Callable[[], None]) -> None:
        """Call back whenever a request for this route has arrived."""
        self.watchers[method, path] = call

    def requests(self, method: str, path: str) -> list[Received]:
        """What arrived for one route."""
        return [got for got in self.received if (got.method, got.path) == (method, path)]

    def hang_up_all(self) -> None:
        """Close every connection, as a daemon does that is stopped."""
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        daemon: FakeDaemon = self

        class Handler(_Handler):
            fake = daemon

        self._server = _Server(str(self.path), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self.hang_up_all()
        self._server.server_close()
        self._thread.join()


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fake: FakeDaemon

    def setup(self) -> None:
        super().setup()
        self.fake.connections.append(self.connection)

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        """Quiet: tests look at ``received``."""

    def address_string(self) -> str:
        return "unix"

    def _serve(self) -> None:
        path, _, query = self.path.partition("?")
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = msgspec.json.decode(data) if data else None
        accept = self.headers.get("Accept", "")
        self.fake.received.append(
            Received(self.command, path, query, body, accept, id(self.connection))
        )
        self.fake.watchers.get((self.command, path), lambda: None)()
        answer = self.fake.answers.get((self.command, path))
        if answer is None:
            detail = wire.ErrorDetail(code="request.unknown", message=f"no route {path}")
            answer = Answer(404, msgspec.json.encode(wire.ErrorResponse(error=detail)))
        self._answer(answer)

    def _answer(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        if answer.reply:
            self.send_header("X-Jarvis-Reply", answer.reply)
        if answer.pieces is None:
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)
            return
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            for piece in answer.pieces:
                self._piece(piece)
            self.wfile.write(b"0\r\n\r\n")
        except HangUpError:
            self.close_connection = True

    def _piece(self, piece: Piece) -> None:
        if isinstance(piece, bytes):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        else:
            piece()


def reply_id() -> str:
    """An id like the daemon's own."""
    return os.urandom(4).hex()
