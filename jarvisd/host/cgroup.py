"""Finds the daemon's own control group, and whether systemd delegated it to the daemon.

Reads only. A group counts as ours when it belongs to our user, or when systemd says that it was
delegated; being root is not enough, because root may write everywhere.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Policy = Literal["auto", "always", "off"]
_DELEGATED = ("user.delegate", "trusted.delegate")  # how systemd marks what it has given away
_UNIT_HINT = (
    "Run the installed unit (Delegate=), or: systemd-run --user --scope -p Delegate=yes jarvisd"
)


@dataclass(frozen=True, slots=True)
class Found:
    """The control group; without a ``path`` the reason why it cannot be divided, and what helps."""

    path: Path | None
    reason: str = ""
    hint: str = ""


def find(policy: Policy = "auto", *, proc: Path = Path("/proc"), uid: int | None = None) -> Found:
    """The control group of this process, if it may be divided. Never raises."""
    if policy == "off":
        return Found(None, "host.cgroups is off.")
    path = own_group(proc)
    if path is None:
        return Found(
            None,
            "Version 2 of control groups is not mounted here.",
            "Boot with systemd.unified_cgroup_hierarchy=1",
        )
    if policy == "auto" and not _delegated(path, os.geteuid() if uid is None else uid):
        return Found(None, f"The control group {path} was not delegated to jarvisd.", _UNIT_HINT)
    if not os.access(path, os.W_OK) or not os.access(path / "cgroup.procs", os.W_OK):
        return Found(None, f"The control group {path} is read-only for jarvisd.", _UNIT_HINT)
    return Found(path)


def own_group(proc: Path = Path("/proc")) -> Path | None:
    """The directory of this process's group in the version 2 hierarchy."""
    try:
        groups = (proc / "self/cgroup").read_text()
        mounts = (proc / "self/mountinfo").read_text()
    except OSError:
        return None
    inside = next((line[3:] for line in groups.splitlines() if line.startswith("0::")), None)
    mounted = next(filter(None, map(_cgroup2_mount, mounts.splitlines())), None)
    if inside is None or mounted is None:
        return None
    root, mount_point = mounted
    if inside != root and not inside.startswith(root.rstrip("/") + "/"):
        return None  # we are outside of what is mounted here
    return mount_point / inside[len(root) :].strip("/")


def _cgroup2_mount(line: str) -> tuple[str, Path] | None:
    """(the group at the mount's root, mount point) of a line of mountinfo, if it is such a mount.

    The optional fields end at a lone dash; the type follows it.
    """
    before, dash, after = line.partition(" - ")
    if not dash or after.split(" ")[0] != "cgroup2":
        return None
    fields = before.split(" ")
    return fields[3], Path(fields[4].replace("\\040", " "))


def _delegated(path: Path, uid: int) -> bool:
    if not (path / "cgroup.type").exists():
        return False  # the root of all groups belongs to the host
    if uid != 0:
        return path.stat().st_uid == uid
    return any(_marked(path, name) for name in _DELEGATED)


def _marked(path: Path, name: str) -> bool:
    try:
        return os.getxattr(path, name) == b"1"
    except OSError:
        return False
