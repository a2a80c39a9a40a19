"""What a process uses, and how to limit one without control groups.

Nothing here raises for a process that has ended.
"""

import functools
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_PROC = Path("/proc")


def set_oom_score(pid: int, score: int) -> None:
    """How likely the kernel ends it when memory runs out, from 0 to 1000. It can only be raised."""
    with suppress(OSError):
        (_PROC / str(pid) / "oom_score_adj").write_text(str(score))


def set_affinity(pid: int, cpus: Iterable[int]) -> None:
    """Keep all threads of a process to these CPUs; new threads inherit it from theirs."""
    wanted = set(cpus)
    with suppress(OSError):
        for thread in (_PROC / str(pid) / "task").iterdir():
            with suppress(OSError):
                os.sched_setaffinity(int(thread.name), wanted)


def cpu_s(pid: int) -> float:
    """Seconds of CPU that a process has used; 0 where it has gone."""
    try:
        text = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return 0.0
    # The name in brackets may hold anything, brackets too: count from behind it.
    user, system = text.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / TICKS_PER_S


def own_rss_bytes() -> int:
    """Resident memory of this process; the file stays open, because opening it costs most."""
    return int(os.pread(_own_statm(), 128, 0).split()[1]) * PAGE_BYTES


@functools.cache
def _own_statm() -> int:
    return os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)


def family(pid: int) -> frozenset[int]:
    """A process and everything below it, now."""
    found, line = {pid}, [pid]
    while line:
        for child in _children(line.pop()):
            if child not in found:
                found.add(child)
                line.append(child)
    return frozenset(found)


def _children(pid: int) -> list[int]:
    children: list[int] = []
    with suppress(OSError):
        for thread in (_PROC / str(pid) / "task").iterdir():
            with suppress(OSError):
                children += map(int, (thread / "children").read_text().split())
    return children


def cpu_list(text: str) -> frozenset[int]:
    """CPUs of a list as in ``0-3,8``; the configuration has checked its form."""
    found: set[int] = set()
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        found.update(range(int(first), int(last or first) + 1))
    return frozenset(found)
