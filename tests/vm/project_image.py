"""What the tests bring into the guest: this working tree, wheels of it and its libraries, releases.

Three sets of wheels: for the tree as it is, a next version, and one that does not start, for
upgrades that succeed and that must be rolled back. Their releases are made here, as a packager's,
in a tenth of the time that the guest takes. So is one more of the next version, on an interpreter
that goes away.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.vm.root_image import make_ext4

TREE = Path(__file__).parents[2]
NEXT_VERSION = "9.0.0"
BROKEN_VERSION = "9.1.0"
SIZE = "600M"
# The guest's files are this machine's packages, so this is the Python that it has.
GUEST_PYTHON = "/usr/bin/python3"
# What docs/operations.md installs beside jarvisd.
TOOLS = ("py-spy",)


def build(cache: Path, names: list[str]) -> Path:
    """An image of the tree as ``/project``, with ``wheels/{this,next,broken}``; made anew.

    Below ``/project/releases`` lies ``/opt/jarvisd``, with a release of each and two of ``next``:
    the first of these stands on the interpreter that ``/project/former-python`` names.
    ``names`` are parts of the names of the tests to run; none: all.
    """
    libraries = _libraries(cache)
    with TemporaryDirectory(dir=cache) as directory:
        project = Path(directory) / "project"
        _copy_tree(project)
        (project / "only").write_text("\n".join(names))
        this = project / "wheels/this"
        shutil.copytree(libraries, this)
        (this / "tools").rename(project / "wheels/tools")
        for version, name in ((NEXT_VERSION, "next"), (BROKEN_VERSION, "broken")):
            changed = Path(directory) / name
            _copy_tree(changed)
            _rename_version(changed, version)
            if name == "broken":
                _break(changed)
            wheels = project / "wheels" / name
            wheels.mkdir()
            for library in (path for path in libraries.iterdir() if path.is_file()):
                (wheels / library.name).symlink_to(f"../this/{library.name}")
            _wheel(changed, wheels)
        _make_releases(project)
        image = cache / "project.ext4"
        make_ext4(project, image, SIZE)
    return image


def _break(tree: Path) -> None:
    """It can be installed and asked for its version, and does not serve."""
    path = tree / "jarvisd/daemon.py"
    path.write_text(f"{path.read_text()}\nimport a_library_that_is_missing\n")


def _libraries(cache: Path) -> Path:
    """Wheels of everything that the project needs, kept until its lock changes."""
    requirements = b"".join(path.read_bytes() for path in sorted((TREE / "lock").iterdir()))
    python = Path(GUEST_PYTHON).resolve().name
    wanted = hashlib.sha256(requirements + python.encode()).hexdigest()[:16]
    wheels = cache / f"wheels-{wanted}"
    if not wheels.exists():
        for old in cache.glob("wheels-*"):
            shutil.rmtree(old)
        print("Fetching wheels of the libraries …", flush=True)
        with TemporaryDirectory(dir=cache) as directory:
            fetched = Path(directory) / "wheels"
            subprocess.run(
                [TREE / "install.sh", "--without-top", "--fetch", fetched],
                check=True,
                env={**os.environ, "PYTHON": GUEST_PYTHON},
            )
            version = python.removeprefix("python")
            _pip("download", "--only-binary", ":all:", "--python-version", version,
                 "--dest", str(fetched / "tools"), *TOOLS)  # fmt: skip
            fetched.replace(wheels)
    return wheels


def _wheel(tree: Path, into: Path) -> None:
    _pip("wheel", str(tree), "--no-deps", "--wheel-dir", str(into))
    for left in ("build", "jarvisd.egg-info"):
        shutil.rmtree(tree / left, ignore_errors=True)


def _make_releases(project: Path) -> None:
    """Make them with the tree's own installer."""
    # A service may not look into home directories, nor into those for temporary files.
    with TemporaryDirectory(prefix="jarvisd-vm-", dir="/srv") as directory:
        former = Path(directory) / Path(GUEST_PYTHON).resolve().name
        shutil.copy(GUEST_PYTHON, former)
        (project / "former-python").write_text(str(former))
        with ThreadPoolExecutor(max_workers=1) as beside:
            others = [
                beside.submit(_prepare, project, name, GUEST_PYTHON) for name in ("this", "broken")
            ]
            _prepare(project, "next", str(former))
            _prepare(project, "next", GUEST_PYTHON)
            for one in others:
                one.result()


def _prepare(project: Path, wheels: str, python: str) -> None:
    options = ("--without-top", "--prepare", "--wheels", project / "wheels" / wheels)
    subprocess.run(
        [project / "install.sh", *options],
        check=True,
        env={**os.environ, "PYTHON": python, "DESTDIR": str(project / "releases")},
        stdout=subprocess.DEVNULL,
    )


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True)


def _copy_tree(into: Path) -> None:
    """The files that git would commit, as they are now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True,
        cwd=TREE,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        source, target = TREE / name, into / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)


def _rename_version(tree: Path, version: str) -> None:
    for path, pattern in (
        (tree / "pyproject.toml", r'(?m)^version = ".*"$'),
        (tree / "jarvisd/__init__.py", r'(?m)^__version__ = ".*"$'),
    ):
        text = path.read_text()
        name = re.match(r"\w+", re.search(pattern, text).group())  # type: ignore[union-attr]
        assert name is not None, path
        path.write_text(re.sub(pattern, f'{name.group()} = "{version}"', text, count=1))
