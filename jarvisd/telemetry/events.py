"""The daemon's events: numbered, kept for a while, read by any number of subscribers.

Responsible for order and limited memory: there is one ring for all readers, and each reader is only
a position in it. Never waits for a reader; one that is behind the oldest event is told how many it
missed, and ends. Numbers belong to one run of the daemon (``life``): a reader with the number of
another run is told so.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable
from itertools import islice
from types import TracebackType
from typing import Self

import msgspec

# This process, as the lines of its streams name it.
LIFE = secrets.token_hex(6)

Numbered = tuple[int, msgspec.Struct]


class EventBus:
    """Publishes events to subscribers and keeps the newest ``backlog`` of them."""

    def __init__(self, backlog: int, life: str = LIFE) -> None:
        self.life = life
        self._ring: deque[Numbered] = deque(maxlen=backlog)
        self._subscriptions: set[Subscription] = set()
        self._latest = 0
        self.closed = False

    @property
    def latest(self) -> int:
        """The number of the newest event; 0 before the first."""
        return self._latest

    @property
    def oldest(self) -> int:
        """The number of the oldest event that can still be read; ``latest + 1`` when none can."""
        return self._latest - len(self._ring) + 1

    @property
    def subscribers(self) -> int:
        """How many readers there are."""
        return len(self._subscriptions)

    def publish(self, event: msgspec.Struct) -> int:
        """Number ``event``, keep it and wake every reader."""
        self._latest += 1
        self._ring.append((self._latest, event))
        for subscription in self._subscriptions:
            subscription.wake()
        return self._latest

    def subscribe(self, since: int | None = None, life: str = "") -> "Subscription":
        """Read the events after number ``since`` of ``life``, or only new ones if it is ``None``.

        A number of another run, or one that does not exist, gives only new ones, and the
        subscription is ``crossed``.
        """
        crossed = self.crossed(since, life)
        position = self._latest if since is None or crossed else since
        subscription = Subscription(self, position, crossed=crossed)
        self._subscriptions.add(subscription)
        return subscription

    def crossed(self, since: int | None, life: str = "") -> bool:
        """Whether ``since`` is no number of this run."""
        return life not in ("", self.life) or (since or 0) > self._latest

    def unsubscribe(self, subscription: "Subscription") -> None:
        """Forget a reader."""
        self._subscriptions.discard(subscription)

    def read(self, after: int, limit: int) -> list[Numbered]:
        """At most ``limit`` kept events with numbers above ``after``, in order."""
        skip = max(0, after - self.oldest + 1)
        return list(islice(self._ring, skip, skip + limit))

    def rewrite(self, change: Callable[[msgspec.Struct], msgspec.Struct]) -> None:
        """Replace every kept event with ``change(event)``; numbers stay."""
        for index, (number, event) in enumerate(self._ring):
            if (changed := change(event)) is not event:
                self._ring[index] = (number, changed)

    def close(self) -> None:
        """End all readers after they have read all events."""
        self.closed = True
        for subscription in self._subscriptions:
            subscription.wake()


class Subscription:
    """One reader. ``async for number, event in subscription``, inside a ``with`` block.

    Ends when the bus closes, or when events were lost to this reader: then ``missed`` says how
    many, and ``position`` is the last number that it did get.
    """

    def __init__(self, bus: EventBus, position: int, *, crossed: bool = False) -> None:
        self._bus = bus
        self._ready = asyncio.Event()
        self._pending: deque[Numbered] = deque()
        self.position = position
        self.life = bus.life
        self.crossed = crossed
        self.missed = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def wake(self) -> None:
        """An event was published, or the bus closed."""
        self._ready.set()

    def close(self) -> None:
        """Stop reading."""
        self._bus.unsubscribe(self)

    def take(self, limit: int = 100) -> list[Numbered]:
        """The next events, at most ``limit``; sets ``missed`` if some were lost."""
        lost = self._bus.oldest - self.position - 1
        if lost > 0:
            self.missed = lost
            return []
        events = self._bus.read(self.position, limit)
        if events:
            self.position = events[-1][0]
        return events

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.missed > 0 or (self._bus.closed and self.position >= self._bus.latest)

    async def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until there may be an event; ``False`` if ``timeout_s`` passed first."""
        if self.position < self._bus.latest or self._bus.closed:
            return True
        self._ready.clear()
        try:
            async with asyncio.timeout(timeout_s):
                await self._ready.wait()
        except TimeoutError:
            return False
        return True

    def __aiter__(self) -> "Subscription":
        return self

    async def __anext__(self) -> Numbered:
        while not self._pending:
            self._pending.extend(self.take())
            if not self._pending:
                if self.ended:
                    raise StopAsyncIteration
                await self.wait()
        return self._pending.popleft()
