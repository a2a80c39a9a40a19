"""Watches working processes in a thread, only while there are any, and ends hung ones.

``stillness`` decides what counts as hung, the engine's health what follows from it.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from jarvisd.workers.stillness import Activity
from jarvisd.workers.worker import Worker

_PROC = Path("/proc")
_BUSY = frozenset(b"RD")  # running or waiting for the processor; waiting for the disk
_LONGEST_S = 1.0


class HangMonitor:
    """``wake`` whenever a worker may have begun to work."""

    def __init__(self, workers: Callable[[], Iterable[Worker]]) -> None:
        self._workers = workers
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Start watching, unless it runs already or no worker works."""
        if self._task is None and self._watched():
            self._task = asyncio.get_running_loop().create_task(self._run(), name="hang monitor")

    async def stop(self) -> None:
        """Stop watching."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _watched(self) -> list[Worker]:
        return [worker for worker in self._workers() if worker.stillness]

    async def _run(self) -> None:
        try:
            while watched := self._watched():
                intervals = (one.stillness.interval_s for one in watched if one.stillness)
                await asyncio.sleep(min(_LONGEST_S, *intervals))
                watched = self._watched()
                with suppress(RuntimeError):  # no thread to be had: the next look tells as much
                    found = await asyncio.to_thread(read_all, [one.status.pid for one in watched])
                    for worker, activity in zip(watched, found, strict=True):
                        worker.judge(time.monotonic(), activity)
        finally:
            self._task = None


def read_all(pids: Sequence[int]) -> list[Activity | None]:
    """The activity of each process so far; ``None`` for one that has ended. Blocks shortly."""
    return [read(pid) for pid in pids]


def read(pid: int) -> Activity | None:
    """The activity of a process so far, from /proc; ``None`` if it has ended or cannot be read."""
    try:
        fields = _fields(_PROC / str(pid) / "stat")
        threads = [_fields(each / "stat") for each in (_PROC / str(pid) / "task").iterdir()]
    except (OSError, IndexError):
        return None
    # Faults of memory (minor, major) and time of the processor (user, system).
    used = tuple(int(fields[index]) for index in (7, 9, 11, 12))
    return Activity(used, any(thread[0][0] in _BUSY for thread in threads))


def _fields(stat: Path) -> list[bytes]:
    """The fields after the name, which may contain brackets, too; the first is the state."""
    return stat.read_bytes().rpartition(b")")[2].split()
