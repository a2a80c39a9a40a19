"""The events of one reply: numbered without gaps, kept whole, read by any number of readers.

Its size is bounded by what bounds a reply (characters of text, utterances). It never waits for a
reader: a slow one simply reads later.
"""

from collections.abc import AsyncIterator, Callable

from jarvisd.reply.broadcast import Broadcast
from jarvisd.wire import ReplyDone, ReplyEvent, ReplyFailed, ReplyInterrupted

TERMINAL = (ReplyDone, ReplyFailed, ReplyInterrupted)


class EventLog:
    """Append-only list of one reply's events; ``publish`` hears each of them once, at once."""

    def __init__(self, publish: Callable[[ReplyEvent], object]) -> None:
        self._events: list[ReplyEvent] = []
        self._changed = Broadcast()
        self._publish = publish
        self.closed = False

    @property
    def next_seq(self) -> int:
        """The number that the next event must carry."""
        return len(self._events)

    def append(self, event: ReplyEvent) -> None:
        """Add the next event; nothing may follow a terminal one."""
        if self.closed:
            raise RuntimeError(f"event after the end of the reply: {event}")
        self._events.append(event)
        self.closed = isinstance(event, TERMINAL)
        self._publish(event)
        self._changed.notify()

    async def read(self, since: int = 0) -> AsyncIterator[ReplyEvent]:
        """Yield every event from number ``since`` on, ending after the terminal one."""
        position = since
        while True:
            while position < len(self._events):
                yield self._events[position]
                position += 1
            if self.closed:
                return
            await self._changed.wait()
