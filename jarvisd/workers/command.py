"""How the workers of an engine are started, and where they live. Values only; starts nothing."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class WorkerPlacement(Protocol):
    """Where worker processes run. Both calls block shortly and come from any thread."""

    def attach(self, pid: int) -> None:
        """A worker was started: move it to its group before it does anything."""
        ...

    def detach(self, pid: int) -> None:
        """A worker has ended and was reaped."""
        ...


@dataclass(frozen=True, slots=True)
class WorkerCommand:
    """How and where an engine's workers are started.

    ``runner`` is ``module:function``, called as ``function(engine, options)`` in the worker;
    ``options`` is JSON. ``readable`` is what its sandbox lets it read beside its libraries;
    ``None``: no sandbox.
    ``python`` empty: this one.
    """

    engine: str
    runner: str = ""
    python: str = ""
    nice: int = 0
    options: str = "{}"
    arguments: Sequence[str] = ("-P", "-m", "jarvisd.workers.child")
    placement: WorkerPlacement | None = None
    readable: Sequence[str] | None = None

    def line(self, fd: int) -> list[str]:
        """The command line of a worker that talks over ``fd``."""
        line = [self.python or sys.executable, *self.arguments]
        line += ["--runner", self.runner, "--engine", self.engine, "--fd", str(fd)]
        line += ["--parent", str(os.getpid()), "--nice", str(self.nice)]
        # Nowhere is readable too: without the word there is no sandbox.
        allowed = () if self.readable is None else self.readable or ("/nonexistent",)
        line += [word for path in allowed for word in ("--readable", path)]
        return [*line, "--options", self.options]
