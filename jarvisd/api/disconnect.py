"""The disconnect guard: notices that a client disconnects while its request is handled.

Responsible for ending a block of work the moment its client closes the connection, without polling
and without a second task. Never closes connections itself.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Protocol


class ClientGoneError(Exception):
    """The client closed the connection."""


class Watchable(Protocol):
    """What the guard needs of the connection that carries a request."""

    gone: bool

    def watch(self, on_gone: Callable[[], None]) -> Callable[[], None]:
        """Call ``on_gone`` once when the client goes; returns what ends the watch."""
        ...


@asynccontextmanager
async def disconnect_guard(connection: Watchable) -> AsyncGenerator[None, None]:
    """Run the block while the client is connected; raises ClientGoneError when it disconnects.

    Works as ``asyncio.timeout`` does: the task is cancelled, and the cancellation is turned into
    the error at the end of the block unless somebody else cancelled the task as well.
    """
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("disconnect_guard() needs a task")
    if connection.gone:
        raise ClientGoneError
    cancellations = task.cancelling()
    gone = False

    def on_gone() -> None:
        nonlocal gone
        gone = True
        task.cancel()

    unwatch = connection.watch(on_gone)
    try:
        yield
    except asyncio.CancelledError:
        if gone and task.uncancel() <= cancellations:
            raise ClientGoneError from None
        raise
    finally:
        unwatch()
