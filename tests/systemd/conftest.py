"""What the gates on units need: systemd-analyze, and the units at a place of their own."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

TREE = Path(__file__).parents[2]
UNITS = TREE / "systemd"
SYSTEM_UNITS = Path("/usr/lib/systemd/system")


def needed(tool: str, package: str) -> str:
    """The path of ``tool``; without it the gate is skipped, except where CI promises to have it."""
    path = shutil.which(tool)
    if path is None:
        reason = f"{tool} is not installed: sudo apt install {package}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@pytest.fixture
def analyze(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """systemd-analyze with a run-time directory of its own, which its user mode asks for."""
    tool = needed("systemd-analyze", "systemd")

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [tool, *arguments],
            check=False,
            capture_output=True,
            text=True,
            env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)},
        )

    return run


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A root directory with our units, what they name, and systemd's own units."""
    root = tmp_path / "root"
    shutil.copytree(UNITS, root / "etc/systemd/system", ignore=shutil.ignore_patterns("user"))
    own = root / SYSTEM_UNITS.relative_to("/")
    own.mkdir(parents=True)
    for pattern in ("*.target", "*.slice", "systemd-tmpfiles-setup.service"):
        for unit in SYSTEM_UNITS.glob(pattern):
            if not unit.is_symlink():
                shutil.copy(unit, own)
    for command in ("opt/jarvisd/current/bin/jarvisd", "bin/kill", "usr/bin/llama-server"):
        path = root / command
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o755)
    (root / "etc/systemd/system/llama-server.service").write_text(
        "[Service]\nExecStart=/usr/bin/llama-server\n"
    )
    return root
