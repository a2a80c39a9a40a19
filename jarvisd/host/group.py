"""One control group (version 2): its directory, and its files as values.

Every call is one or two system calls on a file system in memory. They may still wait for locks of
the kernel, so call them in a thread. What cannot be read is ``None``; writing returns the error.
"""

from collections.abc import Iterable
from pathlib import Path

from jarvisd.host import pressure
from jarvisd.host.pressure import Pressure

PERIOD_US = 100_000


class Group:
    """The group at ``path``; it need not exist yet."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def child(self, name: str) -> "Group":
        """The group below this one, created if it is missing. Raises ``OSError``."""
        path = self.path / name
        path.mkdir(exist_ok=True)
        return Group(path)

    def remove(self) -> None:
        """Remove it; raises ``OSError`` while it contains a process."""
        self.path.rmdir()

    # --- members --------------------------------------------------------------------------------

    def pids(self) -> list[int]:
        """The processes in it, without those of groups below."""
        return [int(word) for word in self._read("cgroup.procs").split() if word.isdigit()]

    def move_in(self, pid: int) -> None:
        """Move a process and all its threads here. Raises ``OSError``."""
        self._write("cgroup.procs", str(pid))

    # --- settings -------------------------------------------------------------------------------

    def controllers(self) -> frozenset[str]:
        """Controllers that can be enabled for the groups below."""
        return frozenset(self._read("cgroup.controllers").split())

    def enable(self, wanted: Iterable[str]) -> dict[str, str]:
        """Enable controllers for the groups below, one by one; returns the refused ones and why."""
        refused: dict[str, str] = {}
        for name in wanted:
            if why := self.set("cgroup.subtree_control", f"+{name}"):
                refused[name] = why
        return refused

    def set(self, name: str, value: str) -> str:
        """Write a file; returns the error, or an empty text."""
        try:
            self._write(name, value)
        except OSError as error:
            return error.strerror or type(error).__name__
        return ""

    # --- figures --------------------------------------------------------------------------------

    def cpu_s(self) -> float | None:
        """Seconds of CPU that it and all below have used."""
        used = self._counts("cpu.stat").get("usage_usec")
        return None if used is None else used / 1e6

    def throttled_s(self) -> float:
        """Seconds in which its quota stopped it."""
        return self._counts("cpu.stat").get("throttled_usec", 0) / 1e6

    def cpu_pressure(self) -> Pressure | None:
        """How its tasks wait for a CPU."""
        return pressure.parse(self._read("cpu.pressure"))

    def memory_bytes(self) -> int | None:
        """Memory charged to it and all below."""
        text = self._read("memory.current").strip()
        return int(text) if text.isdigit() else None

    def anonymous_bytes(self) -> int:
        """Memory that cannot simply be dropped: not backed by a file."""
        return self._counts("memory.stat").get("anon", 0)

    def memory_events(self) -> dict[str, int]:
        """How often limits were reached: ``high``, ``max``, ``oom_kill`` and others."""
        return self._counts("memory.events")

    # --- inside ---------------------------------------------------------------------------------

    def _counts(self, name: str) -> dict[str, int]:
        pairs = (line.split() for line in self._read(name).splitlines())
        return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdigit()}

    def _read(self, name: str) -> str:
        try:
            return (self.path / name).read_text(encoding="ascii")
        except OSError:
            return ""

    def _write(self, name: str, value: str) -> None:
        (self.path / name).write_text(value, encoding="ascii")


def cpu_max(cores: float | None) -> str:
    """``cpu.max`` for so many cores; ``None`` is no limit. The kernel accepts 1 ms at least."""
    if cores is None:
        return f"max {PERIOD_US}"
    return f"{max(1_000, round(cores * PERIOD_US))} {PERIOD_US}"
