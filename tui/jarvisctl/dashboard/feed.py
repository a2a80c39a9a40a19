"""Where the dashboard's news comes from: the daemon's events, and the threads that bring the rest.

Nothing here draws or decides; every thread only turns what the API says into messages.
"""

import threading
from typing import Any, Protocol

import msgspec

from jarvisctl.dashboard.clock import Clock
from jarvisctl.dashboard.following import Follower, Line, Put
from jarvisctl.dashboard.messages import Connected, GovernorDecided, Happened, Noted
from jarvisd.errors import JarvisError
from jarvisd.wire import (
    GovernorDecision,
    HeartbeatEvent,
    LaggedEvent,
    ReplyEvent,
    ReplyStarted,
    StateEvent,
)
from jarvisd.wire.client import ApiClient, ApiError, LineStream

# What happened before we came and is worth showing; the daemon keeps about a thousand events.
BACKLOG = 1_000

_Known = ReplyEvent | GovernorDecision | StateEvent | LaggedEvent | HeartbeatEvent
_known: msgspec.json.Decoder[_Known] = msgspec.json.Decoder(_Known)


class Feed(Protocol):
    """Anything that brings messages: the daemon's own news, or a test's."""

    def start(self, put: Put) -> None:
        """Begin to call ``put``, from any thread."""

    def stop(self) -> None:
        """End for good; returns when nothing more will come."""


class DaemonFeed:
    """The news of the daemon that answers at one of ``sockets``."""

    def __init__(self, sockets: list[str], clock: Clock | None = None) -> None:
        self._sockets = sockets
        self._clock = clock or Clock()
        self._stopping = threading.Event()
        self._threads: list[Any] = []

    def start(self, put: Put) -> None:
        """Start the threads."""
        from jarvisctl.dashboard.logtail import LogTail  # noqa: PLC0415 - after the first paint
        from jarvisctl.dashboard.measuring import Measurements  # noqa: PLC0415 - the same
        from jarvisctl.dashboard.polling import Checking, Polling  # noqa: PLC0415 - the same

        line = Line(self._sockets, self._clock, put, self._stopping)
        parts = (Events, Polling, Measurements, LogTail, Checking)
        self._threads = [part(line) for part in parts]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Hang up and wait for the threads; one in a request ends with it."""
        self._stopping.set()
        for thread in self._threads:
            thread.hang_up()
        for thread in self._threads:
            thread.join(0.5)


class Events(Follower):
    """Follows ``/v1/events``; its end is what the loss of the daemon is known by."""

    WHAT = "events"

    def __init__(self, line: Line) -> None:
        super().__init__(line)
        self._life = ""
        self._last = 0

    def follow(self, client: ApiClient) -> None:
        """Read, beginning a little before now, or where the connection broke."""
        since: int | None = None
        while not self.line.stopping.is_set():
            path = "/v1/events" if since is None else f"/v1/events?since={since}&life={self._life}"
            with self.opened(client, path) as stream:
                since = self._read(stream, since)
            if since is None:
                return

    def tell(self, error: JarvisError, pause_s: float) -> None:
        """Say that the daemon is away; one that refuses its events is there all the same."""
        if not isinstance(error, ApiError):
            self.line.lost(error, pause_s)

    def _read(self, stream: LineStream, since: int | None) -> int | None:
        """Hand on events; returns the number to go on from, ``None`` when the stream is over."""
        newest = 0
        for raw in stream:
            event = _decoded(raw)
            match event:
                case StateEvent():
                    newest = event.event
                    self._belong_to(event.life or str(event.status.pid))
                    if since is None and newest > self._last:
                        return max(self._last, newest - BACKLOG)
                    self.backoff.reset()
                    at = self.line.clock.monotonic()
                    self.line.put(Connected(at, event.status, newest))
                case LaggedEvent(event=position, missed=missed, life=life):
                    self._belong_to(life or self._life)
                    return position + missed
                case HeartbeatEvent():
                    continue
                case _:
                    self._hand_on(raw, event, newest)
        return None

    def _belong_to(self, life: str) -> None:
        """The daemon may have begun another life: then its events count from 1 again."""
        if life != self._life:
            self._life, self._last = life, 0

    def _hand_on(
        self, raw: bytes, event: ReplyEvent | GovernorDecision | None, newest: int
    ) -> None:
        head = msgspec.json.decode(raw, type=_Head)
        self._last = max(self._last, head.event)
        at = self.line.clock.monotonic()
        wall = self.line.clock.wall() if head.event > newest else None
        if event is None:
            fields = msgspec.json.decode(raw, type=dict[str, Any])
            self.line.put(Noted(at, wall, head.event, head.type, fields))
        elif isinstance(event, GovernorDecision):
            self.line.put(GovernorDecided(at, head.event, event))
        else:
            if isinstance(event, ReplyStarted):
                self._wonder(event)
            self.line.put(Happened(at, wall, head.event, event))

    def _wonder(self, begun: ReplyStarted) -> None:
        """Ask for what the events of a reply do not say."""
        if begun.conversation:
            self.line.wanted.append((begun.reply, begun.conversation))
        self.line.stirred.set()


class _Head(msgspec.Struct):
    """What every event begins with."""

    type: str
    event: int = 0


def _decoded(raw: bytes) -> "_Known | None":
    """The event, or ``None`` for one that has no type of its own here."""
    try:
        return _known.decode(raw)
    except msgspec.MsgspecError:
        return None
