"""Values of the workers' room: priorities, limits, states, and the interface of an engine's health.

An engine is a program that can do jobs of some kind; a resource is what it loads for them.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal, Protocol

WorkerState = Literal["starting", "idle", "busy", "cancelling", "ending"]
EngineActivity = Literal["ready", "starting", "idle", "failed"]
Outcome = Literal["done", "empty", "resource_failed", "failed", "cancelled"]


class Priority(IntEnum):
    """The order of jobs; smaller is more urgent."""

    NOW = 0  # the listener is waiting for exactly this
    NEXT = 1  # what comes after it
    WARMING = 2  # nobody waits


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one engine's workers. ``slots`` 0: only the pool's bound."""

    spares: int = 1
    start_timeout_s: float = 60.0
    idle_s: float = 900.0
    hang_timeout_s: float = 1.0
    max_rss_bytes: int = 1 << 30
    slots: int = 0


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """One worker process, as a status report shows it."""

    worker: int
    pid: int
    engine: str
    state: WorkerState
    rss_bytes: int = 0
    served: int = 0


@dataclass(frozen=True, slots=True)
class EngineState:
    """The state of an engine's workers, and why it failed."""

    activity: EngineActivity
    reason: str = ""


class Health(Protocol):
    """Judges one engine by what happens to its workers."""

    @property
    def failed(self) -> bool:
        """True from the failure until a new worker proves that the engine works."""
        ...

    @property
    def reason(self) -> str:
        """Why it failed; empty while it works."""
        ...

    def start_failed(self, reason: str) -> None:
        """A worker could not be started, and no other is left."""
        ...

    def proved(self) -> None:
        """A new worker started, and did a job if the engine had failed."""
        ...

    def died(self, now: float, reason: str) -> None:
        """A worker ended unexpectedly."""
        ...

    def hung(self, now: float, reason: str) -> None:
        """A worker hung in its job and was ended."""
        ...

    def job_done(self) -> None:
        """A job was completed."""
        ...

    def job_failed(self, reason: str) -> None:
        """A job that should have made something gave nothing, or an error of the engine."""
        ...
