"""``make lock``: pin what an installation takes, with the hash of every file that may be taken.

Writes ``lock/base.txt``, one file for what each extra adds, and ``lock/build.txt`` for what builds
our own wheel. All of them come from one resolution that holds for every Python we support, so any
of them go together. Only wheels: installing them runs no code of theirs. The files name no index.
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
OPTIONS = (
    *("--universal", "--python-version", OLDEST_PYTHON, "--fork-strategy", "fewest"),
    *("--only-binary", ":all:", "--generate-hashes"),
    *("--no-header", "--no-annotate", "--no-config", "--quiet"),
)
HEADER = "# {what}\n# Made by `make lock`; checked by install.sh with --require-hashes.\n"

Pins = dict[str, str]  # a package's name, and its lines


def main() -> int:
    """Resolve anew, and write all of the files."""
    with TemporaryDirectory() as directory:
        everything = Path(directory) / "everything.txt"
        everything.write_text("".join(_pins(PROJECT, *_extras(EXTRAS)).values()))
        within = ("--constraint", str(everything))
        base = _pins(PROJECT, *within)
        _write("base", "What jarvisd needs.", base)
        for extra in EXTRAS:
            pins = _pins(PROJECT, *_extras([extra]), *within)
            added = {name: lines for name, lines in pins.items() if name not in base}
            _write(extra, f"What the extra {extra} adds to base.txt.", added)
        build = Path(directory) / "build.in"
        build.write_text("\n".join(_build_requirements()))
        _write("build", "What builds our own wheel; none of it is installed.", _pins(build))
    return 0


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
