"""HTTP/1.1 requests from bytes, within the limits on their heads. No I/O.

Turns bytes, in chunks of any size, into heads, pieces of bodies and ends. httptools (Node's parser)
knows the grammar; invalid bytes, and heads that are too large, end in ``Bad``, after which nothing
more is parsed. Never decides what a request may do.
"""

from dataclasses import dataclass
from urllib.parse import unquote

import httptools

from jarvisd.errors import JarvisError, LimitError, RequestError


class HeadTooLargeError(LimitError):
    """The request line and headers are larger than configured."""

    status = 431
    default_code = "limit.head"


@dataclass(frozen=True, slots=True)
class Head:
    """A request's line and headers. Names are lower case; repeated headers are joined by commas."""

    method: str
    raw_path: bytes
    query: bytes
    headers: dict[bytes, bytes]
    version: str
    keep_alive: bool
    upgrade: bool
    authority: bytes = b""

    @property
    def path(self) -> str:
        """The path with its percent-encoding undone."""
        return unquote(self.raw_path.decode("ascii", "replace"))

    @property
    def printable_path(self) -> str:
        """The path as it was sent, percent-encoded: decoded, it could forge lines of the log."""
        return self.raw_path[:200].decode("ascii", "replace")

    @property
    def body_length(self) -> int | None:
        """Bytes of the body that follows; ``None`` when it comes in chunks."""
        if b"transfer-encoding" in self.headers:
            return None
        return int(self.headers.get(b"content-length", b"0"))

    def header(self, name: bytes) -> str:
        """The value of a header, or nothing."""
        return self.headers.get(name, b"").decode("latin-1")


@dataclass(frozen=True, slots=True)
class BodyPiece:
    """Some bytes of the newest request's body."""

    data: bytes


@dataclass(frozen=True, slots=True)
class BodyEnd:
    """The newest request is complete."""


@dataclass(frozen=True, slots=True)
class Upgraded:
    """The newest request offers another protocol; ``rest`` follows it, and is not HTTP."""

    rest: bytes


@dataclass(frozen=True, slots=True)
class Bad:
    """The rest cannot be parsed, or is refused."""

    error: JarvisError


Event = Head | BodyPiece | BodyEnd | Upgraded | Bad


class RequestParser:
    """Parses the requests of one connection, one after the other."""

    def __init__(self, max_head_bytes: int) -> None:
        self._max_head_bytes = max_head_bytes
        self._parser = httptools.HttpRequestParser(self)
        self._events: list[Event] = []
        self._url = b""
        self._headers: dict[bytes, bytes] = {}
        self._head_size = 0
        self._outside_body = 0  # bytes since the last event, other than those of a body
        self._in_head = False
        self.in_body = False

    @property
    def begun(self) -> bool:
        """Whether a part of the next head has arrived, be it only an empty line."""
        return self._in_head or (self._outside_body > 0 and not self.in_body)

    def feed(self, data: bytes) -> list[Event]:
        """The parts that ``data`` completes, in order."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._events.append(Upgraded(data[upgrade.args[0] :]))
        except httptools.HttpParserError as error:
            self._events.append(Bad(_reason(error)))
        events, self._events = self._events, []
        self._outside_body = 0 if events else self._outside_body + len(data)
        if self._outside_body > self._max_head_bytes:
            events.append(Bad(self._too_large()))
        return events

    # --- called by the parser; what they raise comes out of feed_data -----------------------------

    def on_message_begin(self) -> None:
        """A request starts."""
        self._url, self._headers, self._head_size, self._in_head = b"", {}, 0, True

    def on_url(self, url: bytes) -> None:
        """A part of the request target."""
        self._url += url
        self._count(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header, whole."""
        self._count(len(name) + len(value) + 4)
        name = name.lower()
        known = self._headers.get(name)
        self._headers[name] = value if known is None else known + b"," + value

    def on_headers_complete(self) -> None:
        """The head is complete."""
        self._in_head = False
        self.in_body = True
        url = httptools.parse_url(self._url)
        parser = self._parser
        self._events.append(
            Head(
                method=parser.get_method().decode("ascii"),
                raw_path=url.path or b"/",
                query=url.query or b"",
                headers=self._headers,
                version=parser.get_http_version(),
                keep_alive=parser.should_keep_alive() and not parser.should_upgrade(),
                upgrade=parser.should_upgrade(),
                authority=url.host or b"",
            )
        )

    def on_body(self, data: bytes) -> None:
        """A piece of the body."""
        self._events.append(BodyPiece(data))

    def on_message_complete(self) -> None:
        """The request is complete."""
        self.in_body = False
        self._events.append(BodyEnd())

    def _count(self, size: int) -> None:
        self._head_size += size
        if self._head_size > self._max_head_bytes:
            raise self._too_large()

    def _too_large(self) -> JarvisError:
        return HeadTooLargeError(
            f"request line and headers are larger than {self._max_head_bytes} bytes"
        )


def _reason(error: httptools.HttpParserError) -> JarvisError:
    """The error behind a parser failure: ours, raised in a callback, or malformed HTTP."""
    cause = error.__context__
    if isinstance(cause, JarvisError):
        return cause
    return RequestError(
        f"this is not an HTTP/1.1 request: {str(error) or type(error).__name__}",
        code="request.malformed",
    )
