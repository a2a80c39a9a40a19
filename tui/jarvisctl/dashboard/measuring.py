"""The part of the feed that follows measurements: the daemon's own series, else what /proc says.

A daemon that keeps no series still shows who uses the processor, because its status names its
processes; the model is then found by the name of its program.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from jarvisctl.dashboard.following import Follower
from jarvisctl.dashboard.messages import Sampled
from jarvisctl.dashboard.snapshot import Sample
from jarvisd.errors import JarvisError
from jarvisd.wire import SampleEvent, SeriesResponse, StatusResponse
from jarvisd.wire.client import ApiClient

NAMES = {
    "daemon_cpu": "daemon",
    "workers_cpu": "workers",
    "model_cpu": "model",
    "tokens_per_s": "tokens_s",
    "slack_s": "slack_s",
    "cpu_pressure": "pressure",
}
PATH = f"/v1/series?watch=true&names={','.join(NAMES)}"
MODEL_PROGRAM = "llama-server"
EVERY_S = 1.0
LOOK_FOR_MODEL_EVERY = 10
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_row = msgspec.json.Decoder(SeriesResponse | SampleEvent)


class Measurements(Follower):
    """Follows ``/v1/series``; while the daemon has none, measures in its place."""

    WHAT = "series"

    def follow(self, client: ApiClient) -> None:
        """Hand on row after row."""
        with self.opened(client, PATH) as stream:
            for raw in stream:
                self.backoff.reset()
                try:
                    rows = samples(_row.decode(raw))
                except msgspec.MsgspecError:
                    continue  # a line for newer clients
                self.line.put(Sampled(rows))

    def do_without(self) -> None:
        """Measure until the daemon goes away; its next life may keep series."""
        usage = CpuUsage()
        with self.line.client() as client:
            while not self.line.stopping.wait(EVERY_S):
                try:
                    status = client.get("/v1/status", StatusResponse)
                except JarvisError:
                    return
                workers = [worker.pid for worker in status.workers]
                wall, at = self.line.clock.wall(), self.line.clock.monotonic()
                if (sample := usage.sample(wall, at, status.pid, workers)) is not None:
                    self.line.put(Sampled((sample,)))


def samples(event: SeriesResponse | SampleEvent) -> tuple[Sample, ...]:
    """The daemon's rows as the dashboard's."""
    if isinstance(event, SampleEvent):
        return (_sample(event.time, event.values),)
    return tuple(
        _sample(time, {name: values[index] for name, values in event.series.items()})
        for index, time in enumerate(event.times)
    )


def _sample(time: float, values: dict[str, float | None]) -> Sample:
    fields: dict[str, Any] = {NAMES[name]: values[name] for name in NAMES if name in values}
    return Sample(wall=time, **fields)


class CpuUsage:
    """Processor time of daemon, workers and model, from one look at /proc to the next."""

    def __init__(self) -> None:
        self._before: dict[int, float] = {}
        self._at: float | None = None
        self._model: list[int] = []
        self._looks = 0

    def sample(self, wall: float, at: float, daemon: int, workers: Iterable[int]) -> Sample | None:
        """Cores used since the last look; ``None`` at the first."""
        if self._looks % LOOK_FOR_MODEL_EVERY == 0:
            self._model = programs(MODEL_PROGRAM)
        self._looks += 1
        groups = {"daemon": [daemon], "workers": list(workers), "model": self._model}
        used = {pid: cpu_s(pid) for pids in groups.values() for pid in pids}
        since, before = self._at, self._before
        self._at, self._before = at, {pid: spent for pid, spent in used.items() if spent}
        if since is None or at <= since:
            return None
        shares: dict[str, Any] = {
            name: sum(max(0.0, used[pid] - before.get(pid, used[pid])) for pid in pids)
            / (at - since)
            for name, pids in groups.items()
            if pids
        }
        return Sample(wall=wall, **shares)


def cpu_s(pid: int) -> float:
    """Processor seconds that a process has used; 0 where it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0.0
    fields = text.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * _TICK_S


def programs(name: str) -> list[int]:
    """The processes that run a program of this name."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                comm = (entry / "comm").read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
            if comm.strip() == name[:15]:
                found.append(int(entry.name))
    return found
