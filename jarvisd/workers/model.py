"""Values of the workers' room: priorities, limits, what is known of a process, who judges engines.

An engine is a program that can do jobs of some kind; a resource is what it loads for them.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal, Protocol

WorkerState = Literal["starting", "idle", "busy", "cancelling", "ending"]
EngineActivity = Literal["ready", "starting", "idle", "failed"]
Outcome = Literal["done", "empty", "resource_failed", "failed", "cancelled"]


class Priority(IntEnum):
    """Who gets a slot first; smaller is more urgent."""

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
    """What an engine's workers are up to, and why it failed."""

    activity: EngineActivity
    reason: str = ""


class Health(Protocol):
    """Judges one engine from what happens to its workers."""

    @property
    def failed(self) -> bool:
        """True from the verdict until a fresh worker proves the engine well."""
        ...

    @property
    def reason(self) -> str:
        """Why it failed; empty while it is well."""
        ...

    def start_failed(self, reason: str) -> None:
        """A worker could not be started, and no other is left."""
        ...

    def proved(self) -> None:
        """A fresh worker started, and did a job where the engine had failed."""
        ...

    def died(self, now: float, reason: str) -> None:
        """A worker ended by itself."""
        ...

    def hung(self, now: float, reason: str) -> None:
        """A worker stood still over its job and was ended."""
        ...

    def job_done(self) -> None:
        """A job was done whole."""
        ...

    def job_failed(self, reason: str) -> None:
        """A job that should have made something came to nothing, or to the engine's error."""
        ...
