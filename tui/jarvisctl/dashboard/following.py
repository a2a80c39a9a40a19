"""Threads of the feed that follow one stream of the daemon, across its lives and absences.

Each has its own client. Only one of them tells that the daemon is away; the others wait with it.
"""

import threading
from abc import abstractmethod
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from jarvisctl.dashboard.clock import Clock
from jarvisctl.dashboard.messages import Lost, Message, Missing
from jarvisctl.sockets import choose, explained, log_command
from jarvisd.errors import JarvisError
from jarvisd.wire.client import ApiClient, ApiError, LineStream

FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 5.0
SILENCE_S = 60.0  # heartbeats come far more often
MAX_WANTED = 50

Put = Callable[[Message], None]


class RetryDelay:
    """How long to wait before the next attempt: longer each time, up to a limit."""

    def __init__(self) -> None:
        self._pause_s = FIRST_PAUSE_S

    def next_s(self) -> float:
        """The pause before the next attempt."""
        pause, self._pause_s = self._pause_s, min(LONGEST_PAUSE_S, self._pause_s * 1.6)
        return pause

    def reset(self) -> None:
        """It worked: begin with short pauses again."""
        self._pause_s = FIRST_PAUSE_S


@dataclass(frozen=True, slots=True)
class Line:
    """What every thread of the feed needs: the daemon's addresses, the clock, where news goes.

    ``wanted`` holds replies and their conversations whose question is not known; ``stirred`` is set
    when something began that is worth a closer look.
    """

    sockets: list[str]
    clock: Clock
    put: Put
    stopping: threading.Event
    wanted: deque[tuple[str, str]] = field(default_factory=lambda: deque(maxlen=MAX_WANTED))
    stirred: threading.Event = field(default_factory=threading.Event)

    def client(self, *, timeout_s: float = 5.0) -> ApiClient:
        """A client of whichever daemon there is now."""
        return ApiClient(choose(self.sockets), timeout_s=timeout_s, stream_timeout_s=SILENCE_S)

    def lost(self, error: JarvisError, pause_s: float) -> None:
        """Tell why the daemon does not answer, and when it is tried again."""
        told = explained(error, self.sockets)
        at = self.clock.monotonic()
        hint = told.hint or f"See why: {log_command(choose(self.sockets))}"
        self.put(Lost(at, told.message, hint, at + pause_s))


class Follower(threading.Thread):
    """Follows one resource; reports once ``Missing(WHAT)`` if the daemon does not have it."""

    WHAT = ""

    def __init__(self, line: Line) -> None:
        super().__init__(name=f"dashboard {self.WHAT}", daemon=True)
        self.line = line
        self.backoff = RetryDelay()
        self._stream: LineStream | None = None

    def run(self) -> None:
        """Connect, read, and connect again, until told to stop."""
        while not self.line.stopping.is_set():
            error = JarvisError("the daemon closed the connection", code="daemon.unreachable")
            try:
                with self.line.client() as client:
                    self.follow(client)
            except ApiError as refused:
                error = refused
                self.line.put(Missing(self.WHAT))
                self.do_without()
            except JarvisError as caught:
                error = caught
            pause = self.backoff.next_s()
            if not self.line.stopping.is_set():
                self.tell(error, pause)
                self.line.stopping.wait(pause)

    @abstractmethod
    def follow(self, client: ApiClient) -> None:
        """Read until the stream ends."""

    def do_without(self) -> None:
        """The daemon answers, but refuses this: wait for another one."""
        self.line.stopping.wait(LONGEST_PAUSE_S)

    def tell(self, error: JarvisError, pause_s: float) -> None:
        """The stream is over; most leave it to the events' thread to say so."""

    def opened(self, client: ApiClient, path: str) -> LineStream:
        """The stream at ``path``, which ``hang_up`` can end."""
        self._stream = client.stream_lines(path)
        return self._stream

    def hang_up(self) -> None:
        """End the stream, from any thread."""
        if self._stream is not None:
            self._stream.cancel()
