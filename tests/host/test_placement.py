"""Daemon and workers in their groups: on a tree of plain files, and on the kernel's own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvisd.config import HostSettings
from jarvisd.host.group import Group, cpu_max
from jarvisd.host.group_placement import GroupPlacement
from jarvisd.host.placement import place
from jarvisd.host.plain_placement import PlainPlacement
from jarvisd.host.processes import cpu_list, cpu_s, family
from tests.fakes.groups import GroupTree

ALWAYS = HostSettings(cgroups="always", worker_memory_high_mb=100, worker_memory_max_mb=200)
MIB = 1_048_576


@pytest.fixture
def tree(tmp_path: Path) -> GroupTree:
    return GroupTree(tmp_path)


@pytest.fixture
def child() -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def test_divides_its_group_and_moves_in(tree: GroupTree) -> None:
    tree.fill(tree.own, "cgroup.procs", f"{os.getpid()}\n")
    placement = place(ALWAYS, proc=tree.proc)
    assert placement.status.state == "ready"
    assert tree.read("daemon/cgroup.procs") == str(os.getpid())
    assert tree.read("daemon/cpu.weight") == "500"
    assert tree.read("workers/cpu.weight") == "100"
    assert tree.read("workers/cpu.max") == "max 100000"


def test_enables_only_what_is_offered(tree: GroupTree) -> None:
    tree.fill(tree.own, "cgroup.controllers", "memory io")
    placement = place(ALWAYS, proc=tree.proc)
    assert placement.status.state == "degraded"
    assert "cpu" in placement.status.reason
    assert tree.read("cgroup.subtree_control") == "+memory"
    placement.share(50, 0.5)
    assert tree.read("workers/cpu.max") == ""


def test_keeps_to_the_configured_cpus(tree: GroupTree) -> None:
    settings = HostSettings(cgroups="always", cpuset="0-1,3", worker_cpu_quota=1.5)
    place(settings, proc=tree.proc)
    assert tree.read("daemon/cpuset.cpus") == tree.read("workers/cpuset.cpus") == "0-1,3"
    assert tree.read("workers/cpu.max") == "150000 100000"


def test_each_worker_has_its_own_memory_limit(
    tree: GroupTree, child: "subprocess.Popen[bytes]"
) -> None:
    placement = place(ALWAYS, proc=tree.proc)
    placement.attach(child.pid)
    group = f"workers/{child.pid}"
    assert tree.read(f"{group}/cgroup.procs") == str(child.pid)
    assert tree.read(f"{group}/memory.high") == str(100 * MIB)
    assert tree.read(f"{group}/memory.max") == str(200 * MIB)
    assert tree.read(f"{group}/memory.oom.group") == "1"
    assert Path(f"/proc/{child.pid}/oom_score_adj").read_text().strip() == "500"


def test_writes_a_share_only_when_it_changes(tree: GroupTree) -> None:
    placement = place(ALWAYS, proc=tree.proc)
    placement.share(20, 0.25)
    assert tree.read("workers/cpu.weight") == "20"
    assert tree.read("workers/cpu.max") == "25000 100000"
    tree.fill(tree.own / "workers", "cpu.max", "untouched")
    placement.share(20, 0.25)
    assert tree.read("workers/cpu.max") == "untouched"
    placement.share(20, None)
    assert tree.read("workers/cpu.max") == "max 100000"


def test_reads_what_the_workers_used_and_waited_for(tree: GroupTree) -> None:
    placement = place(ALWAYS, proc=tree.proc)
    workers = tree.own / "workers"
    tree.fill(workers, "cpu.stat", "usage_usec 2500000\nnr_periods 3\n")
    tree.fill(workers, "cpu.pressure", "some avg10=1.00 avg60=0 avg300=0 total=1200000\n")
    usage = placement.usage()
    assert (usage.cpu_s, usage.waited_s) == (2.5, 1.2)


def test_names_a_worker_whose_own_memory_met_the_limit_once(
    tree: GroupTree, child: "subprocess.Popen[bytes]"
) -> None:
    placement = place(ALWAYS, proc=tree.proc)
    placement.attach(child.pid)
    group = tree.own / "workers" / str(child.pid)
    tree.fill(group, "memory.events", "low 0\nhigh 0\noom_kill 0\n")
    assert placement.usage().swollen == ()
    tree.fill(group, "memory.events", "low 0\nhigh 7\noom_kill 0\n")
    tree.fill(group, "memory.stat", f"anon {90 * MIB}\nfile 0\n")
    assert placement.usage().swollen == (child.pid,)
    assert placement.usage().swollen == ()


def test_files_in_memory_are_no_reason_to_replace_a_worker(
    tree: GroupTree, child: "subprocess.Popen[bytes]"
) -> None:
    placement = place(ALWAYS, proc=tree.proc)
    placement.attach(child.pid)
    group = tree.own / "workers" / str(child.pid)
    tree.fill(group, "memory.events", "high 7\n")
    tree.fill(group, "memory.stat", f"anon {10 * MIB}\nfile {90 * MIB}\n")
    assert placement.usage().swollen == ()


def test_leaves_a_group_alone_that_holds_strangers(tree: GroupTree) -> None:
    tree.fill(tree.own, "cgroup.procs", f"1\n{os.getpid()}\n")
    placement = place(ALWAYS, proc=tree.proc)
    assert placement.status.state == "absent"
    assert "other processes" in placement.status.reason
    assert not (tree.own / "daemon").exists()


def test_groups_left_by_an_earlier_run_are_swept(tree: GroupTree) -> None:
    (tree.own / "workers" / "1234").mkdir(parents=True)
    place(ALWAYS, proc=tree.proc)
    assert not (tree.own / "workers" / "1234").exists()


def test_without_groups_it_says_so_and_limits_by_affinity(
    tree: GroupTree, child: "subprocess.Popen[bytes]"
) -> None:
    every = sorted(os.sched_getaffinity(0))
    placement = place(HostSettings(cgroups="off"), proc=tree.proc)
    assert isinstance(placement, PlainPlacement)
    assert placement.status.state == "absent"
    assert "lower priority" in placement.status.reason
    placement.share(100, 0.3)
    placement.attach(child.pid)
    assert os.sched_getaffinity(child.pid) == {every[-1]}
    placement.share(100, None)
    assert os.sched_getaffinity(child.pid) == set(every)


def test_without_groups_the_used_time_of_ended_workers_is_kept(
    child: "subprocess.Popen[bytes]",
) -> None:
    placement = PlainPlacement(HostSettings(), "none", "")
    placement.attach(child.pid)
    before = placement.usage().cpu_s
    placement.detach(child.pid)
    assert before is not None
    assert placement.usage().cpu_s == before


def test_quotas_have_a_least() -> None:
    assert cpu_max(None) == "max 100000"
    assert cpu_max(0.000_1) == "1000 100000"
    assert cpu_max(2.5) == "250000 100000"


def test_lists_of_cpus() -> None:
    assert cpu_list("") == frozenset()
    assert cpu_list("0-2,5") == {0, 1, 2, 5}


def test_a_family_is_a_process_and_all_below_it(child: "subprocess.Popen[bytes]") -> None:
    assert {os.getpid(), child.pid} <= family(os.getpid())
    assert cpu_s(child.pid) >= 0
    assert cpu_s(2**22 + 1) == 0


# --- the kernel's own -------------------------------------------------------------------------


@pytest.fixture
def real(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A group of the running kernel."""
    mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    root = next((Path(line.split()[4]) for line in mounts if " - cgroup2 " in line), None)
    if root is None:
        pytest.skip("version 2 of control groups is not mounted here")
    path = root / f"jarvisd-test-{os.getpid()}"
    try:
        path.mkdir()
    except OSError as error:
        pytest.skip(f"control groups cannot be made here: {error}")
    yield path
    for group in sorted(path.rglob("*"), reverse=True):
        if group.is_dir():
            group.rmdir()
    path.rmdir()


def test_a_real_worker_is_moved_counted_and_its_group_removed(real: Path) -> None:
    placement = GroupPlacement(Group(real), ALWAYS)
    code = "import time\nwhile time.process_time() < 0.3: pass\ninput()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) as child:
        placement.attach(child.pid)
        assert str(child.pid) in (real / "workers" / str(child.pid) / "cgroup.procs").read_text()
        while (placement.usage().cpu_s or 0) < 0.1:
            assert child.poll() is None
        child.communicate(b"\n")
    placement.detach(child.pid)
    assert not (real / "workers" / str(child.pid)).exists()
    assert placement.usage().waited_s is not None


def test_a_real_group_says_which_controllers_it_lacks(real: Path) -> None:
    offered = set((real / "cgroup.controllers").read_text().split())
    status = GroupPlacement(Group(real), ALWAYS).status
    assert (status.state == "ready") == ({"cpu", "memory"} <= offered)


def test_a_worker_that_ended_at_once_leaves_nothing(real: Path) -> None:
    placement = GroupPlacement(Group(real), ALWAYS)
    with subprocess.Popen(["/bin/true"]) as child:
        child.wait()
        placement.attach(child.pid)
    assert not (real / "workers" / str(child.pid)).exists()
