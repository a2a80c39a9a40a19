"""What the daemon, its workers and the model's server use of the machine, as rising counters.

Reads /proc, which may wait for locks of the kernel: call it in a thread. What cannot be read is
``None``; the usage of an ended process stays in the counter.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from jarvisd.host import pressure
from jarvisd.host.processes import cpu_s

MODEL_NAME = "llama-server"
# Looking through all processes costs milliseconds; a new server is seen after this long at most.
SEARCH_S = 10.0


@dataclass(frozen=True, slots=True)
class Consumed:
    """Seconds of CPU since the first reading, and CPU pressure in percent."""

    daemon_cpu_s: float
    workers_cpu_s: float
    model_cpu_s: float | None
    cpu_pressure: float | None


class Risen:
    """The CPU time of a changing set of processes, as one counter."""

    def __init__(self) -> None:
        self._last: dict[int, float] = {}
        self._total_s = 0.0

    def update(self, pids: Iterable[int]) -> float:
        """Seconds used by these and all earlier processes since they were first read."""
        seen = {pid: cpu_s(pid) for pid in pids}
        # What a process had used before it was first seen belongs to an earlier time.
        self._total_s += sum(max(0.0, now - self._last.get(pid, now)) for pid, now in seen.items())
        self._last = seen
        return self._total_s


class Consumption:
    """Reads all counters. Belongs to one thread at a time."""

    def __init__(self, *, proc: Path = Path("/proc")) -> None:
        self._proc = proc
        self._workers = Risen()
        self._model = Risen()
        self._model_pids: list[int] = []
        self._searched_at = float("-inf")

    def read(self, workers: Iterable[int]) -> Consumed:
        """Everything now; ``workers`` are the pids of the engine workers."""
        self._search()
        return Consumed(
            daemon_cpu_s=time.process_time(),
            workers_cpu_s=self._workers.update(workers),
            model_cpu_s=self._model.update(self._model_pids) if self._model_pids else None,
            cpu_pressure=self._pressure(),
        )

    def _search(self) -> None:
        if time.monotonic() - self._searched_at < SEARCH_S:
            return
        self._searched_at = time.monotonic()
        self._model_pids = [
            int(entry.name)
            for entry in self._proc.iterdir()
            if entry.name.isdigit() and _name(entry) == MODEL_NAME
        ]

    def _pressure(self) -> float | None:
        try:
            found = pressure.parse((self._proc / "pressure" / "cpu").read_text())
        except OSError:
            return None
        return found.some.avg10 if found else None


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text().strip()
    except OSError:
        return ""
