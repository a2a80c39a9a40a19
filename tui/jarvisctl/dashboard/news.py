"""The news of all threads on its way to the dashboard: gathered here, taken in by the app.

Whoever brings news gets ``put`` when it is made. Bursts become one look, and what is mere routine
waits for the next tick.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextvars import copy_context

from jarvisctl.dashboard.messages import Message

MAX_WAITING = 20_000  # messages between two looks; a reader that slow has lost anyway


class News:
    """A queue for one reader. Messages may be put at any time, and wait until somebody reads."""

    def __init__(self) -> None:
        self._waiting: deque[Message] = deque(maxlen=MAX_WAITING)
        self._due = False
        self._wake: Callable[[], object] = lambda: None
        self._is_routine: Callable[[Message], bool] = lambda _: False

    def wake(self, call: Callable[[], object], *, is_routine: Callable[[Message], bool]) -> None:
        """``call`` in this event loop when there is news, once until it is taken."""
        loop, context = asyncio.get_running_loop(), copy_context()  # as the caller's own

        def wake() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(call, context=context)

        self._wake, self._is_routine = wake, is_routine

    def put(self, message: Message) -> None:
        """Take a message, from any thread."""
        self._waiting.append(message)
        if not (self._due or self._is_routine(message)):
            self._due = True
            self._wake()

    def take(self) -> Iterator[Message]:
        """All that waits, oldest first."""
        self._due = False
        while self._waiting:
            yield self._waiting.popleft()
