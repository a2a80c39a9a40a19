"""The events of one reply: numbered without gaps, all kept, read by any number of readers.

No event is visible before ``show``, which is called when the question is on disk. Its size is
bounded by what bounds a reply (characters of text, utterances). It never waits for a reader: a slow
one simply reads later.
"""

from collections.abc import AsyncIterator, Callable

from msgspec.structs import replace

from jarvisd.reply.broadcast import Broadcast
from jarvisd.wire import (
    ReplyDone,
    ReplyEvent,
    ReplyFailed,
    ReplyInterrupted,
    Token,
    UtteranceEvent,
)

TERMINAL = (ReplyDone, ReplyFailed, ReplyInterrupted)


def without_words(event: ReplyEvent) -> ReplyEvent:
    """The event without the texts of question, answer and heard."""
    match event:
        case Token():
            return replace(event, text="")
        case UtteranceEvent():
            return replace(event, text="", spoken="", sentences=[])
        case ReplyInterrupted():
            return replace(event, heard="")
        case ReplyFailed():
            return replace(event, text="")
        case _:
            return event


class EventLog:
    """Append-only list of one reply's events; ``publish`` gets each of them once, at once."""

    def __init__(self, publish: Callable[[ReplyEvent], object]) -> None:
        self._events: list[ReplyEvent] = []
        self._shown = 0
        self._held = True
        self._changed = Broadcast()
        self._publish = publish
        self._wordless = False
        self.closed = False

    @property
    def next_seq(self) -> int:
        """The number that the next event must carry."""
        return len(self._events)

    def append(self, event: ReplyEvent) -> None:
        """Add the next event; nothing may follow a terminal one."""
        if self.closed:
            raise RuntimeError(f"event after the end of the reply: {event}")
        self._events.append(without_words(event) if self._wordless else event)
        self.closed = isinstance(event, TERMINAL)
        if not self._held:
            self._show()

    def show(self) -> None:
        """Make past and future events visible."""
        self._held = False
        self._show()

    def forget_words(self) -> None:
        """Remove all texts from past and future events."""
        self._wordless = True
        self._events[:] = map(without_words, self._events)

    async def read(self, since: int = 0) -> AsyncIterator[ReplyEvent]:
        """Yield every event from number ``since`` on, ending after the terminal one."""
        position = since
        while True:
            while position < self._shown:
                yield self._events[position]
                position += 1
            if self.closed and not self._held:
                return
            await self._changed.wait()

    def _show(self) -> None:
        for event in self._events[self._shown :]:
            self._shown += 1
            self._publish(event)
        self._changed.notify()
