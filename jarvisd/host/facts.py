"""Reads what the builtin provider may say about this machine.

The files of /proc answer in microseconds, but a file system may hang: everything is read in a
thread, for a bounded time, and never twice at once. What cannot be read stays 0 or empty.
"""

import asyncio
import os
import shutil
import socket
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from jarvisd.llm.host_facts import ComponentFact, HostFacts

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
    """Read now, in this thread; each figure alone, so that one missing file costs one figure."""
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
        """A fresh reading, or empty figures if the machine does not answer in time."""
        if self._reading is None or self._reading.done():
            self._reading = self._start()
        try:
            async with asyncio.timeout(self._limit_s):
                return await asyncio.shield(asyncio.wrap_future(self._reading))
        except TimeoutError:
            return Machine()

    def _start(self) -> Future[Machine]:
        """In a thread of its own: one that hangs must not take a place in a shared pool."""
        reading: Future[Machine] = Future()
        thread = threading.Thread(
            target=lambda: reading.set_result(read_machine(self._disk)),
            name="host-facts",
            daemon=True,
        )
        thread.start()
        return reading


async def read_host_facts(
    reader: HostReader,
    *,
    daemon_version: str,
    daemon_uptime_s: float,
    components: Sequence[ComponentFact] = (),
    voice: str = "",
    replies: int = 0,
) -> HostFacts:
    """The machine as ``reader`` finds it now, beside what the daemon knows about itself."""
    machine = await reader.read()
    return HostFacts(
        hostname=socket.gethostname(),
        now=datetime.now(tz=UTC).astimezone(),
        uptime_s=machine.uptime_s,
        load=machine.load,
        cpus=len(os.sched_getaffinity(0)),
        memory_total=machine.memory.get("MemTotal", 0),
        memory_available=machine.memory.get("MemAvailable", 0),
        disk_total=machine.disk_total,
        disk_free=machine.disk_free,
        daemon_version=daemon_version,
        daemon_uptime_s=daemon_uptime_s,
        components=tuple(components),
        voice=voice,
        replies=replies,
    )
