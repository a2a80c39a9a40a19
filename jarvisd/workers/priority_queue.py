"""The queue for slots: most urgent first, then in order of arrival. Pure and bounded."""

from bisect import insort
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from jarvisd.errors import WorkerError
from jarvisd.workers.model import Priority

_LONGEST = 1_000
Item = TypeVar("Item")


class PriorityQueue(Generic[Item]):
    """Ordered by priority, then arrival. Items are told apart by identity."""

    def __init__(self, longest: int = _LONGEST) -> None:
        self._longest = longest
        self._arrivals = 0
        self._entries: list[tuple[Priority, int, Item]] = []

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Item]:
        return (item for _, _, item in self._entries)

    def add(self, item: Item, priority: Priority) -> None:
        """Join the queue; raises ``WorkerError`` ``workers.queue_full``."""
        if len(self._entries) >= self._longest:
            raise WorkerError(
                f"{self._longest} jobs are waiting already",
                code="workers.queue_full",
                retry_after_s=1.0,
            )
        self._arrivals += 1
        insort(self._entries, (priority, self._arrivals, item), key=lambda entry: entry[:2])

    def put_back(self, item: Item, priority: Priority) -> None:
        """Put a taken item back before all of its priority; never refused."""
        self._arrivals += 1
        insort(self._entries, (priority, -self._arrivals, item), key=lambda entry: entry[:2])

    def take(self, ready: Callable[[Item], bool]) -> Item | None:
        """Remove and return the first item that can start now; ``None`` if there is none."""
        for index, (_, _, item) in enumerate(self._entries):
            if ready(item):
                del self._entries[index]
                return item
        return None

    def remove(self, item: Item) -> bool:
        """Leave the queue; false if it was not in it (any more)."""
        return self.take(lambda other: other is item) is not None

    def remove_all(self, leaving: Callable[[Item], bool]) -> list[Item]:
        """Remove and return all items for which ``leaving`` is true."""
        gone = [item for item in self if leaving(item)]
        self._entries = [entry for entry in self._entries if not leaving(entry[2])]
        return gone
