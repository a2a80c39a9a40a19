"""Values that a placement reports."""

from dataclasses import dataclass

from jarvisd.wire import ComponentState


@dataclass(frozen=True, slots=True)
class CgroupStatus:
    """The result, for the list of components; without a reason it is complete."""

    state: ComponentState
    reason: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class WorkerUsage:
    """Counters of all workers together, in seconds; ``None`` where there is no counter.

    ``waited_s``: at least one of their tasks waited for a CPU. ``swollen``: pids of workers that
    reached their memory limit since the last reading.
    """

    cpu_s: float | None = None
    waited_s: float | None = None
    swollen: tuple[int, ...] = ()
