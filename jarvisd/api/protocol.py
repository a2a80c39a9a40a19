"""HTTP/1.1 on one connection of the control socket, with every limit enforced.

Responsible for what must hold before a request reaches a handler: who the peer is, how many
connections there are, how large a head or body may be and how long it may take. Knows nothing of
routes.
"""

import asyncio
from collections.abc import Callable
from typing import cast

import httptools
import structlog
from uvicorn.config import Config
from uvicorn.server import ServerState

from jarvisd.api.access import SocketOptions, read_peer
from jarvisd.api.connections import (
    ConnectionCounters,
    HeadTooLargeError,
    TooManyConnectionsError,
    TooSlowError,
)
from jarvisd.api.refusing import RefusingProtocol
from jarvisd.config.settings import ApiSettings
from jarvisd.errors import JarvisError, LimitError, PayloadError, RequestError

# Requests that one connection may send ahead of their answers.
MAX_PIPELINED = 16
# Connections above the limit whose request is awaited, for a moment, to refuse it in HTTP; any
# beyond them are told at once and closed.
REFUSED_POLITELY = 16
REFUSED_TIMEOUT_S = 1.0

log = structlog.get_logger("jarvisd.api")


class ControlProtocol(RefusingProtocol):
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
        super().__init__(config, server_state, settings=settings, counters=counters, loop=loop)
        self.gone = False
        self._on_gone: set[Callable[[], None]] = set()
        self._over_limit = False
        self._head_bytes = 0
        self._body_bytes = 0
        self._all_head = False

    def watch(self, on_gone: Callable[[], None]) -> Callable[[], None]:
        """Call ``on_gone`` once when the client closes its end; returns what ends the watch."""
        self._on_gone.add(on_gone)
        return lambda: self._on_gone.discard(on_gone)

    # --- the connection -------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the peer's credentials, and start the clock on its first request."""
        super().connection_made(transport)
        self._counters.opened()
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
            transport.close()
            return
        self._expect(
            REFUSED_TIMEOUT_S if self._over_limit else self._settings.header_timeout_s, "headers"
        )

    def connection_lost(self, exc: Exception | None) -> None:
        """Release everything that this connection held."""
        self._counters.closed()
        self._stop_deadlines()
        self._unset_keepalive_if_required()
        self.pipeline.clear()
        self._tell_gone()
        super().connection_lost(exc)
        self.app_state = {}  # breaks the cycle through ourselves

    def eof_received(self) -> bool:  # type: ignore[override]
        """The client closed its sending side; returns whether to keep ours open.

        A half-sent request gets its error. A whole one gets its answer, but streams end: a client
        that went away looks exactly the same until something is written to it.
        """
        if self._receiving_head or self._receiving_body:
            self._refuse(RequestError("the request ended in the middle", code="request.incomplete"))
            return True
        self._tell_gone()
        if not self._unanswered:
            return False
        if self._refusal is None:
            self.cycle.keep_alive = False
        return True

    def data_received(self, data: bytes) -> None:
        """Parse what arrived, within the limits."""
        if self._deaf:
            self._discard(data)
            return
        self._unset_keepalive_if_required()
        self._all_head = not self._receiving_body
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._ignore_upgrade()
        except httptools.HttpParserError as error:
            self._refuse(_refusal_of(error))
        else:
            self._limit(len(data))

    def _limit(self, received: int) -> None:
        """Hold what has not arrived whole against the limits."""
        if self._receiving_head:
            self._head_bytes += received if self._all_head else 0
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

    # --- parser callbacks; what they raise comes out of feed_data -------------------------------

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
        self._all_head = False
        self._receiving.stop()
        super().on_message_complete()

    # --- reasons --------------------------------------------------------------------------------

    def _expect(self, seconds: float, what: str) -> None:
        """Start the clock on ``what``, unless it runs already."""
        self._receiving.start(seconds, lambda: self._too_slow(seconds, what))

    def _too_slow(self, seconds: float, what: str) -> None:
        if self._over_limit:
            self._refuse(self._too_many())
        else:
            self._refuse(TooSlowError(f"the request's {what} did not arrive within {seconds:g} s"))

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

    def _tell_gone(self) -> None:
        if not self.gone:
            self.gone = True
            watchers, self._on_gone = self._on_gone, set()
            for on_gone in watchers:
                on_gone()


def _refusal_of(error: httptools.HttpParserError) -> JarvisError:
    """The error behind a parser failure: ours, raised in a callback, or malformed HTTP."""
    cause = error.__context__
    if isinstance(cause, JarvisError):
        return cause
    return RequestError(
        f"this is not an HTTP/1.1 request: {str(error) or type(error).__name__}",
        code="request.malformed",
    )
