r"""Server-sent events from raw bytes: bytes in, typed events out.

Sans-I/O and incremental: the events are the same for any chunks of bytes. Lines end at ``\n``
(``\r\n`` tolerated) and nowhere else: U+2028, U+0085 and their like are ordinary characters
inside JSON. Memory is bounded by the two limits; what exceeds them, or does not decode, ends the
stream with a ``StreamError``. It never interprets what a chunk means.
"""

from dataclasses import dataclass

import msgspec

from jarvisd.llm.providers.llama_server.wire import StreamChunk

# llama-server's largest events have a few kilobytes. An event is decoded on the event loop in one
# go: this much takes a few milliseconds, whatever is in it.
MAX_LINE_BYTES = 131_072
MAX_EVENT_BYTES = 131_072


@dataclass(frozen=True, slots=True)
class Done:
    """The ``[DONE]`` mark that ends a stream."""


@dataclass(frozen=True, slots=True)
class StreamError:
    """The server reported an error inside the stream, or sent what cannot be read.

    ``kind`` is the server's own error type, or ``malformed``; ``detail`` is for the log. Nothing
    follows it.
    """

    message: str
    kind: str
    detail: str = ""


SseEvent = StreamChunk | Done | StreamError

_decoder = msgspec.json.Decoder(StreamChunk)


class SseParser:
    """Parses one stream."""

    def __init__(
        self, *, max_line_bytes: int = MAX_LINE_BYTES, max_event_bytes: int = MAX_EVENT_BYTES
    ) -> None:
        self._max_line_bytes = max_line_bytes
        self._max_event_bytes = max_event_bytes
        self._partial = bytearray()
        self._data: list[bytes] = []
        self._data_bytes = 0
        self._failed = False

    def feed(self, data: bytes) -> list[SseEvent]:
        """Take the next bytes; return the events that they complete, in order.

        An event without its blank line is not complete: bytes left over at the end are dropped.
        """
        events: list[SseEvent] = []
        for line in self._lines(data):
            event = self._take_line(line)
            if event is not None:
                events.append(event)
        return events

    def _lines(self, data: bytes) -> list[bytes]:
        """The lines that ``data`` completes, and a last one that is already too long."""
        self._partial += data
        lines: list[bytes] = []
        if b"\n" in data:
            *lines, rest = bytes(self._partial).split(b"\n")
            self._partial = bytearray(rest)
        if len(self._partial) > self._max_line_bytes:
            lines.append(bytes(self._partial))
            self._partial.clear()
        return lines

    def _take_line(self, line: bytes) -> SseEvent | None:
        """The event that ``line`` completes, if any; nothing follows a failure."""
        if self._failed:
            return None
        if len(line) > self._max_line_bytes:
            return self._fail(f"a line in it is longer than {self._max_line_bytes} bytes")
        line = line.removesuffix(b"\r")
        if line.startswith(b"data:"):
            return self._take_data(line[5:].removeprefix(b" "))
        # Comments (pings) and other fields (event, id, retry) carry nothing that we use.
        return self._decode() if not line and self._data else None

    def _take_data(self, value: bytes) -> StreamError | None:
        self._data.append(value)
        self._data_bytes += len(value) + 1
        if self._data_bytes > self._max_event_bytes:
            return self._fail(f"an event in it is longer than {self._max_event_bytes} bytes")
        return None

    def _decode(self) -> SseEvent:
        data = b"\n".join(self._data)
        self._data.clear()
        self._data_bytes = 0
        if data == b"[DONE]":
            return Done()
        try:
            chunk = _decoder.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return self._fail("an event in it is no part of an answer", detail=repr(error))
        if chunk.error is not None:
            self._failed = True
            return StreamError(chunk.error.message or "no message", chunk.error.type or "error")
        return chunk

    def _fail(self, message: str, *, detail: str = "") -> StreamError:
        self._failed = True
        return StreamError(message, "malformed", detail)
