"""How a connection refuses, cuts and is given up.

Responsible for one well-formed error on a connection whatever state it is in: after the answers
that earlier requests are owed, never in the middle of one, and then an end that lets the client
read it. What is refused, and when, is decided by its subclass.
"""

import asyncio
from typing import Any

import structlog
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from jarvisd.api.access import Peer
from jarvisd.api.bodies import encode_error
from jarvisd.api.connections import ConnectionCounters, Deadline
from jarvisd.config.settings import ApiSettings
from jarvisd.errors import JarvisError

# After a refusal the client may still be sending. What it sends is read and thrown away for this
# long, because closing with unread data would destroy the answer on its way.
LINGER_S = 1.0
LINGER_BYTES = 8 * 1024 * 1024

log = structlog.get_logger("jarvisd.api")


class RefusingProtocol(HttpToolsProtocol):
    """A connection that can be ended properly."""

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
        self._settings = settings
        self._counters = counters
        self._receiving_head = False
        self._receiving_body = False
        self._receiving = Deadline(loop)
        self._closing = Deadline(loop)
        self._writing = Deadline(loop)
        self._refusal: JarvisError | None = None
        self._unanswered = 0
        self._deaf = False
        self._discarded = 0

    def truncate(self) -> None:
        """Close without ending the response, so that the client sees it was cut short."""
        if self.cycle is not None:
            self.cycle.disconnected = True
        self.transport.close()
        self._close_within(self._settings.write_timeout_s)

    def on_response_complete(self) -> None:
        """Start the next request, or deliver the refusal that waited for its turn."""
        self._unanswered -= 1
        super().on_response_complete()
        if self.transport.is_closing():
            self._close_within(self._settings.write_timeout_s)
        elif self._refusal is not None and not self._unanswered:
            self._write_refusal(self._refusal)

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

    def _stop_deadlines(self) -> None:
        for deadline in (self._receiving, self._closing, self._writing):
            deadline.stop()

    def _stopped_reading(self) -> None:
        self._counters.refuse("limit.write")
        log.warning(
            "connection.stalled",
            code="limit.write",
            reason=f"the client did not catch up in {self._settings.write_timeout_s:g} s",
            **_who(self.peer),
        )
        self.transport.abort()

    def _refuse(self, error: JarvisError) -> None:
        """Answer with ``error`` and close; after the answers to earlier requests, in order."""
        self._deaf = True
        self._receiving.stop()
        self._counters.refuse(error.code)
        log.info("request.refused", code=error.code, reason=error.message, **_who(self.peer))
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

    def _discard(self, data: bytes) -> None:
        """What a refused client still sends."""
        self._discarded += len(data)
        if self._discarded > LINGER_BYTES:
            self.transport.abort()

    def _close_within(self, seconds: float) -> None:
        self._closing.start(seconds, self.transport.abort)


def _who(peer: Peer | None) -> dict[str, Any]:
    return {} if peer is None else {"pid": peer.pid, "uid": peer.uid}
