"""Where we are, and whether that is ours to divide."""

import os
from pathlib import Path

import pytest

from jarvisd.host import cgroup
from tests.fakes.groups import GroupTree

ME = os.geteuid()
SOMEBODY = 4_711


@pytest.fixture
def tree(tmp_path: Path) -> GroupTree:
    return GroupTree(tmp_path)


def owned(tree: GroupTree) -> int:
    """A user other than root who owns the group, as systemd's delegation makes it."""
    if ME == 0:
        os.chown(tree.own, SOMEBODY, -1)
        return SOMEBODY
    return ME


def test_finds_a_group_that_belongs_to_our_user(tree: GroupTree) -> None:
    assert cgroup.find(proc=tree.proc, uid=owned(tree)) == cgroup.Found(tree.own)


def test_leaves_a_group_alone_that_belongs_to_others(tree: GroupTree) -> None:
    found = cgroup.find(proc=tree.proc, uid=SOMEBODY + 1)
    assert found.path is None
    assert "was not delegated" in found.reason
    assert "Delegate=yes" in found.hint


def test_root_needs_more_than_being_allowed_to_write(tree: GroupTree) -> None:
    assert cgroup.find(proc=tree.proc, uid=0).path is None
    assert cgroup.find("always", proc=tree.proc, uid=0).path == tree.own


def test_systemd_says_what_it_has_delegated(tree: GroupTree) -> None:
    try:
        os.setxattr(tree.own, "user.delegate", b"1")
    except OSError as error:
        pytest.skip(f"the temporary directory has no extended attributes: {error}")
    assert cgroup.find(proc=tree.proc, uid=0).path == tree.own


def test_can_be_turned_off(tree: GroupTree) -> None:
    assert cgroup.find("off", proc=tree.proc, uid=owned(tree)) == cgroup.Found(
        None, "host.cgroups is off."
    )


def test_the_root_of_all_groups_is_never_ours(tmp_path: Path) -> None:
    tree = GroupTree(tmp_path, "/")
    (tree.own / "cgroup.type").unlink()  # the root has none
    assert cgroup.find(proc=tree.proc, uid=owned(tree)).path is None


def test_a_container_sees_its_own_part_of_the_tree(tmp_path: Path) -> None:
    tree = GroupTree(tmp_path, "/machine/box/app", root="/machine/box")
    assert cgroup.own_group(tree.proc) == tree.mount / "app"


def test_outside_of_what_is_mounted_there_is_nothing(tmp_path: Path) -> None:
    tree = GroupTree(tmp_path, "/machine/box/app", root="/machine/box")
    (tree.proc / "self/cgroup").write_text("0::/machine/boxer\n")
    assert cgroup.own_group(tree.proc) is None


@pytest.mark.parametrize("missing", ["self/cgroup", "self/mountinfo"])
def test_a_machine_without_the_files_has_no_groups(tree: GroupTree, missing: str) -> None:
    (tree.proc / missing).unlink()
    found = cgroup.find(proc=tree.proc)
    assert found.path is None
    assert "not mounted" in found.reason


def test_version_1_alone_is_not_enough(tree: GroupTree) -> None:
    (tree.proc / "self/mountinfo").write_text(
        "26 22 0:24 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
    )
    assert cgroup.own_group(tree.proc) is None
