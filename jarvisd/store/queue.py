"""The changes that wait for the disk: in order, bounded in number and characters. No I/O.

Each change has a number and a receipt. What does not fit is counted and never taken.
"""

from collections import deque
from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from jarvisd.store.model import Change, MarkHeard, StoredMessage
from jarvisd.store.receipt import Receipt
from jarvisd.store.recent import size

MAX_CHARS = 32_000_000


class WaitingChange(NamedTuple):
    """A change on its way to the disk; those with a higher number were accepted later."""

    number: int
    change: Change
    receipt: Receipt


class ChangeQueue:
    """Changes that are accepted and not yet saved, oldest first."""

    def __init__(self, *, limit: int, max_chars: int = MAX_CHARS) -> None:
        """``limit`` bounds how many wait, ``max_chars`` the characters in them."""
        self._limit = limit
        self._max_chars = max_chars
        self._entries: deque[WaitingChange] = deque()
        self.chars = 0
        self.accepted = 0
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def changes(self) -> list[Change]:
        """What waits, oldest first."""
        return [entry.change for entry in self._entries]

    @property
    def saved_up_to(self) -> int:
        """The number up to which nothing waits any more."""
        return self._entries[0].number - 1 if self._entries else self.accepted

    def accept(self, change: Change, receipt: Receipt) -> bool:
        """Take a change in; false, and counted, where there is no room."""
        weight = _weight(change)
        if len(self._entries) >= self._limit or self.chars + weight > self._max_chars:
            self.dropped += 1
            return False
        self.accepted += 1
        self.chars += weight
        self._entries.append(WaitingChange(self.accepted, change, receipt))
        return True

    def batch(self, most: int) -> list[WaitingChange]:
        """The oldest ``most`` entries; they stay until they are removed."""
        return list(islice(self._entries, most))

    def of_conversation(self, conversation: str) -> list[WaitingChange]:
        """The messages of one conversation that wait."""
        return [entry for entry in self._entries if _belongs(entry.change, conversation)]

    def remove(self, entries: Iterable[WaitingChange]) -> None:
        """Remove entries, from the head as a rule; an open receipt says that they are saved."""
        for entry in entries:
            if entry.receipt.open:
                entry.receipt.settle()
            self.chars -= _weight(entry.change)
            if self._entries[0] is entry:
                self._entries.popleft()
            else:
                self._entries.remove(entry)

    def put_off(self, reason: str) -> None:
        """Tell every receipt that the disk took nothing, because of ``reason``."""
        for entry in self._entries:
            entry.receipt.put_off(reason)


def _weight(change: Change) -> int:
    match change:
        case StoredMessage():
            return size(change)
        case MarkHeard():
            return len(change.heard or "")
    return 0


def _belongs(change: Change, conversation: str) -> bool:
    return isinstance(change, StoredMessage) and change.conversation == conversation
