"""``make lock``: pin what an installation takes, with the hash of every file that may be taken.

Writes ``lock/base.txt``, one file for what each extra adds, ``lock/source.txt`` for what exists as
source only, and ``lock/build.txt`` for what builds that and our own wheel. All of them come from
one resolution that holds for every Python we support, so any of them go together. All but the
sources are wheels: installing them runs no code of theirs. The files name no index.
"""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

TREE = Path(__file__).parents[1]
FOLDER = TREE / "lock"
PROJECT = TREE / "pyproject.toml"
OLDEST_PYTHON = "3.11"
EXTRAS = ("tui", "piper")
# These have no wheel; one file of a few lines each, and what builds them.
SOURCES = ("sdnotify",)
SOURCES_BUILDER = "setuptools>=77"
OPTIONS = (
    *("--universal", "--python-version", OLDEST_PYTHON, "--fork-strategy", "fewest"),
    *("--generate-hashes", "--no-header", "--no-annotate", "--no-config", "--quiet"),
)
WHEELS_ONLY = ("--only-binary", ":all:")
HEADER = "# {what}\n# Made by `make lock`; checked by install.sh with --require-hashes.\n"

Pins = dict[str, str]  # a package's name, and its lines


def main() -> int:
    """Resolve anew, and write all of the files."""
    with TemporaryDirectory() as directory:
        project, sources = _apart(Path(directory))
        everything = Path(directory) / "everything.txt"
        everything.write_text("".join(_pins(project, *_extras(EXTRAS), *WHEELS_ONLY).values()))
        within = (*WHEELS_ONLY, "--constraint", str(everything))
        base = _pins(project, *within)
        _write("base", "What jarvisd needs.", base)
        for extra in EXTRAS:
            pins = _pins(project, *_extras([extra]), *within)
            added = {name: lines for name, lines in pins.items() if name not in base}
            _write(extra, f"What the extra {extra} adds to base.txt.", added)
        build = Path(directory) / "build.in"
        build.write_text("\n".join([*_build_requirements(), SOURCES_BUILDER]))
        pins = _pins(build, *WHEELS_ONLY)
        _write("build", "What builds our own wheel and the sources; not installed.", pins)
        _write("source", "What jarvisd needs and is there as source only.", _pins(sources))
    return 0


def _apart(directory: Path) -> tuple[Path, Path]:
    """The project without what exists as source only, and a list of that."""
    text = PROJECT.read_text()
    listed: list[str] = []
    for name in SOURCES:
        found = re.search(rf'(?m)^    "({name}\b.*)",\n', text)
        if found is None:
            raise SystemExit(f"pyproject.toml does not name {name}")
        text = text.replace(found.group(), "")
        listed.append(found.group(1))
    project, sources = directory / "pyproject.toml", directory / "source.in"
    project.write_text(text)
    sources.write_text("\n".join(listed))
    return project, sources


def _extras(names: Sequence[str]) -> list[str]:
    return [word for name in names for word in ("--extra", name)]


def _build_requirements() -> list[str]:
    listed = re.search(r"(?m)^requires = \[(.*)\]$", PROJECT.read_text())
    if listed is None:
        raise SystemExit("pyproject.toml names no build requirements")
    return re.findall(r'"(.*?)"', listed.group(1))


def _pins(source: Path, *options: str) -> Pins:
    """What ``source`` asks for, and what that needs; each with its hashes."""
    command = [sys.executable, "-m", "uv", "pip", "compile", str(source), *OPTIONS, *options]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    pins: Pins = {}
    for block in re.finditer(r"(?m)^(\S+?)==(?:.*\\\n)*.*\n", said):
        pins[block.group(1)] = pins.get(block.group(1), "") + block.group()
    return pins


def _write(name: str, what: str, pins: Pins) -> None:
    FOLDER.mkdir(exist_ok=True)
    lines = "".join(pins[package] for package in sorted(pins))
    (FOLDER / f"{name}.txt").write_text(HEADER.format(what=what) + lines)


if __name__ == "__main__":
    sys.exit(main())
