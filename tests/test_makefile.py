"""What a newcomer types first, and what is said where it cannot work."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
NOBODY = 65_534


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What make reads of a fresh clone."""
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(PROJECT / name, tmp_path / name)
    return tmp_path


def make(clone: Path, *words: str, **options: int) -> subprocess.CompletedProcess[str]:
    command = ["make", "--no-print-directory", *words]
    return subprocess.run(
        command, cwd=clone, capture_output=True, text=True, check=False, timeout=300, **options
    )


def test_trying_brings_the_dashboard(clone: Path) -> None:
    assert "--editable '.[tui]'" in make(clone, "-n", "try").stdout.replace('"', "'")


def test_a_python_that_is_not_there(clone: Path) -> None:
    ran = make(clone, "try", "PYTHON=/nonexist")
    assert ran.returncode
    assert ran.stderr.startswith("There is no /nonexist. Install Python 3.11 or newer, or: make ")
    assert not (clone / ".venv").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_clone_that_cannot_be_written(clone: Path) -> None:
    for folder in (
        clone,
        *[p for p in clone.parents if p.name.startswith(("pytest-", "popen-"))],
    ):  # what pytest closes to others
        folder.chmod(0o755)
    ran = make(clone, "try", user=NOBODY, group=NOBODY)
    assert ran.returncode
    assert ran.stderr.startswith(f"make cannot write to {clone}. Clone jarvisd to a directory")


def test_every_target_that_is_listed_is_explained(clone: Path) -> None:
    lines = make(clone, "help").stdout.splitlines()
    assert any(line.split()[:2] == ["make", "try"] for line in lines)
    assert all(len(line.split()) > 2 for line in lines)


@pytest.mark.parametrize(
    ("targets", "left_out"),
    [(("check", "test"), True), (("test", "check"), False), (("test",), False)],
)
def test_one_run_of_ci_tests_units_and_installer_once(
    tmp_path: Path, targets: tuple[str, ...], left_out: bool
) -> None:
    """Each target alone tests all that it promises."""
    told = tmp_path / "told"
    stand_ins = ["apt-get", "systemd-analyze", "shellcheck", "fish", "mandoc", "zsh", "promtool"]
    for name in (*stand_ins, "make"):
        program = tmp_path / name
        heard = f'echo "$1 ${{PYTEST_ADDOPTS-}}" >>{told}' if name == "make" else ""
        program.write_text(f"#!/bin/sh\n{heard}\n")
        program.chmod(0o755)
    environ = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    subprocess.run([PROJECT / ".ci/run", *targets], env=environ, check=True, capture_output=True)
    without = "--ignore=tests/systemd --ignore=tests/installer" if left_out else ""
    options = {"test": without}
    lines = told.read_text().splitlines()
    assert lines == [f"{target} {options.get(target, '')}" for target in targets]
