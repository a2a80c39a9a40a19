"""HTTP/1.1 on one connection of the control socket, with every limit enforced.

Responsible for what must hold before a request reaches a handler: who the peer is, how many
connections there are, how large a head or body may be and how long it may take, and that every
refusal is one of our error bodies and one log line. Knows nothing of routes.
"""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import httptools
import structlog
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from jarvisd.api.access import Peer, SocketOptions, read_peer
from jarvisd.api.bodies import encode_error
from jarvisd.api.connections import (
    ConnectionCounters,
    Deadline,
    HeadTooLargeError,
    TooManyConnectionsError,
    TooSlowError,
)
from jarvisd.config.settings import ApiSettings
from jarvisd.errors import JarvisError, LimitError, PayloadError, RequestError

# Requests that one connection may send ahead of their answers.
MAX_PIPELINED = 16
# Connections above the limit that are still told so in HTTP; beyond them we close at once.
REFUSED_POLITELY = 16
REFUSED_TIMEOUT_S = 1.0
# After a refusal the client may still be sending. What it sends is read and thrown away for this
# long, because closing with unread data would destroy the answer on its way.
LINGER_S = 1.0
LINGER_BYTES = 8 * 1024 * 1024

log = structlog.get_logger("jarvisd.api")


class ControlProtocol(HttpToolsProtocol):
    """One connection. ``scope["state"]["connection"]`` is the protocol itself."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        *,
        settings: ApiSettings,
        counters: ConnectionCounters,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        super().__init__(config, server_state, {"connection": self}, loop)
        self.peer: Peer | None = None
        self.gone = False
        self._settings = settings
        self._counters = counters
        self._on_gone: set[Callable[[], None]] = set()
        self._receiving_head = False
        self._receiving_body = False
        self._head_bytes = 0
        self._body_bytes = 0
        self._receiving = Deadline(loop)
        self._closing = Deadline(loop)
        self._writing = Deadline(loop)
        self._over_limit = False
        self._refusal: JarvisError | None = None
        self._unanswered = 0
        self._deaf = False
        self._discarded = 0

    # --- what handlers use ----------------------------------------------------------------------

    def watch(self, on_gone: Callable[[], None]) -> Callable[[], None]:
        """Call ``on_gone`` once when the client closes its end; returns what ends the watch."""
        self._on_gone.add(on_gone)
        return lambda: self._on_gone.discard(on_gone)

    def truncate(self) -> None:
        """Close without ending the response, so that the client sees it was cut short."""
        if self.cycle is not None:
            self.cycle.disconnected = True
        self.transport.close()
        self._close_within(self._settings.write_timeout_s)

    # --- the connection -------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the peer's credentials, and start the clock on its first request."""
        super().connection_made(transport)
        self._counters.open += 1
        self._counters.accepted += 1
        try:
            self.peer = read_peer(cast("SocketOptions", transport.get_extra_info("socket")))
        except OSError as error:
            # The peer is gone already, or the socket is not a local one: nobody we know.
            log.warning("connection.unidentified", reason=str(error))
            transport.abort()
            return
        excess = len(self.connections) - self._settings.max_connections
        self._over_limit = excess > 0
        if excess > REFUSED_POLITELY:
            self._refuse(self._too_many())
            return
        wait = REFUSED_TIMEOUT_S if self._over_limit else self._settings.header_timeout_s
        self._expect(wait, "headers")

    def connection_lost(self, exc: Exception | None) -> None:
        """Release everything that this connection held."""
        self._counters.open -= 1
        for deadline in (self._receiving, self._closing, self._writing):
            deadline.stop()
        self._unset_keepalive_if_required()
        self.pipeline.clear()
        self._tell_gone()
        super().connection_lost(exc)
        self.app_state = {}  # breaks the cycle through ourselves

    def eof_received(self) -> bool:  # type: ignore[override]
        """The client closed its sending side.

        A half-sent request gets its error. A whole one gets its answer, but streams end: a client
        that went away looks exactly the same until something is written to it.
        """
        if self._deaf:
            return False
        if self._receiving_head or self._receiving_body:
            self._refuse(RequestError("the request ended in the middle", code="request.incomplete"))
            return True
        self._tell_gone()
        if not self._unanswered:
            return False
        self.cycle.keep_alive = False
        return True

    def data_received(self, data: bytes) -> None:
        """Parse what arrived, within the limits."""
        if self._deaf:
            self._discarded += len(data)
            if self._discarded > LINGER_BYTES:
                self.transport.abort()
            return
        self._unset_keepalive_if_required()
        self._head_bytes += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._ignore_upgrade()
        except httptools.HttpParserError as error:
            self._refuse(_refusal_of(error))
        else:
            self._after_parsing()

    def _after_parsing(self) -> None:
        if self._receiving_head:
            if self._head_bytes > self._settings.max_head_bytes:
                self._refuse(self._head_too_large())
            else:
                self._expect(self._settings.header_timeout_s, "headers")
        elif self._receiving_body:
            self._expect(self._settings.body_timeout_s, "body")

    def _ignore_upgrade(self) -> None:
        """Answer an offered upgrade in HTTP/1.1; what follows it on the wire is not HTTP."""
        self._deaf = True
        self._receiving_head = self._receiving_body = False
        self._receiving.stop()
        self.cycle.more_body = False
        self.cycle.keep_alive = False
        self.cycle.message_event.set()

    # --- parser callbacks -----------------------------------------------------------------------

    def on_message_begin(self) -> None:
        """A request starts."""
        super().on_message_begin()
        self._receiving_head = True
        self._body_bytes = 0

    def on_headers_complete(self) -> None:
        """Check the head before anything is done about the request."""
        self._receiving_head = False
        self._head_bytes = 0
        self._receiving.stop()
        if self._over_limit:
            raise self._too_many()
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > self._settings.max_head_bytes:
            raise self._head_too_large()
        if len(self.pipeline) >= MAX_PIPELINED:
            raise LimitError(
                f"more than {MAX_PIPELINED} requests without waiting for an answer",
                code="limit.pipeline",
            )
        super().on_headers_complete()
        self._receiving_body = True
        self._unanswered += 1

    def on_body(self, body: bytes) -> None:
        """Count the body; too much of it ends the request."""
        self._body_bytes += len(body)
        if self._body_bytes > self._settings.max_body_bytes:
            raise PayloadError(
                f"the body is larger than {self._settings.max_body_bytes} bytes",
                hint="Send the text in several requests.",
            )
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is here whole."""
        self._receiving_body = False
        self._receiving.stop()
        super().on_message_complete()

    # --- the end of a response ------------------------------------------------------------------

    def on_response_complete(self) -> None:
        """Start the next request, or deliver the refusal that waited for its turn."""
        self._unanswered -= 1
        super().on_response_complete()
        if self.transport.is_closing():
            self._close_within(self._settings.write_timeout_s)
        elif self._refusal is not None and not self._unanswered:
            self._write_refusal(self._refusal)

    # --- refusals -------------------------------------------------------------------------------

    def _refuse(self, error: JarvisError) -> None:
        """Answer with ``error`` and close; after the answers to earlier requests, in order."""
        self._deaf = True
        self._receiving.stop()
        self._counters.refuse(error.code)
        log.warning("request.refused", code=error.code, reason=error.message, **_who(self.peer))
        answered = self._receiving_body and self.cycle.response_started
        if self._receiving_body and not answered:
            self._withdraw()
        self._receiving_head = self._receiving_body = False
        if answered:
            self.truncate()
        elif self._unanswered:
            self._refusal = error
        else:
            self._write_refusal(error)

    def _withdraw(self) -> None:
        """Take back the newest request: its body will not come whole, no handler may answer it."""
        self._unanswered -= 1
        if self.pipeline and self.pipeline[0][0] is self.cycle:
            self.pipeline.popleft()
        self.cycle.disconnected = True
        self.cycle.message_event.set()

    def _write_refusal(self, error: JarvisError) -> None:
        self._refusal = None
        body = encode_error(error)
        head = (
            STATUS_LINE[error.status]
            + b"content-type: application/json\r\nconnection: close\r\ncontent-length: "
            + str(len(body)).encode()
            + b"\r\n\r\n"
        )
        self.flow.resume_reading()
        self._unset_keepalive_if_required()
        self.transport.write(head + body)
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._close_within(LINGER_S)

    def _close_within(self, seconds: float) -> None:
        self._closing.start(seconds, self.transport.abort)

    def _too_many(self) -> JarvisError:
        return TooManyConnectionsError(
            f"all {self._settings.max_connections} connections are in use",
            hint="Close some clients, or raise api.max_connections.",
            retry_after_s=1.0,
        )

    def _head_too_large(self) -> JarvisError:
        return HeadTooLargeError(
            f"request line and headers are larger than {self._settings.max_head_bytes} bytes"
        )

    # --- time limits ----------------------------------------------------------------------------

    def _expect(self, seconds: float, what: str) -> None:
        """Start the clock on ``what``, unless it runs already."""
        self._receiving.start(seconds, lambda: self._too_slow(seconds, what))

    def _too_slow(self, seconds: float, what: str) -> None:
        self._refuse(TooSlowError(f"the request's {what} did not arrive within {seconds:g} s"))

    def timeout_keep_alive_handler(self) -> None:
        """Nothing came for the idle time, and nothing is owed to the client."""
        self.transport.abort()

    def pause_writing(self) -> None:
        """The client reads slower than we write: give it the configured time to catch up."""
        super().pause_writing()
        self._writing.start(self._settings.write_timeout_s, self._stopped_reading)

    def resume_writing(self) -> None:
        """The client caught up."""
        super().resume_writing()
        self._writing.stop()

    def _stopped_reading(self) -> None:
        self._counters.refuse("limit.write")
        log.warning(
            "connection.stalled",
            code="limit.write",
            reason=f"the client read nothing for {self._settings.write_timeout_s:g} s",
            **_who(self.peer),
        )
        self.transport.abort()

    def _tell_gone(self) -> None:
        if not self.gone:
            self.gone = True
            watchers, self._on_gone = self._on_gone, set()
            for on_gone in watchers:
                on_gone()


def _who(peer: Peer | None) -> dict[str, Any]:
    return {} if peer is None else {"pid": peer.pid, "uid": peer.uid}


def _refusal_of(error: httptools.HttpParserError) -> JarvisError:
    """The error behind a parser failure: ours, raised in a callback, or malformed HTTP."""
    cause = error.__context__
    if isinstance(cause, JarvisError):
        return cause
    return RequestError(
        f"this is not an HTTP/1.1 request: {str(error) or type(error).__name__}",
        code="request.malformed",
    )
