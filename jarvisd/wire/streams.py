"""Response bodies that are read while the daemon still writes them: events, lines, audio.

Closing one is what cancels it. Nothing here waits without a limit or reads a line without a bound.
"""

import http.client
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import msgspec

from jarvisd.wire import ReplyEvent
from jarvisd.wire.connection import DaemonUnreachableError, UnixConnection, translated

MAX_LINE_BYTES = 4 * 1024 * 1024
READ_BYTES = 64 * 1024

_reply_event: msgspec.json.Decoder[ReplyEvent] = msgspec.json.Decoder(ReplyEvent)


@dataclass(frozen=True, slots=True)
class EventLine:
    """One line of a reply's stream: as received, and decoded if this client knows its type."""

    raw: bytes
    event: ReplyEvent | None


class ResponseStream:
    """A response body that is read while the daemon still writes it."""

    def __init__(self, connection: UnixConnection, response: http.client.HTTPResponse) -> None:
        self._connection = connection
        self._response = response
        self._cancelled = False

    @property
    def content_type(self) -> str:
        """Media type of the body, with its parameters."""
        return self._response.getheader("Content-Type") or ""

    @property
    def reply(self) -> str:
        """The id of the reply that this belongs to; empty for none."""
        return self._response.getheader("X-Jarvis-Reply") or ""

    def cancel(self) -> None:
        """End the stream at once, from any thread; the daemon sees the client disconnect."""
        self._cancelled = True
        if self._connection.connected is not None:
            try:
                self._connection.connected.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # already closed by one side: nothing is left to end

    def close(self) -> None:
        """Close the connection; idempotent."""
        self._response.close()
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _pieces(self) -> Iterator[bytes]:
        """The body's bytes as they arrive; raises if it breaks off or pauses too long."""
        while True:
            try:
                piece = self._response.read1(READ_BYTES)
            except (OSError, http.client.HTTPException, ValueError) as error:
                if self._cancelled:
                    return
                raise translated(error, while_reading=True) from error
            if not piece:
                return
            yield piece


class ByteStream(ResponseStream):
    """An audio body: iterating gives its bytes as they arrive."""

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces()


class LineStream(ResponseStream):
    """An NDJSON body: iterating gives its lines, without their line ends."""

    def __iter__(self) -> Iterator[bytes]:
        held = bytearray()
        for piece in self._pieces():
            held += piece
            *lines, rest = held.split(b"\n")
            held = bytearray(rest)
            yield from (bytes(line) for line in lines if line)
            if len(held) > MAX_LINE_BYTES:
                raise DaemonUnreachableError(
                    f"the daemon sent a line longer than {MAX_LINE_BYTES} bytes",
                    code="daemon.protocol",
                )
        if held:
            yield bytes(held)


class EventStream:
    """The events of one reply; ends after its last one."""

    def __init__(self, lines: LineStream) -> None:
        self._lines = lines
        self.reply = lines.reply

    def __iter__(self) -> Iterator[EventLine]:
        return (EventLine(line, _decoded(line)) for line in self._lines)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def cancel(self) -> None:
        """Disconnect at once, from any thread: the daemon interrupts the reply."""
        self._lines.cancel()

    def close(self) -> None:
        """Close the connection; idempotent."""
        self._lines.close()


def _decoded(line: bytes) -> ReplyEvent | None:
    """The event in ``line``; ``None`` for a type that only a newer daemon sends."""
    try:
        return _reply_event.decode(line)
    except msgspec.MsgspecError:
        return None
