"""The machine that was measured: what one must know to compare its figures with another's."""

import os
import platform
from pathlib import Path

from jarvisd import __version__

BUSY_SHARE = 0.5


def describe() -> dict[str, object]:
    """Processor, memory, kernel, versions, and how busy the machine was before we began."""
    return {
        "system": platform.platform(),
        "python": platform.python_version(),
        "jarvisd": __version__,
        "cpu": _cpu_model(),
        "cpus": os.cpu_count() or 1,
        "memory_mib": _memory_mib(),
        "load": round(os.getloadavg()[0], 2),
    }


def busy() -> str:
    """What to know before the figures are believed; empty on a quiet machine."""
    load, cpus = os.getloadavg()[0], os.cpu_count() or 1
    if load < cpus * BUSY_SHARE:
        return ""
    return (
        f"The machine is busy (load {load:.1f} on {cpus} processors): figures hold the waiting "
        "for one. Measure again when it is quiet."
    )


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() in {"model name", "Model"}:
            return value.strip()
    return platform.machine()


def _memory_mib() -> int:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 1_048_576
