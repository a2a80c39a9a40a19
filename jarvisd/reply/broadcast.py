"""Wakes all tasks that wait for a change.

Waiters loop: check the state, then ``await broadcast.wait()``. Nothing is queued per waiter, so
nothing can grow. It carries no data.
"""

import asyncio


class Broadcast:
    """A wake-up call that any number of tasks can wait for, again and again."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def notify(self) -> None:
        """Wake every current waiter; later ones wait for the next call."""
        event, self._event = self._event, asyncio.Event()
        event.set()

    async def wait(self, timeout_s: float | None = None) -> bool:
        """Return true when notified, false when ``timeout_s`` passed first."""
        event = self._event
        try:
            async with asyncio.timeout(timeout_s):
                await event.wait()
        except TimeoutError:
            return event.is_set()
        return True
