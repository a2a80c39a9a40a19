"""The installer without root and without systemd: its plan, its refusals, and its own lint."""

import os
import re
import subprocess
from pathlib import Path

import pytest

import jarvisd
from tests.systemd.conftest import TREE, needed

INSTALL = TREE / "install.sh"
HERE = Path(__file__).parent
FAKE_RELEASE = """#!/bin/sh
case $(basename "$0") in jarvisd) echo jarvisd 0.0.1;; *) echo "completion of $2";; esac
"""


def install(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run it with every file below ``root``, as packagers do."""
    environ = {"PATH": os.environ["PATH"], "HOME": "/home/owner", "DESTDIR": str(root)}
    return subprocess.run(
        [INSTALL, *options], check=False, capture_output=True, text=True, env=environ
    )


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("system", ()),
        ("everything", ("--with-piper", "--prefix", "/srv/jarvisd")),
        ("user", ("--user",)),
        ("fetch", ("--fetch", "/srv/wheels", "--with-piper")),
        ("uninstall", ("--uninstall",)),
        ("purge", ("--uninstall", "--purge")),
    ],
)
def test_the_plan_is_as_known(name: str, options: tuple[str, ...]) -> None:
    """Update: JARVISD_UPDATE_GOLDEN=1 pytest tests/installer"""
    if Path("/etc/systemd/system/jarvisd.service").exists():
        pytest.skip("jarvisd is installed here, so less is to be done")
    environ = {"PATH": os.environ["PATH"], "HOME": "/home/owner"}
    planned = subprocess.run(
        [INSTALL, "--dry-run", *options], check=False, capture_output=True, text=True, env=environ
    )
    assert (planned.returncode, planned.stderr) == (0, "")
    golden = HERE / f"plan-{name}.txt"
    plan = planned.stdout.replace(str(TREE), "TREE").replace(jarvisd.__version__, "VERSION")
    plan = re.sub(r"\S*python3\S* -I -m venv", "PYTHON -I -m venv", plan)
    if os.environ.get("JARVISD_UPDATE_GOLDEN"):
        golden.write_text(plan)
    assert plan == golden.read_text()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--speak",), "unknown option: --speak"),
        (("--purge",), "--purge goes with --uninstall"),
        (("--prefix", "here"), "--prefix must be an absolute path"),
        (("--prefix",), "--prefix needs a directory"),
        (("--wheels", "/no/such"), "there is no directory /no/such"),
        (("--upgrade",), "there is no jarvisd in /opt/jarvisd to upgrade"),
    ],
)
def test_a_refusal_says_why_what_was_left_and_how_to_go_on(
    tmp_path: Path, options: tuple[str, ...], reason: str
) -> None:
    refused = install(tmp_path, *options)
    assert refused.returncode == 1
    assert reason in refused.stderr
    assert "Left behind: Nothing was changed." in refused.stderr
    assert "Next:" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_help_names_every_option() -> None:
    said = subprocess.run([INSTALL, "--help"], check=True, capture_output=True, text=True).stdout
    body = INSTALL.read_text().partition("read_options()")[2].partition("\n}")[0]
    options = set(re.findall(r"^ +(--[a-z-]+)\)", body, re.MULTILINE))
    assert len(options) > 8, options
    assert [option for option in sorted(options) if option not in said] == []


def test_shellcheck_has_nothing_to_say() -> None:
    checked = subprocess.run(
        [needed("shellcheck", "shellcheck"), INSTALL, TREE / ".ci/run"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (checked.returncode, checked.stdout) == (0, "")


def release(root: Path, name: str, *, made_of: str | None = None) -> Path:
    """Something that looks like a release that was made earlier."""
    path = root / "opt/jarvisd" / name
    (path / "bin").mkdir(parents=True)
    (path / "pyvenv.cfg").touch()
    for command in ("jarvisd", "jarvisctl"):
        (path / "bin" / command).write_text(FAKE_RELEASE)
        (path / "bin" / command).chmod(0o755)
    if made_of:
        (path / ".made-of").write_text(made_of)
    return path


def test_an_owners_configuration_is_never_touched(tmp_path: Path) -> None:
    own = tmp_path / "etc/jarvisd/jarvisd.toml"
    own.parent.mkdir(parents=True)
    own.write_text("# mine\n")
    planned = install(tmp_path, "--dry-run")
    assert "keeping /etc/jarvisd/jarvisd.toml" in planned.stdout
    assert "would write: /etc/jarvisd/jarvisd.toml" not in planned.stdout


def test_the_same_version_of_other_files_is_another_release(tmp_path: Path) -> None:
    release(tmp_path, "0.1.0", made_of="something else")
    assert "/opt/jarvisd/0.1.0.2" in install(tmp_path, "--dry-run").stdout


def test_an_unfinished_release_is_made_anew(tmp_path: Path) -> None:
    release(tmp_path, "0.1.0")
    planned = install(tmp_path, "--dry-run").stdout
    assert "would remove: /opt/jarvisd/0.1.0" in planned
    assert "venv --without-pip /opt/jarvisd/0.1.0" in planned


def test_removing_takes_nothing_that_was_not_made_here(tmp_path: Path) -> None:
    release(tmp_path, "0.1.0", made_of="x")
    other = tmp_path / "opt/jarvisd/notes.txt"
    other.touch()
    assert install(tmp_path, "--uninstall").returncode == 0
    assert list(other.parent.iterdir()) == [other]


def test_removing_keeps_data_and_purging_does_not(tmp_path: Path) -> None:
    for name in ("var/lib/jarvisd/jarvisd.sqlite3", "etc/jarvisd/jarvisd.toml"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    release(tmp_path, "0.1.0", made_of="x")
    units = tmp_path / "etc/systemd/system"
    for name in ("jarvisd.service", "llama-server.service.d/jarvis.conf"):
        (units / name).parent.mkdir(parents=True, exist_ok=True)
        (units / name).touch()
    assert install(tmp_path, "--uninstall").returncode == 0
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == [
        "jarvisd.sqlite3",
        "jarvisd.toml",
    ]
    assert not (units / "llama-server.service.d").exists()
    assert not (tmp_path / "opt/jarvisd").exists()
    assert install(tmp_path, "--uninstall", "--purge").returncode == 0
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]
