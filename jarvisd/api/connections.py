"""What connections can be refused for, how often they were, and the timers that limit them.

Small parts of the protocol that stand on their own. Does no I/O.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from jarvisd.errors import LimitError, RequestError, UnavailableError


class HeadTooLargeError(LimitError):
    """The request line and headers are larger than configured."""

    status = 431
    default_code = "limit.head"


class TooSlowError(RequestError):
    """The client did not send its request in time."""

    status = 408
    default_code = "request.timeout"


class TooManyConnectionsError(UnavailableError):
    """All connections are taken."""

    default_code = "limit.connections"


@dataclass
class ConnectionCounters:
    """What all connections of a server did together."""

    open: int = 0
    accepted: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    on_empty: Callable[[], None] | None = None

    def opened(self) -> None:
        """Count a connection."""
        self.open += 1
        self.accepted += 1

    def closed(self) -> None:
        """Count it out; whoever waits for the last one is told."""
        self.open -= 1
        if self.open == 0 and self.on_empty is not None:
            self.on_empty()

    def refuse(self, code: str) -> None:
        """Count a refusal under its stable code."""
        self.refused[code] = self.refused.get(code, 0) + 1


class Deadline:
    """One time limit that can be started, stopped and started again."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._timer: asyncio.TimerHandle | None = None

    def start(self, seconds: float, expired: Callable[[], None]) -> None:
        """Call ``expired`` after ``seconds``, unless stopped; a running deadline stays as it is."""
        if self._timer is None:
            self._timer = self._loop.call_later(seconds, self._expire, expired)

    def stop(self) -> None:
        """Forget it."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _expire(self, expired: Callable[[], None]) -> None:
        self._timer = None
        expired()
