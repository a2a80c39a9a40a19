"""The figures of this machine: up-time, load, memory, disk.

A file system may hang, so everything is read in a thread, with a time limit, and never twice at the
same time. What cannot be read stays 0 or empty.
"""

import asyncio
import shutil
import threading
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

_LIMIT_S = 0.5
_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Machine:
    """The figures of one reading; seconds, bytes, 0 where unknown."""

    uptime_s: float = 0.0
    load: tuple[float, float, float] = (0.0, 0.0, 0.0)
    memory: dict[str, int] = field(default_factory=dict)
    disk_total: int = 0
    disk_free: int = 0


def read_machine(disk: Path, *, proc: Path = _PROC) -> Machine:
    """Read now, in this thread; each figure separately, so that one missing file costs only one."""
    uptime_s, load, memory, total, free = 0.0, (0.0, 0.0, 0.0), {}, 0, 0
    with suppress(OSError, ValueError, IndexError):
        uptime_s = float((proc / "uptime").read_text().split()[0])
    with suppress(OSError, ValueError):
        one, five, fifteen, *_ = (proc / "loadavg").read_text().split()
        load = (float(one), float(five), float(fifteen))
    with suppress(OSError, ValueError):
        memory = parse_meminfo((proc / "meminfo").read_text())
    with suppress(OSError):
        total, _, free = shutil.disk_usage(disk)
    return Machine(uptime_s, load, memory, total, free)


def parse_meminfo(text: str) -> dict[str, int]:
    """``/proc/meminfo`` in bytes, by field name."""
    lines = (line.split() for line in text.splitlines())
    return {words[0].rstrip(":"): int(words[1]) * 1024 for words in lines if len(words) >= 2}


class HostReader:
    """Reads this machine; ``disk`` is a path on the file system to report."""

    def __init__(self, disk: Path, *, limit_s: float = _LIMIT_S) -> None:
        self._disk = disk
        self._limit_s = limit_s
        self._reading: Future[Machine] | None = None

    async def read(self) -> Machine:
        """A new reading, or empty figures if the machine does not answer in time."""
        if self._reading is None or self._reading.done():
            self._reading = self._start()
        try:
            async with asyncio.timeout(self._limit_s):
                return await asyncio.shield(asyncio.wrap_future(self._reading))
        except TimeoutError:
            return Machine()

    def _start(self) -> Future[Machine]:
        """Use a separate thread: a hanging one must not block a shared pool."""
        reading: Future[Machine] = Future()
        thread = threading.Thread(
            target=lambda: reading.set_result(read_machine(self._disk)),
            name="machine-figures",
            daemon=True,
        )
        thread.start()
        return reading
