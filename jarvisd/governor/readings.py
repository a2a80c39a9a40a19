"""Reads the counters that the governor compares: of the workers, of the model, of the host.

A handful of small reads from memory, but behind the kernel's locks: only ever in a thread. What
cannot be read is ``None``.
"""

from pathlib import Path

from jarvisd.config import HostSettings
from jarvisd.governor.sampling import Readings
from jarvisd.host import cgroup
from jarvisd.host.group import Group
from jarvisd.host.placement import Placement
from jarvisd.host.processes import TICKS_PER_S

MODEL_UNIT = "llama-server.service"


class Gatherer:
    """Looks for the model's group until it is there, because it may start after us."""

    def __init__(
        self, placement: Placement, settings: HostSettings, *, proc: Path = Path("/proc")
    ) -> None:
        self._placement = placement
        self._proc = proc
        self._paths = model_groups(settings, proc)
        self.swollen: tuple[int, ...] = ()

    def read(self) -> Readings:
        """Everything now; ``swollen`` are then the workers that met their memory limit."""
        usage = self._placement.usage()
        self.swollen = usage.swollen
        model = next((Group(path) for path in self._paths if path.is_dir()), None)
        pressure = model.cpu_pressure() if model else None
        return Readings(
            worker_cpu_s=usage.cpu_s,
            model_cpu_s=model.cpu_s() if model else None,
            model_waited_s=pressure.some.total_s if pressure else None,
            idle_s=self._idle_s(),
        )

    def _idle_s(self) -> float | None:
        try:
            with (self._proc / "stat").open("rb") as file:
                fields = file.readline().split()
        except OSError:
            return None
        idle, waiting_for_disk = int(fields[4]), int(fields[5])
        return (idle + waiting_for_disk) / TICKS_PER_S


def model_groups(settings: HostSettings, proc: Path = Path("/proc")) -> list[Path]:
    """Where the language model may be, the likeliest first.

    As configured; else beside our own group, where the unit's drop-in puts it; else where an
    ordinary unit would be.
    """
    if settings.model_cgroup:
        return [Path(settings.model_cgroup)]
    own = cgroup.own_group(proc)
    if own is None:
        return []
    if own.name == "daemon":  # ours by now: its parent is the unit's
        own = own.parent
    return [own.parent / MODEL_UNIT, *(up / "system.slice" / MODEL_UNIT for up in own.parents)]
