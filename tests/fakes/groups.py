"""A control-group file system made of plain files: what was written can be read back.

Files that the kernel would provide are made here, for every directory that the test names.
"""

from pathlib import Path

CONTROLLERS = "cpuset cpu io memory pids"


class GroupTree:
    """``/sys/fs/cgroup`` and ``/proc`` of one imaginary machine; ours is ``inside``."""

    def __init__(
        self, directory: Path, inside: str = "/jarvis.slice/jarvisd.service", *, root: str = "/"
    ) -> None:
        self.mount = directory / "cgroup"
        self.proc = directory / "proc"
        self.own = self.mount / inside.removeprefix(root).strip("/")
        self.own.mkdir(parents=True)
        (self.own / "cgroup.type").write_text("domain\n")
        self.fill(self.own, "cgroup.procs", "")
        self.fill(self.own, "cgroup.controllers", CONTROLLERS)
        (self.proc / "self").mkdir(parents=True)
        (self.proc / "self/cgroup").write_text(f"12:pids:/elsewhere\n0::{inside}\n")
        (self.proc / "self/mountinfo").write_text(
            "22 1 254:1 / / rw,relatime - ext4 /dev/root rw\n"
            f"26 22 0:24 {root} {self.mount} rw,nosuid shared:4 - cgroup2 cgroup2 rw\n"
        )

    def fill(self, group: Path, name: str, text: str) -> None:
        group.mkdir(parents=True, exist_ok=True)
        (group / name).write_text(text)

    def read(self, path: str) -> str:
        """A file below our group; empty where it was never written."""
        file = self.own / path
        return file.read_text() if file.exists() else ""
