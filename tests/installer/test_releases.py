"""What the installer makes and takes away again, with small programs in the place of ours."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support import small_tree
from tests.support.planted import plant
from tests.systemd.conftest import TREE, needed

# What sed, the shell, systemd and #! each take for something of theirs.
ODD = "a&b |c"
IS_ROOT = os.getuid() == 0
UNPRIVILEGED = {"user": "nobody", "group": "nogroup", "extra_groups": []} if IS_ROOT else {}
Analyze = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A directory that everybody can enter."""
    with tempfile.TemporaryDirectory(prefix="j-", dir="/tmp") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture(scope="module")
def tree(folder: Path) -> Path:
    return small_tree.make(folder / "tree")


def run(
    tree: Path, *options: str, cwd: Path = Path("/"), unprivileged: bool = False, **environ: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [tree / "install.sh", "--without-top", "--wheels", tree / "wheels", *options],
        check=False, capture_output=True, text=True, cwd=cwd,
        env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", **environ},
        **(UNPRIVILEGED if unprivileged else {}),
    )  # fmt: skip


# --- a package, made from a directory that somebody else prepared ---------------------------------


@pytest.fixture(scope="module")
def hostile(folder: Path) -> Path:
    path = folder / "hostile/here"
    path.mkdir(parents=True)
    plant(path)
    return path


@pytest.fixture(scope="module")
def package(tree: Path, folder: Path, hostile: Path) -> Path:
    root = folder / "package"
    made = run(
        *(tree, "--prefix", f"/opt/{ODD}"),
        cwd=hostile,
        DESTDIR=str(root),
        PYTHONPATH=str(hostile),
        HOME=str(hostile),
    )
    assert made.returncode == 0, made.stderr
    return root


def test_nothing_of_the_callers_directory_is_run(package: Path, hostile: Path) -> None:
    assert (package / f"opt/{ODD}/current").exists()
    trace = hostile.parent / "trace"
    assert not trace.exists(), trace.read_text()


def test_a_package_knows_nothing_of_where_it_was_made(package: Path) -> None:
    known = [
        path
        for path in package.rglob("*")
        if (path.is_symlink() and str(package) in str(path.readlink()))
        or (path.is_file() and str(package).encode() in path.read_bytes())
    ]
    assert known == []
    assert not list(package.rglob(".directories"))


def test_fish_finds_its_completion_without_being_told_where(package: Path) -> None:
    said = subprocess.run(
        [needed("fish", "fish"), "-c", "string join \\n $fish_complete_path"],
        check=True, capture_output=True, text=True, env={"HOME": "/nonexistent"},
    )  # fmt: skip
    script = next(package.rglob("jarvisctl.fish"))
    assert f"/{script.parent.relative_to(package)}" in said.stdout.splitlines()


def test_systemd_understands_an_odd_prefix(
    package: Path, analyze: Analyze, installed: Path
) -> None:
    unit = "etc/systemd/system/jarvisd.service"
    assert f'\nExecStart="/opt/{ODD}/current/bin/jarvisd"\n' in (package / unit).read_text()
    shutil.copy(package / unit, installed / unit)
    command = installed / f"opt/{ODD}/current/bin/jarvisd"
    command.parent.mkdir(parents=True)
    command.touch(mode=0o755)
    verdict = analyze("verify", f"--root={installed}", "--man=no", "jarvisd.service")
    assert (verdict.returncode, verdict.stderr) == (0, "")


@pytest.mark.parametrize("prefix", ['/opt/a"b', "/opt/a'b", "/opt/$HOME", "/opt/a%b", "/opt/a\nb"])
def test_a_prefix_that_would_mean_something_else_is_refused(
    tree: Path, folder: Path, prefix: str
) -> None:
    refused = run(tree, "--prefix", prefix, DESTDIR=str(folder / "refused"))
    assert refused.returncode == 1
    assert "--prefix must not contain quotes" in refused.stderr
    assert not (folder / "refused").exists()


def test_an_interpreter_that_is_not_there_is_not_replaced_by_another(
    tree: Path, folder: Path
) -> None:
    refused = run(tree, PYTHON="/nonexist", DESTDIR=str(folder / "refused"))
    assert refused.returncode == 1
    assert "PYTHON=/nonexist is not a usable Python 3.11 or newer" in refused.stderr
    assert not (folder / "refused").exists()


@pytest.mark.parametrize(
    ("digest", "reason"), [("0" * 64, "DO NOT MATCH THE HASHES"), ("", "Hashes are required")]
)
def test_a_package_with_another_hash_or_none_is_not_taken(
    folder: Path, digest: str, reason: str
) -> None:
    other = small_tree.make(folder / f"other{digest}")
    small_tree.lock(other, digest)
    root = folder / "unmade"
    refused = run(other, DESTDIR=str(root))
    assert refused.returncode == 1
    assert reason in refused.stderr
    assert "Left behind: An unfinished /opt/jarvisd" in refused.stderr
    assert not (root / "opt/jarvisd/current").exists()


# --- a user's own, in a home with an odd name -----------------------------------------------------


@pytest.fixture(scope="module")
def home(folder: Path) -> Path:
    path = folder / f"home {ODD}"
    path.mkdir()
    # What another program made, and left empty.
    (path / ".local/share/zsh/site-functions").mkdir(parents=True)
    if IS_ROOT:
        for each in (path, *path.rglob("*")):
            shutil.chown(each, "nobody", "nogroup")
    path.chmod(0o700)
    return path


def own(tree: Path, home: Path, *options: str, **environ: str) -> str:
    done = run(tree, "--user", "--no-start", *options, unprivileged=True, HOME=str(home), **environ)
    assert done.returncode == 0, done.stderr
    return done.stdout


def version(home: Path) -> str:
    command = home / ".local/bin/jarvisd"
    return subprocess.run(
        [command, "--version"], check=True, capture_output=True, text=True, **UNPRIVILEGED
    ).stdout


def releases(home: Path) -> Path:
    return home / ".local/share/jarvisd"


def test_an_installation_in_an_odd_place_runs(tree: Path, home: Path) -> None:
    own(tree, home)
    assert version(home) == f"jarvisd {small_tree.VERSION}\n"
    assert "is there already" in own(tree, home)


def test_room_is_asked_for_only_where_something_is_made(
    tree: Path, home: Path, folder: Path
) -> None:
    own(tree, home)
    full = folder / "full"
    full.mkdir()
    # A disk that is full, as df tells of it.
    (full / "df").write_text("#!/bin/sh\necho Avail; echo 3\n")
    (full / "df").chmod(0o755)
    path = f"{full}:/usr/bin:/bin:/usr/sbin:/sbin"
    assert "is there already" in own(tree, home, PATH=path)
    refused = run(tree, DESTDIR=str(folder / "refused"), PATH=path)
    assert refused.returncode == 1
    assert "has 3 MB free; 400 MB are needed" in refused.stderr
    assert "Nothing was changed." in refused.stderr
    assert not (folder / "refused").exists()


def test_a_release_stands_on_the_interpreter_that_keeps_its_version(tree: Path, home: Path) -> None:
    own(tree, home)
    python = releases(home) / "current/bin/python3"
    while python.is_symlink() and python.parent.name == "bin" and home in python.parents:
        python = python.parent / python.readlink()
    assert re.fullmatch(r"python3\.\d+", python.name), python
    assert not python.is_symlink()


def test_a_release_whose_packages_are_out_of_reach_is_made_anew(tree: Path, home: Path) -> None:
    """As after an upgrade of the distribution: what is there is of another Python."""
    own(tree, home)
    broken = (releases(home) / "current").resolve()
    library = next(broken.glob("lib/python3.*"))
    library.rename(library.with_name("python3.99"))
    assert "is there already" not in own(tree, home)
    assert version(home) == f"jarvisd {small_tree.VERSION}\n"
    assert not broken.exists(), "nobody can go back to it"


def test_a_release_whose_interpreter_is_gone_is_made_anew(tree: Path, home: Path) -> None:
    own(tree, home)
    broken = (releases(home) / "current").resolve()
    for name in broken.glob("bin/python*"):
        name.unlink()
        name.symlink_to("/usr/bin/python3.9-that-is-gone")
    own(tree, home)
    assert version(home) == f"jarvisd {small_tree.VERSION}\n"


AFTER_AN_UPGRADE = """source "$1/install.sh"
ROOT=$HOME/releases NAME=2
alive() { true; }
remove_old_releases 1
"""


def test_a_release_that_was_prepared_long_ago_stays_in_force(tree: Path, folder: Path) -> None:
    """Older releases than the one before are removed; ``current`` leads to such a one here."""
    releases = folder / "upgraded/releases"
    for age, name in enumerate(("1", "2", "0")):
        (releases / name).mkdir(parents=True)
        (releases / name / ".made-of").touch()
        os.utime(releases / name / ".made-of", (1_000 - age, 1_000 - age))
    (releases / "current").symlink_to("2")
    subprocess.run(
        ["/bin/bash", "-euc", AFTER_AN_UPGRADE, "test", tree],
        check=True, env={"HOME": str(releases.parent), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert {path.name for path in releases.iterdir()} == {"1", "2", "current"}


def test_removing_takes_the_directories_that_were_made_here_and_no_others(
    tree: Path, home: Path
) -> None:
    own(tree, home)
    own(tree, home, "--uninstall", "--purge")
    left = sorted(str(path.relative_to(home)) for path in home.rglob("*"))
    assert left == [".local", ".local/share", ".local/share/zsh", ".local/share/zsh/site-functions"]


# --- rolling back ---------------------------------------------------------------------------------

ROLL_BACK = """source "$1/install.sh"
SCRATCH=$(mktemp -d) ROOT=$HOME/releases
put 644 "$HOME/.config/unit" <<<'new'
put 644 "$HOME/.config/deep/er/other" <<<'new'
put 644 "$HOME/.config/link" <<<'new'
restore_former
"""


def test_rolling_back_restores_files_and_touches_no_directory(tree: Path, folder: Path) -> None:
    home = folder / "narrow"
    (home / ".config").mkdir(parents=True)
    unit = home / ".config/unit"
    unit.write_text("old\n")
    (home / ".config/link").symlink_to("unit")
    if IS_ROOT:
        for path in (home, home / ".config", unit):
            shutil.chown(path, "nobody", "nogroup")
    home.chmod(0o700)
    (home / ".config").chmod(0o711)
    unit.chmod(0o640)
    upwards = {path: path.stat().st_mode for path in (home, *home.parents)}
    done = subprocess.run(
        ["/bin/bash", "-euc", ROLL_BACK, "test", tree],
        check=False, capture_output=True, text=True, cwd="/",
        env={"HOME": str(home), "PATH": "/usr/bin:/bin"}, **UNPRIVILEGED,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert unit.read_text() == "old\n"
    assert unit.stat().st_mode & 0o777 == 0o640
    assert (home / ".config").stat().st_mode & 0o777 == 0o711
    assert {path: path.stat().st_mode for path in upwards} == upwards
    assert not (home / ".config/deep/er/other").exists()
    assert (home / ".config/link").readlink() == Path("unit")


def test_the_tree_has_the_locks_that_the_installer_names() -> None:
    assert sorted(path.stem for path in (TREE / "lock").glob("*.txt")) == [
        "base",
        "build",
        "piper",
        "source",
        "tui",
    ]
