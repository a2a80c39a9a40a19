"""Who may connect, how often that was refused, and the timers that limit a connection.

Makes sure that only an administrator can use all connections. Does no I/O.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from jarvisd.api.access import AccessPolicy, Peer, Role, user_name
from jarvisd.config.settings import ApiSettings
from jarvisd.errors import LimitError, RequestError, UnavailableError

# Connections above a limit whose request is awaited, for a moment, to refuse it in HTTP; any beyond
# them are told at once and closed.
REFUSED_POLITELY = 16


class TooSlowError(RequestError):
    """The client did not send its request in time."""

    status = 408
    default_code = "request.timeout"


class TooManyConnectionsError(UnavailableError):
    """All connections are taken."""

    default_code = "limit.connections"


class TooManyOfOneUserError(LimitError):
    """One user has as many connections as one user may have."""

    default_code = "limit.connections_per_user"


class Stoppable(Protocol):
    """What the server does with an open connection at its end."""

    def shutdown(self) -> None:
        """Close after all pending answers have been sent."""
        ...

    def cancel(self) -> bool:
        """Cancel the running handler, if any; says whether there was one."""
        ...

    def abort(self) -> None:
        """Close now."""
        ...


class Connections:
    """All connections of a server: counted, and limited for each user."""

    def __init__(self, settings: ApiSettings, policy: AccessPolicy) -> None:
        self.settings = settings
        self.policy = policy
        self._admitted: Counter[int] = Counter()
        self._open: set[Stoppable] = set()
        self._empty = asyncio.Event()
        self.accepted = 0
        self.refused: Counter[str] = Counter()

    @property
    def open(self) -> int:
        """How many are open, counting those that are being refused."""
        return len(self._open)

    def opened(self, connection: Stoppable) -> None:
        """Count a connection."""
        self._open.add(connection)
        self.accepted += 1

    def closed(self, connection: Stoppable) -> None:
        """Count one less; wakes whoever waits for the last one."""
        self._open.discard(connection)
        if not self._open:
            self._empty.set()

    def each(self) -> list[Stoppable]:
        """Those that are open now."""
        return list(self._open)

    async def wait_until_none(self) -> None:
        """Wait until the last one is closed: then every answer has been sent."""
        if self._open:
            self._empty.clear()
            await self._empty.wait()

    def admit(self, peer: Peer) -> LimitError | UnavailableError | None:
        """Give ``peer`` one of the connections, or say why not. ``release`` gives it back."""
        settings, taken = self.settings, self._admitted.total()
        if self.policy.role_of(peer) < Role.ADMIN:
            if self._admitted[peer.uid] >= settings.max_connections_per_user:
                return _too_many_of(peer, settings.max_connections_per_user)
            taken += min(settings.reserved_connections, settings.max_connections - 1)
        if taken >= settings.max_connections:
            return _too_many(settings.max_connections)
        self._admitted[peer.uid] += 1
        return None

    def release(self, peer: Peer) -> None:
        """Take back what ``admit`` gave."""
        self._admitted[peer.uid] -= 1
        if not self._admitted[peer.uid]:
            del self._admitted[peer.uid]

    @property
    def crowded(self) -> bool:
        """Whether so many are being refused that new ones are closed without an answer."""
        return self.open - self._admitted.total() > REFUSED_POLITELY

    def refuse(self, code: str) -> None:
        """Count a refusal under its stable code."""
        self.refused[code] += 1


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


def _too_many(limit: int) -> UnavailableError:
    return TooManyConnectionsError(
        f"all {limit} connections are in use",
        hint="Close some clients, or raise api.max_connections.",
        retry_after_s=1.0,
    )


def _too_many_of(peer: Peer, limit: int) -> LimitError:
    return TooManyOfOneUserError(
        f"user {user_name(peer.uid)} has {limit} connections open, which is the limit",
        hint="Close some clients, or raise api.max_connections_per_user.",
        retry_after_s=1.0,
    )
