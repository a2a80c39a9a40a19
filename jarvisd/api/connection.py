"""One connection of the control socket, with every limit enforced.

Responsible for what must hold before a request reaches a handler (who the peer is, how large and
how slow it may be), for the order of requests and answers, and for an end that the client
understands: an error after the answers that it is owed, never in the middle of one. Knows nothing
of routes.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, cast

import structlog

from jarvisd.api.access import Peer, SocketOptions, read_peer
from jarvisd.api.bodies import encode_error, error_headers
from jarvisd.api.disconnect import ClientGoneError
from jarvisd.api.limits import Connections, Deadline, TooSlowError
from jarvisd.api.parsing import Bad, BodyEnd, BodyPiece, Event, Head, RequestParser, Upgraded
from jarvisd.api.request import BODY_BUFFER_BYTES, HttpRequest, head_of
from jarvisd.errors import JarvisError, LimitError, RequestError

# Requests that one connection may send ahead of their answers.
MAX_PIPELINED = 16
REFUSED_TIMEOUT_S = 1.0
# After a refusal the client may still be sending. What it sends is read and thrown away for this
# long, because closing with unread data would destroy the answer on its way.
LINGER_S = 1.0
LINGER_BYTES = 8 * 1024 * 1024

Serve = Callable[[HttpRequest], Awaitable[None]]

log = structlog.get_logger("jarvisd.api")


class Connection(asyncio.Protocol):
    """Parses, orders and limits the requests of one peer; ``serve`` answers each."""

    def __init__(self, serve: Serve, connections: Connections) -> None:
        self._serve = serve
        self._connections = connections
        self._settings = connections.settings
        self._loop = loop = asyncio.get_running_loop()
        self._parser = RequestParser(self._settings.max_head_bytes)
        self._transport: asyncio.Transport
        self._admitted: Peer | None = None
        self._excess: JarvisError | None = None
        self._waiting: deque[HttpRequest] = deque()
        self._current: HttpRequest | None = None
        self._newest: HttpRequest | None = None
        self._task: asyncio.Task[None] | None = None
        self._refusal: JarvisError | None = None
        self._ending = False
        self._deaf = False
        self._lost = False
        self._discarded = 0
        self._upgraded: Callable[[bytes], None] | None = None
        self._rest = b""
        self._held = False
        self._writable = asyncio.Event()
        self._writable.set()
        self._on_gone: set[Callable[[], None]] = set()
        self._idle, self._head, self._body = Deadline(loop), Deadline(loop), Deadline(loop)
        self._write, self._close = Deadline(loop), Deadline(loop)
        self.peer: Peer | None = None
        self.gone = False

    # --- the transport ----------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the peer's credentials, and start the clock on its first request."""
        self._transport = cast("asyncio.Transport", transport)
        self._connections.opened(self)
        try:
            self.peer = read_peer(cast("SocketOptions", transport.get_extra_info("socket")))
        except OSError as error:
            # The peer is gone already, or the socket is not a local one: nobody we know.
            log.warning("connection.unidentified", reason=str(error))
            self._transport.abort()
            return
        self._excess = self._connections.admit(self.peer)
        if self._excess is None:
            self._admitted = self.peer
        elif self._connections.crowded:
            self._refuse(self._excess)
            self._transport.close()
            return
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Take what arrived, within the limits."""
        if self._upgraded is not None:
            self._upgraded(data)
            return
        if self._deaf:
            self._discard(len(data))
            return
        for event in self._parser.feed(data):
            self._take(event)
        if self._parser.begun and not self._deaf:
            self._expect_head()

    def eof_received(self) -> bool:
        """The client closed its sending side; returns whether to keep ours open.

        A half-sent request gets its error. A whole one gets its answer, but streams end: a client
        that went away looks exactly the same until something is written to it.
        """
        if not self._deaf and (self._parser.begun or self._parser.in_body):
            self._refuse(RequestError("the request ended in the middle", code="request.incomplete"))
            return True
        self._tell_gone()
        self._ending = True
        return self._current is not None

    def connection_lost(self, exc: Exception | None) -> None:
        """Release everything that this connection held."""
        for deadline in (self._idle, self._head, self._body, self._write, self._close):
            deadline.stop()
        self._deaf = self._lost = True
        self._waiting.clear()
        self._tell_gone()
        self._writable.set()
        if self._newest is not None:
            self._newest.body.fail(ClientGoneError())
        if self._admitted is not None:
            self._connections.release(self._admitted)
        self._connections.closed(self)

    def pause_writing(self) -> None:
        """The client reads slower than we write: give it the configured time to catch up."""
        self._writable.clear()
        self._write.start(self._settings.write_timeout_s, self._stopped_reading)

    def resume_writing(self) -> None:
        """The client caught up."""
        self._writable.set()
        self._write.stop()

    # --- for the server ---------------------------------------------------------------------------

    def shutdown(self) -> None:
        """Close, once what is owed has been sent."""
        self._ending = True
        if self._current is None:
            self._transport.close()
        elif self._upgraded is not None:
            self._tell_gone()

    def cancel(self) -> bool:
        """End the handler that works for it, if any; says whether there was one."""
        return self._task is not None and self._task.cancel()

    def abort(self) -> None:
        """Close now."""
        self._transport.abort()

    # --- for a request and its answer -------------------------------------------------------------

    def watch(self, on_gone: Callable[[], None]) -> Callable[[], None]:
        """Call ``on_gone`` once when the client closes its end; returns what ends the watch."""
        self._on_gone.add(on_gone)
        return lambda: self._on_gone.discard(on_gone)

    @property
    def last(self) -> bool:
        """Whether the connection ends with the answer to the current request."""
        return self._ending and not self._waiting and self._refusal is None

    def write(self, data: bytes) -> None:
        """Send ``data`` after all that was written before."""
        if not self._transport.is_closing():
            self._transport.write(data)

    @property
    def writable(self) -> bool:
        """Whether the client keeps up with what is written."""
        return self._writable.is_set()

    async def drain(self) -> None:
        """Wait until the client has caught up; raises ClientGoneError."""
        if not self._writable.is_set():
            await self._writable.wait()
        if self._transport.is_closing():
            raise ClientGoneError

    def truncate(self) -> None:
        """Close without ending the response, so that the client sees it was cut short."""
        self._deaf = True
        if not self._lost:
            self._transport.close()
            self._close.start(self._settings.write_timeout_s, self._transport.abort)

    def flow(self) -> None:
        """Hold the client back, or let it go on, as the buffers are now."""
        unread = self._newest.body.buffered if self._newest is not None else 0
        self.hold(bool(self._waiting or unread > BODY_BUFFER_BYTES) and not self._deaf)

    def hold(self, held: bool) -> None:
        """Stop reading, or go on."""
        if held != self._held and not self._transport.is_closing():
            self._held = held
            (self._transport.pause_reading if held else self._transport.resume_reading)()

    def expect_body_within(self, seconds: float) -> None:
        """From now on the body must be here whole within ``seconds``."""
        self._body.stop()
        if self._parser.in_body:
            self._body.start(seconds, lambda: self._too_slow(seconds, "body"))

    def upgrade(self, receive: Callable[[bytes], None]) -> tuple[Deadline, bytes]:
        """From here on all bytes are ``receive``'s; returns its timer, and what has come already.

        Nothing more comes until the connection is no longer held.
        """
        self._upgraded = receive
        rest, self._rest = self._rest, b""
        return self._idle, rest

    # --- requests ---------------------------------------------------------------------------------

    def _take(self, event: Event) -> None:
        if self._deaf:
            return
        if isinstance(event, Head):
            self._begin(event)
        elif isinstance(event, Bad):
            self._refuse(event.error)
        elif isinstance(event, Upgraded):
            self._deaf = True
            self._rest = event.rest
            self.hold(True)  # until it is known whose the bytes are that follow
        elif self._newest is not None:
            if isinstance(event, BodyPiece):
                self._newest.body.feed(event.data)
                self.flow()
            elif isinstance(event, BodyEnd):
                self._body.stop()
                self._newest.body.end()

    def _begin(self, head: Head) -> None:
        self._head.stop()
        self._idle.stop()
        if self._excess is not None:
            self._refuse(self._excess)
        elif len(self._waiting) >= MAX_PIPELINED - 1:
            self._refuse(
                LimitError(
                    f"more than {MAX_PIPELINED} requests without waiting for an answer",
                    code="limit.pipeline",
                )
            )
        else:
            self._newest = HttpRequest(head, self)
            self._waiting.append(self._newest)
            self.expect_body_within(self._settings.body_timeout_s)
            self._next()

    def _next(self) -> None:
        """Serve the request whose turn it is, if any."""
        if self._current is None and self._waiting:
            self._current = self._waiting.popleft()
            self._task = self._loop.create_task(self._answer(self._current))
        self.flow()

    async def _answer(self, request: HttpRequest) -> None:
        try:
            await self._serve(request)
        finally:
            self._current = self._task = None
            self._answered(request)

    def _answered(self, request: HttpRequest) -> None:
        """What comes after an answer: the next request, a refusal, silence, or the end."""
        if self._transport.is_closing() or not request.answered:
            self.truncate()
        elif self.last or not (request.keep_alive and request.body.complete):
            self._end()
        elif self._waiting:
            self._next()
        elif self._refusal is not None:
            self._write_refusal(self._refusal)
        else:
            self._newest = None
            self._idle.start(self._settings.idle_timeout_s, self._transport.abort)
            self.flow()

    # --- limits and refusals ----------------------------------------------------------------------

    def _expect_head(self) -> None:
        """Start the clock on a head, unless it runs already."""
        limit_s = self._settings.header_timeout_s if self._excess is None else REFUSED_TIMEOUT_S
        self._head.start(limit_s, lambda: self._too_slow(limit_s, "headers"))

    def _too_slow(self, seconds: float, what: str) -> None:
        late = TooSlowError(f"the request's {what} did not arrive within {seconds:g} s")
        self._refuse(self._excess or late)

    def _stopped_reading(self) -> None:
        self._connections.refuse("limit.write")
        log.warning(
            "connection.stalled",
            code="limit.write",
            reason=f"the client did not catch up in {self._settings.write_timeout_s:g} s",
            **_who(self.peer),
        )
        self._transport.abort()

    def _refuse(self, error: JarvisError) -> None:
        """Answer with ``error`` and close; after the answers to earlier requests, in order."""
        self._deaf = True
        for deadline in (self._idle, self._head, self._body):
            deadline.stop()
        self._connections.refuse(error.code)
        newest = self._newest
        if newest is not None and not newest.body.complete:
            newest.body.fail(error)  # its own answer is the refusal
            if newest.started:
                self.truncate()
            return
        log.info("request.refused", code=error.code, reason=error.message, **_who(self.peer))
        if self._current is None:
            self._write_refusal(error)
        else:
            self._refusal = error

    def _write_refusal(self, error: JarvisError) -> None:
        body = encode_error(error)
        headers = {**error_headers(error), "content-length": str(len(body)), "connection": "close"}
        self._transport.write(head_of(error.status, headers) + body)
        self._end()

    def _end(self) -> None:
        """Nothing more is sent; the client gets a moment to read what was."""
        self._deaf = True
        self._upgraded = None
        self.hold(False)
        if self._transport.can_write_eof():
            self._transport.write_eof()
        self._close.start(LINGER_S, self._transport.abort)

    def _discard(self, size: int) -> None:
        """What is still sent by a client that nobody listens to any more."""
        self._discarded += size
        if self._discarded > LINGER_BYTES:
            self._transport.abort()

    def _tell_gone(self) -> None:
        if not self.gone:
            self.gone = True
            watchers, self._on_gone = self._on_gone, set()
            for on_gone in watchers:
                on_gone()


def _who(peer: Peer | None) -> dict[str, Any]:
    return {} if peer is None else {"pid": peer.pid, "uid": peer.uid}
