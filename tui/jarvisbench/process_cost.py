"""What a process has cost so far, read from ``/proc``: processor time, wake-ups, memory."""

import os
from dataclasses import dataclass
from pathlib import Path

MIB = 1_048_576


@dataclass(frozen=True, slots=True)
class Cost:
    """Since the process started; of all its threads, none of its children."""

    cpu_s: float
    wake_ups: int

    def __sub__(self, earlier: "Cost") -> "Cost":
        """What was spent in between."""
        return Cost(self.cpu_s - earlier.cpu_s, self.wake_ups - earlier.wake_ups)


def cost(pid: int) -> Cost:
    """The cost of ``pid`` until now. Raises ``OSError`` when it has ended."""
    cpu_ns = wake_ups = 0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        cpu_ns += int((thread / "schedstat").read_text().split()[0])
        wake_ups += _voluntary_switches((thread / "status").read_text())
    return Cost(cpu_ns / 1e9, wake_ups)


def resident_mib(pid: int) -> float:
    """Memory that ``pid`` occupies, shared pages included, in MiB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB


def _voluntary_switches(status: str) -> int:
    line = next(line for line in status.splitlines() if line.startswith("voluntary_ctxt"))
    return int(line.split()[1])
