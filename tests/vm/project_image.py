"""What the tests bring into the guest: this working tree, and wheels of it and its libraries.

Three sets of wheels: the tree as it is, a next version, and one that does not start, for upgrades
that succeed and that must be rolled back.
"""

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.vm.root_image import make_ext4

TREE = Path(__file__).parents[2]
NEXT_VERSION = "9.0.0"
BROKEN_VERSION = "9.1.0"
SIZE = "300M"


def build(cache: Path, names: list[str]) -> Path:
    """An image of the tree as ``/project``, with ``wheels/{this,next,broken}``; made anew.

    ``names`` are parts of the names of the tests to run; none: all.
    """
    libraries = _libraries(cache)
    with TemporaryDirectory(dir=cache) as directory:
        project = Path(directory) / "project"
        _copy_tree(project)
        (project / "only").write_text("\n".join(names))
        this = project / "wheels/this"
        shutil.copytree(libraries, this)
        _wheel(project, this)
        for version, name in ((NEXT_VERSION, "next"), (BROKEN_VERSION, "broken")):
            changed = Path(directory) / name
            _copy_tree(changed)
            _rename_version(changed, version)
            if name == "broken":
                _forget_libraries(changed)
            wheels = project / "wheels" / name
            wheels.mkdir()
            for library in libraries.glob("*.whl"):
                (wheels / library.name).symlink_to(f"../this/{library.name}")
            _wheel(changed, wheels)
        image = cache / "project.ext4"
        make_ext4(project, image, SIZE)
    return image


def _forget_libraries(tree: Path) -> None:
    """Leave enough to install it and to ask for its version, and too little to serve."""
    path = tree / "pyproject.toml"
    shortened = 'dependencies = ["msgspec"]'
    path.write_text(re.sub(r"(?ms)^dependencies = \[.*?^\]", shortened, path.read_text(), count=1))


def _libraries(cache: Path) -> Path:
    """Wheels of everything that the project needs, kept until its requirements change."""
    requirements = (TREE / "pyproject.toml").read_bytes()
    wanted = hashlib.sha256(requirements + sys.version.encode()).hexdigest()[:16]
    wheels = cache / f"wheels-{wanted}"
    if not wheels.exists():
        for old in cache.glob("wheels-*"):
            shutil.rmtree(old)
        print("Fetching wheels of the libraries …", flush=True)
        with TemporaryDirectory(dir=cache) as directory:
            tree, fetched = Path(directory) / "tree", Path(directory) / "wheels"
            _copy_tree(tree)
            _pip("wheel", str(tree), "--wheel-dir", str(fetched))
            for own in fetched.glob("jarvisd-*.whl"):
                own.unlink()
            fetched.replace(wheels)
    return wheels


def _wheel(tree: Path, into: Path) -> None:
    _pip("wheel", str(tree), "--no-deps", "--wheel-dir", str(into))
    for left in ("build", "jarvisd.egg-info"):
        shutil.rmtree(tree / left, ignore_errors=True)


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
