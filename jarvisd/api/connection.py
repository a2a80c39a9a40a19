"""One connection of the control socket, with every limit enforced.

Responsible for what must hold before a request reaches a handler (who the peer is, how large and
how slow it may be), and for the order of requests and answers: an error is sent after the answers
to earlier requests, never in the middle of one. Knows nothing of routes.
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
from jarvisd.api.request import BODY_BUFFER_BYTES, Body, HttpRequest, head_of
from jarvisd.api.transport import ClientTransport
from jarvisd.errors import JarvisError, LimitError, RequestError

# Requests that one connection may send ahead of their answers.
MAX_PIPELINED = 16
REFUSED_TIMEOUT_S = 1.0

Serve = Callable[[HttpRequest], Awaitable[None]]

log = structlog.get_logger("jarvisd.api")


class Connection(asyncio.Protocol):
    """Parses, orders and limits the requests of one peer; ``serve`` answers each."""

    def __init__(self, serve: Serve, connections: Connections) -> None:
        self._serve = serve
        self._connections = connections
        self._settings = connections.settings
        self._loop = asyncio.get_running_loop()
        self._parser = RequestParser(self._settings.max_head_bytes)
        self._client: ClientTransport
        self._admitted: Peer | None = None
        self._excess: JarvisError | None = None
        self._waiting: deque[HttpRequest] = deque()
        self._current: HttpRequest | None = None
        self._newest: HttpRequest | None = None
        self._task: asyncio.Task[None] | None = None
        self._refusal: JarvisError | None = None
        self._deaf = False
        self._idle, self._head = Deadline(self._loop), Deadline(self._loop)

    # --- the transport ----------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Read the peer's credentials, and start the time limit for its first request."""
        self._connections.opened(self)
        try:
            peer = read_peer(cast("SocketOptions", transport.get_extra_info("socket")))
        except OSError as error:
            # The peer is gone already, or the socket is not a local one: nobody we know.
            log.warning("connection.unidentified", reason=str(error))
            peer = None
        self._client = ClientTransport(
            cast("asyncio.Transport", transport), peer, self._connections
        )
        if peer is None:
            self._client.abort()
            return
        self._excess = self._connections.admit(peer)
        if self._excess is None:
            self._admitted = peer
        elif self._connections.crowded:
            self._refuse(self._excess)
            self._client.close()
            return
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Take what arrived, within the limits."""
        if self._client.receive is not None:
            self._client.receive(data)
            return
        if self._deaf:
            self._client.discard(len(data))
            return
        for event in self._parser.feed(data):
            self._take(event)
        if self._parser.begun and not self._deaf:
            self._expect_head()

    def eof_received(self) -> bool:
        """The client closed its sending side; returns whether to keep ours open.

        An incomplete request gets an error. A complete one gets its answer, but streams end: a
        client that is gone looks the same until something is written to it.
        """
        if not self._deaf and (self._parser.begun or self._parser.in_body):
            self._refuse(RequestError("the request ended in the middle", code="request.incomplete"))
            return True
        self._client.tell_gone()
        self._let_newest_be_last()
        return self._current is not None

    def connection_lost(self, exc: Exception | None) -> None:
        """Release everything that this connection held."""
        self._deaf = True
        self._idle.stop()
        self._head.stop()
        self._waiting.clear()
        self._client.lost()
        if self._newest is not None:
            self._newest.body.fail(ClientGoneError())
        if self._admitted is not None:
            self._connections.release(self._admitted)
        self._connections.closed(self)

    def pause_writing(self) -> None:
        """The client reads slower than we write."""
        self._client.pause_writing()

    def resume_writing(self) -> None:
        """The client caught up."""
        self._client.resume_writing()

    # --- for the server ---------------------------------------------------------------------------

    def shutdown(self) -> None:
        """Close after all pending answers have been sent."""
        self._let_newest_be_last()
        if self._current is None:
            self._client.close()
        elif self._client.receive is not None:
            self._client.tell_gone()

    def cancel(self) -> bool:
        """Cancel the running handler, if any; says whether there was one."""
        return self._task is not None and self._task.cancel()

    def abort(self) -> None:
        """Close now."""
        self._client.abort()

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
            self._client.rest = event.rest
            self._client.hold(True)  # until it is known whose the bytes are that follow
        elif self._newest is not None:
            if isinstance(event, BodyPiece):
                self._newest.body.feed(event.data)
                self._pace()
            elif isinstance(event, BodyEnd):
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
            body = Body(head, self._client, on_read=self._pace, on_late=self._too_slow)
            if body.length != 0:
                body.expect_within(self._settings.body_timeout_s)
            self._newest = HttpRequest(head, self._client, body)
            self._waiting.append(self._newest)
            self._next()

    def _next(self) -> None:
        """Serve the next request, if any."""
        if self._current is None and self._waiting:
            self._current = self._waiting.popleft()
            self._task = self._loop.create_task(self._answer(self._current))
        self._pace()

    async def _answer(self, request: HttpRequest) -> None:
        try:
            await self._serve(request)
        finally:
            self._current = self._task = None
            self._answered(request)

    def _answered(self, request: HttpRequest) -> None:
        """After an answer: the next request, an error, an idle wait, or the end."""
        if self._client.closing or not request.answered:
            self._deaf = True
            self._client.truncate()
        elif not (request.keep_alive and request.body.complete):
            self._end()
        elif self._waiting:
            self._next()
        elif self._refusal is not None:
            self._write_refusal(self._refusal)
        else:
            self._newest = None
            self._idle.start(self._settings.idle_timeout_s, self._client.abort)
            self._pace()

    def _pace(self) -> None:
        """Stop or continue reading, depending on the buffers."""
        unread = self._newest.body.buffered if self._newest is not None else 0
        self._client.hold(bool(self._waiting or unread > BODY_BUFFER_BYTES) and not self._deaf)

    def _let_newest_be_last(self) -> None:
        """No more requests are taken; a pending error closes the connection by itself."""
        if self._newest is not None and self._refusal is None:
            self._newest.keep_alive = False

    # --- limits and refusals ----------------------------------------------------------------------

    def _expect_head(self) -> None:
        """Start the time limit for a head, unless it runs already."""
        limit_s = self._settings.header_timeout_s if self._excess is None else REFUSED_TIMEOUT_S
        self._head.start(limit_s, lambda: self._too_slow(limit_s, "headers"))

    def _too_slow(self, seconds: float, what: str = "body") -> None:
        late = TooSlowError(f"the request's {what} did not arrive within {seconds:g} s")
        self._refuse(self._excess or late)

    def _refuse(self, error: JarvisError) -> None:
        """Answer with ``error`` and close; after the answers to earlier requests, in order."""
        self._deaf = True
        self._idle.stop()
        self._head.stop()
        self._connections.refuse(error.code)
        newest = self._newest
        if newest is not None and not newest.body.complete:
            newest.body.fail(error)  # its own answer is the refusal
            if newest.started:
                self._client.truncate()
            return
        log.info("request.refused", code=error.code, reason=error.message, **self._who())
        if self._current is None:
            self._write_refusal(error)
        else:
            self._refusal = error

    def _write_refusal(self, error: JarvisError) -> None:
        body = encode_error(error)
        headers = {**error_headers(error), "content-length": str(len(body)), "connection": "close"}
        self._client.write(head_of(error.status, headers) + body)
        self._end()

    def _end(self) -> None:
        self._deaf = True
        self._client.end()

    def _who(self) -> dict[str, Any]:
        peer = self._client.peer
        return {} if peer is None else {"pid": peer.pid, "uid": peer.uid}
