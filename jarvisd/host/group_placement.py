"""Placement by control groups.

jarvisd.service/          given to us to divide
    daemon/               this process
    workers/              weight, quota and CPUs of all workers together
        <pid>/            memory limits of one worker: only that one is slowed down or killed
"""

import errno
import os
import threading
from collections.abc import Iterator
from contextlib import suppress

import structlog

from jarvisd.config import HostSettings
from jarvisd.host.cgroup_status import CgroupStatus, WorkerUsage
from jarvisd.host.group import Group, cpu_max
from jarvisd.host.plain_placement import WORKER_OOM_SCORE
from jarvisd.host.processes import family, set_oom_score

MIB = 1_048_576
WANTED = ("cpu", "cpuset", "memory", "pids")
PER_WORKER = ("memory", "pids")
# A limit that is met by file pages alone is no reason to replace anybody.
SWOLLEN_SHARE = 0.8
_log = structlog.get_logger("jarvisd.host")


class GroupPlacement:
    """Divides ``ours`` at once. Raises ``OSError`` where that is impossible."""

    def __init__(self, ours: Group, settings: HostSettings) -> None:
        self._settings = settings
        self._busy = threading.Lock()
        self._highs: dict[int, int] = {}
        self._shared: tuple[int, str] | None = None
        self._daemon, self._workers = _divide(ours)
        self._given = frozenset(WANTED) & ours.controllers()
        refused = ours.enable(sorted(self._given))
        self._given -= refused.keys()
        self._per_worker = self._given & frozenset(PER_WORKER)
        self._workers.enable(sorted(self._per_worker))
        self.status = self._assess(refused)
        self._set_up()

    # --- workers --------------------------------------------------------------------------------

    def attach(self, pid: int) -> None:
        """Move a worker into its own group; ignores one that has already ended."""
        set_oom_score(pid, WORKER_OOM_SCORE)
        try:
            own = self._workers.child(str(pid))
            for name, value in self._limits():
                own.set(name, value)
            own.move_in(pid)
        except OSError as error:
            if error.errno != errno.ESRCH:
                _log.warning("cgroup.worker_not_placed", pid=pid, reason=error.strerror)
            self.detach(pid)
            return
        with self._busy:
            self._highs[pid] = 0

    def detach(self, pid: int) -> None:
        """Remove the group of an ended worker; systemd removes what is left."""
        with self._busy:
            self._highs.pop(pid, None)
        with suppress(OSError):
            Group(self._workers.path / str(pid)).remove()

    def share(self, weight: int, quota: float | None) -> None:
        """Weight and quota of ``workers/``; written only when they changed."""
        if "cpu" not in self._given:
            return
        wanted = (weight, cpu_max(quota))
        if wanted == self._shared:
            return
        self._shared = wanted
        self._put(self._workers, "cpu.weight", str(weight))
        self._put(self._workers, "cpu.max", wanted[1])

    def usage(self) -> WorkerUsage:
        """Counters of ``workers/``, and the workers that reached a memory limit."""
        pressure = self._workers.cpu_pressure()
        return WorkerUsage(
            cpu_s=self._workers.cpu_s(),
            waited_s=pressure.some.total_s if pressure else None,
            swollen=tuple(self._swollen()) if "memory" in self._per_worker else (),
        )

    # --- inside ---------------------------------------------------------------------------------

    def _set_up(self) -> None:
        settings = self._settings
        if "cpu" in self._given:
            self._put(self._daemon, "cpu.weight", str(settings.cpu_weight))
            self.share(settings.worker_cpu_weight, settings.worker_cpu_quota or None)
        if settings.cpuset and "cpuset" in self._given:
            self._put(self._daemon, "cpuset.cpus", settings.cpuset)
            self._put(self._workers, "cpuset.cpus", settings.cpuset)

    def _limits(self) -> Iterator[tuple[str, str]]:
        if "memory" in self._per_worker:
            yield "memory.high", str(self._settings.worker_memory_high_mb * MIB)
            yield "memory.max", str(self._settings.worker_memory_max_mb * MIB)
            yield "memory.oom.group", "1"

    def _swollen(self) -> Iterator[int]:
        with self._busy:
            known = list(self._highs.items())
        for pid, before in known:
            own = Group(self._workers.path / str(pid))
            now = own.memory_events().get("high", before)
            if now <= before:
                continue
            with self._busy:
                if pid in self._highs:
                    self._highs[pid] = now
            limit = self._settings.worker_memory_high_mb * MIB
            if own.anonymous_bytes() > SWOLLEN_SHARE * limit:
                yield pid

    def _put(self, group: Group, name: str, value: str) -> None:
        if why := group.set(name, value):
            _log.warning("cgroup.not_set", file=str(group.path / name), value=value, reason=why)

    def _assess(self, refused: dict[str, str]) -> CgroupStatus:
        missing = [name for name in ("cpu", "memory") if name not in self._given]
        if self._settings.cpuset and "cpuset" not in self._given:
            missing.append("cpuset")
        if not missing:
            return CgroupStatus("ready")
        names = " and ".join(missing)
        if any(name in refused for name in missing):
            why = "; ".join(f"{name}: {refused[name]}" for name in missing if name in refused)
            return CgroupStatus(
                "degraded", f"The controllers {names} were refused ({why}).", "jarvisctl doctor"
            )
        return CgroupStatus(
            "degraded",
            f"The controllers {names} are not available in our control group.",
            "Set Delegate=cpu cpuset memory pids in the unit. See also: jarvisctl doctor",
        )


def _divide(ours: Group) -> tuple[Group, Group]:
    """Make the two groups and move all processes out of ours: only empty groups can be divided."""
    members = ours.pids()
    if strangers := set(members) - family(os.getpid()):
        raise OSError(errno.EBUSY, f"other processes are in it, for example {min(strangers)}")
    daemon, workers = ours.child("daemon"), ours.child("workers")
    for leftover in workers.path.iterdir():
        if leftover.is_dir():
            with suppress(OSError):
                leftover.rmdir()
    for pid in members:
        with suppress(ProcessLookupError):
            daemon.move_in(pid)
    return daemon, workers
