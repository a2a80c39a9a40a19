"""The transport below one connection: what is written, what waits, and how it ends.

Responsible for flow control in both directions, and for closing so that the client can still read
what was sent. Never looks at what the bytes mean.
"""

import asyncio
from collections.abc import Callable

import structlog

from jarvisd.api.access import Peer
from jarvisd.api.disconnect import ClientGoneError
from jarvisd.api.limits import Connections, Deadline

# After a refusal the client may still be sending. What it sends is read and thrown away for this
# long, because closing with unread data would destroy the answer on its way.
LINGER_S = 1.0
LINGER_BYTES = 8 * 1024 * 1024

log = structlog.get_logger("jarvisd.api")


class ClientTransport:
    """One client's transport. ``receive`` gets its bytes once they are no longer HTTP."""

    def __init__(
        self, transport: asyncio.Transport, peer: Peer | None, connections: Connections
    ) -> None:
        self._transport = transport
        self._connections = connections
        self._write_timeout_s = connections.settings.write_timeout_s
        loop = asyncio.get_running_loop()
        self._writing, self._closing = Deadline(loop), Deadline(loop)
        self._writable = asyncio.Event()
        self._writable.set()
        self._on_gone: set[Callable[[], None]] = set()
        self._held = False
        self._discarded = 0
        self._lost = False
        self.silence = Deadline(loop)
        self.receive: Callable[[bytes], None] | None = None
        self.rest = b""  # what came behind an offered upgrade
        self.peer = peer
        self.gone = False

    @property
    def closing(self) -> bool:
        """Whether nothing can be written any more."""
        return self._transport.is_closing()

    @property
    def writable(self) -> bool:
        """Whether the client reads fast enough."""
        return self._writable.is_set()

    def write(self, data: bytes) -> None:
        """Send ``data`` after all that was written before."""
        if not self.closing:
            self._transport.write(data)

    async def drain(self) -> None:
        """Wait until the client has caught up; raises ClientGoneError."""
        if not self.writable:
            await self._writable.wait()
        if self.closing:
            raise ClientGoneError

    def pause_writing(self) -> None:
        """The client reads slower than we write: give it the configured time to catch up."""
        self._writable.clear()
        self._writing.start(self._write_timeout_s, self._stopped_reading)

    def resume_writing(self) -> None:
        """The client caught up."""
        self._writable.set()
        self._writing.stop()

    def hold(self, held: bool) -> None:
        """Stop reading, or go on."""
        if held != self._held and not self.closing:
            self._held = held
            (self._transport.pause_reading if held else self._transport.resume_reading)()

    # --- ends -------------------------------------------------------------------------------------

    def watch(self, on_gone: Callable[[], None]) -> Callable[[], None]:
        """Call ``on_gone`` once when the client closes its end; returns what ends the watch."""
        self._on_gone.add(on_gone)
        return lambda: self._on_gone.discard(on_gone)

    def tell_gone(self) -> None:
        """The client closed its end, or has to be treated as if it had."""
        if not self.gone:
            self.gone = True
            watchers, self._on_gone = self._on_gone, set()
            for on_gone in watchers:
                on_gone()

    def end(self) -> None:
        """Nothing more is sent; the client gets a moment to read the rest."""
        self.receive = None
        self.hold(False)
        if self._transport.can_write_eof() and not self.closing:
            self._transport.write_eof()
        self._closing.start(LINGER_S, self._transport.abort)

    def discard(self, size: int) -> None:
        """Drop bytes from a client that is being disconnected."""
        self._discarded += size
        if self._discarded > LINGER_BYTES:
            self._transport.abort()

    def truncate(self) -> None:
        """Close without ending the response, so that the client sees that it is incomplete."""
        if not self._lost:
            self._transport.close()
            self._closing.start(self._write_timeout_s, self._transport.abort)

    def close(self) -> None:
        """Close once everything is sent."""
        self._transport.close()

    def abort(self) -> None:
        """Close now."""
        self._transport.abort()

    def lost(self) -> None:
        """The connection is closed: wake whoever waits for it."""
        self._lost = True
        for deadline in (self._writing, self._closing, self.silence):
            deadline.stop()
        self.tell_gone()
        self._writable.set()

    def _stopped_reading(self) -> None:
        self._connections.refuse("limit.write")
        log.warning(
            "connection.stalled",
            code="limit.write",
            reason=f"the client did not read for {self._write_timeout_s:g} s",
            **({} if self.peer is None else {"pid": self.peer.pid, "uid": self.peer.uid}),
        )
        self._transport.abort()
