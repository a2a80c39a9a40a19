"""A WebSocket on a connection of the control socket.

Responsible for whole messages in both directions, within limits: the size of one, how many wait to
be read, how long the client may send none, and how many other frames it may send. wsproto knows the
protocol. Never looks into a message.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator

import h11
from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    TextMessage,
)
from wsproto.events import Request as Handshake
from wsproto.frame_protocol import CloseReason
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from jarvisd.api.disconnect import ClientGoneError
from jarvisd.api.request import HttpRequest
from jarvisd.errors import RequestError

HANDSHAKE_ERRORS = (RemoteProtocolError, LocalProtocolError, h11.LocalProtocolError, UnicodeError)
# Messages that wait for their reader; more of them are left to the kernel.
WAITING = 16
# Frames handled in one step of the loop, so that a flood of small ones stops nobody else.
AT_ONCE = 100
# Pings, pongs and fragments between two whole messages. Nobody needs as many.
EMPTY_FRAMES = 1_000

GOING_AWAY = CloseReason.GOING_AWAY
FAILED = CloseReason.INTERNAL_ERROR

Data = str | bytes


class UpgradeRequiredError(RequestError):
    """The route is a WebSocket, but the request is none."""

    status = 426
    default_code = "request.upgrade_required"


class WebSocket:
    """One WebSocket, open from the start. There is one reader, and one writer."""

    def __init__(self, request: HttpRequest, *, limit: int, silence_s: float) -> None:
        """``limit`` is that of a message in bytes, ``silence_s`` the longest time without one."""
        self._client = client = request.client
        self._limit = limit
        self._silence_s = silence_s
        self._protocol = _accepted(request)
        self._messages: deque[Data] = deque()
        self._partial: list[str | bytes | bytearray] = []
        self._partial_size = 0
        self._empty_frames = 0
        self._arrived = asyncio.Event()
        self._open = True
        request.started = request.answered = True
        client.write(self._protocol.send(AcceptConnection()))
        client.receive = self.receive
        self._restart()
        self.receive(client.rest)

    async def messages(self) -> AsyncIterator[Data]:
        """Each message as a whole; ends when the client closes."""
        while True:
            if self._messages:
                yield self._messages.popleft()
                self._read_on()
            elif not self._open:
                return
            else:
                self._arrived.clear()
                await self._arrived.wait()

    async def send(self, message: Data) -> None:
        """Send one message; waits for a client that reads slowly. Raises ClientGoneError."""
        if not self._open:
            raise ClientGoneError
        event = TextMessage(message) if isinstance(message, str) else BytesMessage(message)
        self._client.write(self._protocol.send(event))
        await self._client.drain()

    def close(self, code: int = CloseReason.NORMAL_CLOSURE, reason: str = "") -> None:
        """Close it; idempotent. What the client sends afterwards is not read."""
        if self._open:
            self._open = False
            self._client.silence.stop()
            self._arrived.set()
            self._client.hold(False)
            goodbye = CloseConnection(code=code, reason=reason or None)
            self._client.write(self._protocol.send(goodbye))

    def receive(self, data: bytes) -> None:
        """Bytes from the client."""
        if self._open:
            self._protocol.receive_data(data)
            self._read_on()

    def _read_on(self) -> None:
        """Read frames while there is room for messages, a few at a time."""
        if self._client.gone:
            return
        handled = 0
        events = self._protocol.events()
        while self._open and len(self._messages) < WAITING:
            if handled == AT_ONCE:
                self._client.hold(True)
                asyncio.get_running_loop().call_soon(self._read_on)
                return
            event = next(events, None)
            if event is None:
                self._client.hold(False)
                return
            handled += 1
            self._take(event)
        if self._open:
            self._client.hold(True)

    def _take(self, event: Event) -> None:
        if isinstance(event, CloseConnection):
            self.close(event.code)
        elif isinstance(event, TextMessage | BytesMessage):
            self._gather(event)
        else:
            self._count_empty()
            if isinstance(event, Ping) and self._open and self._client.writable:
                self._client.write(self._protocol.send(event.response()))

    def _gather(self, event: TextMessage | BytesMessage) -> None:
        self._partial.append(event.data)
        self._partial_size += len(event.data)
        if self._partial_size > self._limit:
            self.close(CloseReason.MESSAGE_TOO_BIG, f"more than {self._limit} bytes")
        elif not event.message_finished:
            self._count_empty()
        else:
            kind = "" if isinstance(event, TextMessage) else b""
            self._messages.append(kind.join(self._partial))  # type: ignore[arg-type]  # all alike
            self._partial, self._partial_size, self._empty_frames = [], 0, 0
            self._arrived.set()
            self._restart()

    def _count_empty(self) -> None:
        self._empty_frames += 1
        if self._empty_frames > EMPTY_FRAMES:
            self.close(CloseReason.POLICY_VIOLATION, "too many frames without a message")

    def _restart(self) -> None:
        """Only whole messages keep a WebSocket open: pings and parts of messages do not."""
        self._client.silence.stop()
        self._client.silence.start(self._silence_s, self._too_silent)

    def _too_silent(self) -> None:
        self.close(CloseReason.POLICY_VIOLATION, f"no message for {self._silence_s:g} s")


def _accepted(request: HttpRequest) -> WSConnection:
    """The protocol after a good handshake; raises RequestError where there is none."""
    head = request.head
    if not head.upgrade or head.header(b"upgrade").lower() != "websocket":
        raise UpgradeRequiredError("this route is a WebSocket", hint="Connect with ws+unix.")
    protocol = WSConnection(ConnectionType.SERVER)
    try:
        protocol.initiate_upgrade_connection(list(head.headers.items()), head.raw_path)
        handshake = next(protocol.events())
    except HANDSHAKE_ERRORS as error:
        reason = f"this is not a WebSocket handshake: {error}"
        raise RequestError(reason, code="request.malformed") from None
    if not isinstance(handshake, Handshake):
        raise TypeError(f"a handshake was expected, not {type(handshake).__name__}")
    return protocol
