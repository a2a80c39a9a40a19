"""Placement without control groups: CPU affinity and OOM scores beside the workers' niceness.

A quota becomes a number of whole CPUs; weights have no effect. Niceness is set when a worker
starts, because only root may lower it again.
"""

import math
import os
import threading

from jarvisd.config import HostSettings
from jarvisd.host.cgroup_status import CgroupStatus, WorkerUsage
from jarvisd.host.processes import cpu_list, cpu_s, set_affinity, set_oom_score

# Workers are the first to go where memory runs out: they are replaced within a second.
WORKER_OOM_SCORE = 500


class PlainPlacement:
    """``reason`` and ``hint`` say why there are no control groups."""

    def __init__(self, settings: HostSettings, reason: str, hint: str) -> None:
        self.status = CgroupStatus(
            "absent", f"{reason} Workers only run at a lower priority (nice).", hint
        )
        self._busy = threading.Lock()
        self._workers: set[int] = set()
        self._ended_s = 0.0
        self._last_cpu_s: dict[int, float] = {}
        available = os.sched_getaffinity(0)
        self._cpus = sorted(cpu_list(settings.cpuset) & available or available)
        self._allowed = len(self._cpus)
        if settings.cpuset:
            set_affinity(os.getpid(), self._cpus)

    def attach(self, pid: int) -> None:
        """Give a worker the current affinity, and a high OOM score."""
        set_oom_score(pid, WORKER_OOM_SCORE)
        with self._busy:
            self._workers.add(pid)
            if self._allowed < len(self._cpus):
                set_affinity(pid, self._cpus[-self._allowed :])

    def detach(self, pid: int) -> None:
        """Forget a worker, but keep its usage."""
        with self._busy:
            self._workers.discard(pid)
            self._ended_s += self._last_cpu_s.pop(pid, 0.0)

    def share(self, weight: int, quota: float | None) -> None:
        """Limit the workers to as many CPUs as the quota allows."""
        every = len(self._cpus)
        allowed = every if quota is None else min(every, max(1, math.ceil(quota)))
        with self._busy:
            if allowed == self._allowed:
                return
            self._allowed = allowed
            for pid in self._workers:
                set_affinity(pid, self._cpus[-allowed:])

    def usage(self) -> WorkerUsage:
        """Seconds of CPU, from each process."""
        with self._busy:
            self._last_cpu_s = {pid: cpu_s(pid) for pid in self._workers}
            return WorkerUsage(cpu_s=self._ended_s + sum(self._last_cpu_s.values()))
