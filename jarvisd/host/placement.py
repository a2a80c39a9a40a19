"""Where the daemon and its workers run, and how much of the machine the workers may use.

The interface, and the choice between two ways: control groups (``group_placement``) if systemd
delegated ours, otherwise priorities and CPU affinity (``plain_placement``). All calls may block
shortly: call them in a thread.
"""

from pathlib import Path
from typing import Protocol

import structlog

from jarvisd.config import HostSettings
from jarvisd.host import cgroup
from jarvisd.host.cgroup_status import CgroupStatus, WorkerUsage
from jarvisd.host.group import Group
from jarvisd.host.group_placement import GroupPlacement
from jarvisd.host.plain_placement import PlainPlacement

_log = structlog.get_logger("jarvisd.host")


class Placement(Protocol):
    """How much of the machine the workers may use. No call raises."""

    @property
    def status(self) -> CgroupStatus:
        """The result."""
        ...

    def attach(self, pid: int) -> None:
        """A worker was started: move it to its group."""
        ...

    def detach(self, pid: int) -> None:
        """A worker has ended."""
        ...

    def share(self, weight: int, quota: float | None) -> None:
        """Give all workers together this weight and this many cores (``None``: no limit)."""
        ...

    def usage(self) -> WorkerUsage:
        """The workers' counters now."""
        ...


def place(
    settings: HostSettings, *, proc: Path = Path("/proc"), uid: int | None = None
) -> Placement:
    """Move this process to its group and prepare the group of the workers. Never raises."""
    found = cgroup.find(settings.cgroups, proc=proc, uid=uid)
    placement: Placement
    if found.path is None:
        placement = PlainPlacement(settings, found.reason, found.hint)
    else:
        try:
            placement = GroupPlacement(Group(found.path), settings)
        except OSError as error:
            reason = f"The control group {found.path} cannot be divided: {error.strerror or error}."
            placement = PlainPlacement(
                settings, reason, "See which processes are in it: systemd-cgls"
            )
    status = placement.status
    _log.info(
        f"cgroup.{status.state}",
        group=str(found.path or ""),
        reason=status.reason,
        hint=status.hint,
    )
    return placement
