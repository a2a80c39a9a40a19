"""Finds code of ours that holds the event loop, on however busy a machine."""

import asyncio
import functools
import sys
import threading
import time
import traceback
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any, Self

PACKAGES = tuple(
    str(Path(__file__).parents[2] / part)
    for part in ("jarvisd/", "tui/jarvisbench/", "tui/jarvisctl/")
)
TICK_S = 0.05
BLOCKED_S = 0.3  # without a beat, in which the loop's thread computed or sat in a call
_ASLEEP = frozenset("SD")


class LoopGuard:
    """Watches the running loop from a thread; ``blocked`` is the stack that held it, if any.

    Only the daemon's own code counts: a test may well wait for something itself. Nor does time in
    which the loop's thread was ready to run and the machine had no processor for it.
    """

    def __init__(self) -> None:
        self.blocked = ""
        self._beats = 0
        self._over = threading.Event()
        self._watched = threading.get_ident()
        self._clock = time.pthread_getcpuclockid(self._watched)
        self._stat = Path(f"/proc/self/task/{threading.get_native_id()}/stat")
        self._thread = threading.Thread(target=self._watch, name="loop guard", daemon=True)
        self._tick: asyncio.TimerHandle | None = None

    def __enter__(self) -> Self:
        self._beat(asyncio.get_running_loop())
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        if self._tick is not None:
            self._tick.cancel()

    def _beat(self, loop: asyncio.AbstractEventLoop) -> None:
        self._beats += 1
        self._tick = loop.call_later(TICK_S, self._beat, loop)

    def _watch(self) -> None:
        beats, computed, held_s = -1, 0.0, 0.0
        while not self._over.wait(TICK_S) and not self.blocked:
            last, computed = computed, time.clock_gettime(self._clock)
            if beats != self._beats:
                beats, held_s = self._beats, 0.0
                continue
            # Who sits in a call used no processor since the last look, and does not want one.
            held_s += (computed - last) or (TICK_S if self._asleep() else 0.0)
            if held_s >= BLOCKED_S:
                self._note()

    def _asleep(self) -> bool:
        return self._stat.read_text().rpartition(")")[2].split()[0] in _ASLEEP

    def _note(self) -> None:
        frame = sys._current_frames().get(self._watched)
        stack = traceback.extract_stack(frame) if frame else []
        if any(entry.filename.startswith(PACKAGES) for entry in stack):
            self.blocked = "".join(traceback.format_list(stack[-12:]))


def guarded(
    function: Callable[..., Awaitable[Any]], limit_s: float
) -> Callable[..., Awaitable[Any]]:
    """``function`` that fails when it holds the loop, and ends by ``limit_s`` at the latest."""

    @functools.wraps(function)
    async def wrapper(*arguments: Any, **named: Any) -> Any:
        async with _guard(limit_s):
            return await function(*arguments, **named)

    return wrapper


def guarded_generator(
    function: Callable[..., AsyncGenerator[Any, None]], limit_s: float
) -> Callable[..., AsyncGenerator[Any, None]]:
    """The same for a fixture: what it does before its tests, and after them."""

    @functools.wraps(function)
    async def wrapper(*arguments: Any, **named: Any) -> AsyncGenerator[Any, None]:
        async with aclosing(function(*arguments, **named)) as generator:
            async with _guard(limit_s):
                value = await anext(generator)
            yield value
            async with _guard(limit_s):
                await anext(generator, None)

    return wrapper


@asynccontextmanager
async def _guard(limit_s: float) -> AsyncIterator[None]:
    with LoopGuard() as guard:
        async with asyncio.timeout(limit_s):
            yield
    assert not guard.blocked, f"the event loop was blocked by:\n{guard.blocked}"
