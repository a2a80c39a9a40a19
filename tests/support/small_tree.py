"""What the installer needs of a tree, with programs of a few lines: installed in seconds, offline.

The wheels are real and so are their hashes; everything around them is the tree's own.
"""

import hashlib
import shutil
import zipfile
from pathlib import Path

TREE = Path(__file__).parents[2]
VERSION = "0.0.1"
LIBRARY = "ballast"
DAEMON = f"""import ballast, json, sqlite3, sys

def main():
    print("jarvisd {VERSION}")
"""
CLI = """import ballast, http.client, sys

def main():
    print("jarvisctl", *sys.argv[1:])
"""


def make(folder: Path) -> Path:
    """A tree at ``folder``, and the wheels for it in ``folder/wheels``."""
    for name in ("systemd", "etc", "man"):
        shutil.copytree(TREE / name, folder / name)
    for name in ("install.sh", "pyproject.toml"):
        shutil.copy(TREE / name, folder)
    wheels = folder / "wheels"
    wheels.mkdir()
    library = _wheel(wheels, LIBRARY, "1.0", {f"{LIBRARY}/__init__.py": ""})
    _wheel(
        *(wheels, "jarvisd", VERSION),
        {
            "jarvisd/__init__.py": "",
            "jarvisd/__main__.py": DAEMON,
            "jarvisctl/__init__.py": "",
            "jarvisctl/cli.py": CLI,
        },
    )
    (folder / "lock").mkdir()
    for name in ("tui", "piper", "source", "build"):
        (folder / f"lock/{name}.txt").write_text("# nothing\n")
    lock(folder, hashlib.sha256(library.read_bytes()).hexdigest())
    return folder


def lock(tree: Path, digest: str) -> None:
    """Let the tree's installer take the library only where it has this hash; none if empty."""
    hashed = f" \\\n    --hash=sha256:{digest}" if digest else ""
    (tree / "lock/base.txt").write_text(f"{LIBRARY}==1.0{hashed}\n")


def _wheel(into: Path, name: str, version: str, files: dict[str, str]) -> Path:
    info = f"{name}-{version}.dist-info"
    tag = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": tag,
    }
    files[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
    path = into / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for inside, text in files.items():
            archive.writestr(inside, text)
    return path
