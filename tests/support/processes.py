"""Whether a test left processes or descriptors behind, and waiting for what others bring about."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path


@asynccontextmanager
async def nothing_left() -> AsyncIterator[None]:
    """Fails if file descriptors or child processes are left that were not there before."""
    before = open_descriptors(), children()
    yield
    for _ in range(5):
        await asyncio.sleep(0)  # closed transports give their descriptor back a few turns later
    assert (open_descriptors(), children()) == before


async def until(condition: Callable[[], object]) -> None:
    """Wait for a state that other tasks and processes bring about."""
    while not condition():
        await asyncio.sleep(0.01)


def open_descriptors() -> int:
    """How many are open; uvloop keeps one of /dev/null once it had a child."""
    targets = (path.readlink() for path in Path("/proc/self/fd").iterdir() if path.is_symlink())
    return sum(1 for target in targets if str(target) != os.devnull)


def children() -> set[int]:
    return set(_children())


def _children() -> Iterator[int]:
    for task in Path("/proc/self/task").iterdir():
        with suppress(FileNotFoundError):  # a thread that has just ended
            yield from map(int, (task / "children").read_text().split())
