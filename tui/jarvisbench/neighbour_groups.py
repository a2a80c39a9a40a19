"""Control groups for a private daemon beside a model: what systemd's units give, made by hand.

Where version 2 holds the CPU controller the daemon limits its workers itself. Where version 1 holds
it (hybrid hosts) version 2 still counts and tells pressure, and ``Follower`` writes what the daemon
decides into version 1's files, which mean the same. Everything made here is removed again.
"""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from jarvisbench.rig import PartUnavailable
from jarvisbench.wire import TIMEOUT_S, Wire, WireError, get
from jarvisd.host.cgroup import own_group

MODEL, DAEMON, CLIENT = "llama-server", "jarvisd", "client"
# As in the installed units: the model's share is four times the daemon's.
WEIGHTS = {MODEL: 400, DAEMON: 100, CLIENT: 100}
PERIOD_US = 100_000
V1_CPU = Path("/sys/fs/cgroup/cpu")
LOOK_S = 0.5


class Groups:
    """The groups of one measurement, in both versions where both are in use."""

    def __init__(self, v2: Path, v1: Path | None) -> None:
        self._v2 = v2
        self._v1 = v1

    def launcher(self, name: str) -> list[str]:
        """A command that moves into one of them and becomes the command behind it."""
        moves = " && ".join(f"echo $$ > {path / 'cgroup.procs'}" for path in self._both(name))
        return ["/bin/sh", "-c", f'{moves} && exec "$@"', "sh"]

    def _both(self, name: str) -> list[Path]:
        return [top / name for top in (self._v2, self._v1) if top]

    @property
    def model(self) -> Path:
        """The group that the governor may watch."""
        return self._v2 / MODEL

    @contextmanager
    def followed(self, socket: Path) -> Iterator[None]:
        """Have the daemon's decisions carried out."""
        if self._v1 is None:
            yield
            return
        follower = Follower(socket, self._v2 / DAEMON / "workers", self._v1 / DAEMON)
        with follower.following():
            yield


class Follower:
    """Writes the quota and weight that the daemon decides for its workers into version 1."""

    def __init__(self, socket: Path, workers: Path, ours: Path) -> None:
        self._socket = socket
        self._workers = workers
        self._group = ours / "workers"
        self._ended = threading.Event()

    @contextmanager
    def following(self) -> Iterator[None]:
        """Follow in the background."""
        self._group.mkdir()
        threads = [
            threading.Thread(target=work, daemon=True) for work in (self._decisions, self._moves)
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._ended.set()
            threads[1].join(TIMEOUT_S)

    def _decisions(self) -> None:
        with suppress(WireError), Wire(self._socket) as wire:
            self._share(wire.json(get("/v1/governor"))["now"])
            wire.send(get("/v1/events"))
            for _, event in wire.events():
                if event["type"] == "governor.decision":
                    self._share(event)
                if self._ended.is_set():
                    return

    def _share(self, decision: dict[str, object]) -> None:
        quota, weight = decision["quota"], decision["weight"]
        limit = -1 if quota is None else max(1_000, round(float(str(quota)) * PERIOD_US))
        with suppress(OSError):
            (self._group / "cpu.cfs_quota_us").write_text(str(limit))
            (self._group / "cpu.shares").write_text(str(shares(int(str(weight)))))

    def _moves(self) -> None:
        """Workers are born in the daemon's group; the daemon shows where they belong."""
        known: set[str] = set()
        while not self._ended.wait(LOOK_S):
            with suppress(OSError):
                now = {entry.name for entry in self._workers.iterdir() if entry.is_dir()}
                for pid in now - known:
                    (self._group / "cgroup.procs").write_text(pid)
                known = now


def shares(weight: int) -> int:
    """A weight of version 2, of which 100 is usual, as version 1 has it (1024)."""
    return max(2, weight * 1_024 // 100)


@contextmanager
def groups() -> Iterator[Groups]:
    """Make them below our own group. Raises ``PartUnavailable``."""
    own = own_group()
    if own is None:
        raise PartUnavailable("control groups of version 2 are not mounted here")
    with ExitStack() as stack:
        try:
            yield Groups(*_made(own, stack))
        except PermissionError as error:
            raise PartUnavailable(
                f"{error.filename}: {error.strerror}. Try: systemd-run --user --scope "
                "-p Delegate=yes jarvisctl bench neighbour"
            ) from error


def _made(own: Path, stack: ExitStack) -> tuple[Path, Path | None]:
    v2 = _tree(own, stack)
    if "cpu" in (own / "cgroup.controllers").read_text().split():
        # Only a group without processes can be divided: we become one of its parts.
        (v2 / CLIENT / "cgroup.procs").write_text(str(os.getpid()))
        for group in (own, v2):
            (group / "cgroup.subtree_control").write_text("+cpu +memory")
        for name, weight in WEIGHTS.items():
            (v2 / name / "cpu.weight").write_text(str(weight))
        return v2, None
    if not (V1_CPU / "cpu.shares").exists() and not (V1_CPU / "tasks").exists():
        raise PartUnavailable("no CPU controller can be used here, in neither version")
    v1 = _tree(V1_CPU, stack)
    for name, weight in WEIGHTS.items():
        (v1 / name / "cpu.shares").write_text(str(shares(weight)))
    return v2, v1


def _tree(parent: Path, stack: ExitStack) -> Path:
    top = parent / f"jarvis-bench-{os.getpid()}"
    top.mkdir()
    stack.callback(_remove, top, parent)
    for name in WEIGHTS:
        (top / name).mkdir()
    return top


def _remove(top: Path, home: Path) -> None:
    """Leave, and take the directories away once the processes in them have gone."""
    (home / "cgroup.procs").write_text(str(os.getpid()))
    deadline = time.monotonic() + TIMEOUT_S
    while top.exists() and time.monotonic() < deadline:
        for group in sorted((one for one in top.rglob("*") if one.is_dir()), reverse=True):
            with suppress(OSError):
                group.rmdir()
        with suppress(OSError):
            top.rmdir()
        time.sleep(0.05)
