"""The daemon's control groups: who is where, what each may take, and that it is held to it."""

import os
import time
from pathlib import Path

from harness import test, until
from system import (
    CGROUPS,
    as_installed,
    burning,
    configuration,
    control_group,
    drop_in,
    figures,
    get,
    main_pid,
    restart,
    show,
    succeed,
)

QUOTA = 0.2
MIB = 1_048_576


def _read(path: Path) -> str:
    return path.read_text().strip()


def _workers() -> list[int]:
    return [worker["pid"] for worker in get("/v1/status")["workers"] if worker["pid"]]


def _nice() -> bool:
    found = [os.getpriority(os.PRIO_PROCESS, pid) for pid in _workers()]
    return bool(found) and min(found) > 0


@test
def everybody_is_in_the_right_group() -> None:
    """The daemon is in daemon/, each worker in a group of its own below workers/."""
    as_installed()
    group = control_group()
    until(_workers, "there is a worker")
    assert str(main_pid()) in _read(group / "daemon/cgroup.procs").split()
    for pid in _workers():
        until(
            lambda pid=pid: str(pid) in _read(group / f"workers/{pid}/cgroup.procs").split(),
            "the worker is housed",
        )
    assert _read(group / "cgroup.procs") == ""
    enabled = set(_read(group / "cgroup.subtree_control").split())
    assert enabled >= {"cpu", "cpuset", "memory", "pids"}, enabled


@test
def weights_and_limits_are_as_configured() -> None:
    """Weights, quota, CPUs and memory of the groups are what the configuration says."""
    settings = (
        "[host]\ncpu_weight = 321\nworker_cpu_weight = 123\nworker_cpu_quota = 0.2\n"
        'cpuset = "0"\nworker_memory_high_mb = 200\nworker_memory_max_mb = 300\n'
    )
    with configuration(settings):
        restart()
        until(_workers, "there is a worker")
        daemon, workers = control_group() / "daemon", control_group() / "workers"
        assert _read(daemon / "cpu.weight") == "321"
        assert _read(workers / "cpu.weight") == "123"
        assert _read(workers / "cpu.max") == f"{round(QUOTA * 100_000)} 100000"
        assert _read(daemon / "cpuset.cpus.effective") == "0"
        assert _read(workers / "cpuset.cpus.effective") == "0"
        own = workers / str(_workers()[0])
        assert _read(own / "memory.high") == str(200 * MIB)
        assert _read(own / "memory.max") == str(300 * MIB)
        assert _read(own / "memory.oom.group") == "1"
        _is_held_to_its_quota(workers)


def _is_held_to_its_quota(workers: Path) -> None:
    """Something in the workers' group wants all the CPU, and does not get it."""
    with burning(workers):
        before, started = figures(workers / "cpu.stat"), time.monotonic()
        time.sleep(8)
        after, took_s = figures(workers / "cpu.stat"), time.monotonic() - started
        used = (after["usage_usec"] - before["usage_usec"]) / 1e6 / took_s
        assert used < 1.5 * QUOTA, f"{used:.2f} cores instead of {QUOTA}"
        assert after["nr_throttled"] - before["nr_throttled"] > 10, after
        assert get("/v1/status")["state"] == "running"


@test
def pressure_can_be_read() -> None:
    """The kernel reports the pressure of the unit and of both groups below it."""
    as_installed()
    for group in (control_group(), control_group() / "daemon", control_group() / "workers"):
        for kind in ("cpu", "memory", "io"):
            assert _read(group / f"{kind}.pressure").startswith("some avg10="), group


@test
def the_model_has_its_share() -> None:
    """llama-server runs beside jarvisd in its slice, with four times the weight."""
    unit = Path("/run/systemd/system/llama-server.service")
    unit.write_text("[Service]\nExecStart=/usr/bin/sleep 600\n")
    succeed("systemctl", "daemon-reload")
    succeed("systemctl", "start", "llama-server.service")
    try:
        model, speech = control_group("llama-server.service"), control_group()
        assert model.parent == speech.parent == CGROUPS / "jarvis.slice"
        assert int(_read(model / "cpu.weight")) == 4 * int(_read(speech / "cpu.weight"))
    finally:
        succeed("systemctl", "stop", "llama-server.service")
        unit.unlink()
        succeed("systemctl", "daemon-reload")


@test
def without_delegation_it_runs_all_the_same() -> None:
    """Without delegation the daemon is ready, falls back to niceness, and says so."""
    with drop_in("[Service]\nDelegate=no\n"):
        restart()
        assert show("ActiveState") == "active"
        components = {c["name"]: c for c in get("/v1/ready")["components"]}
        said = [c for c in components.values() if "delegated" in c["reason"]]
        assert said, components
        until(_nice, "the workers are nice")
