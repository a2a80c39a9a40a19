"""What the host needs to run the guest: its packages, an emulator and a kernel.

The emulator and the kernel are unpacked into the cache and never installed. Never looks for
hardware virtualisation: where it is offered but does not work, asking for it hangs.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

# Guest and host share these: the guest's files are the host's installed packages.
GUEST_PACKAGES = (
    "curl",
    "dbus",
    "dbus-user-session",
    "libpam-systemd",
    "libstdc++6",
    "passwd",
    "procps",
    "python3",
    "python3-venv",
    "systemd",
    "systemd-sysv",
    "util-linux",
)
HOST_PACKAGES = (*GUEST_PACKAGES, "dpkg", "e2fsprogs")
# Kernel 6.1: newer ones crash now and then under this emulator with two processors.
DOWNLOADED = ("qemu-system-x86", "linux-image-cloud-amd64")
UNPACKED = ("qemu-system-", "lib", "seabios_", "ipxe-qemu_", "linux-image-6.")
# The host's own libraries are newer than what apt would have fetched beside the emulator.
LEFT_OUT = ("libsystemd", "libpam", "libnss", "libudev")


class CannotRunError(Exception):
    """The guest cannot be run here; the message says what to do."""


def require(tools: Path) -> Path:
    """Everything installed or unpacked under ``tools``; returns it. Raises CannotRunError."""
    if os.geteuid() != 0:
        raise CannotRunError("The guest's files belong to root: run sudo make test-vm")
    for command in ("apt-get", "dpkg-query"):
        if shutil.which(command) is None:
            raise CannotRunError(
                f"There is no {command} here: the guest is made from Debian packages. "
                "Run this on Debian 12 or newer, or in a container of it."
            )
    _install(missing_packages(HOST_PACKAGES))
    if not (tools / ".complete").exists():
        _unpack_emulator(tools)
    return tools


def missing_packages(names: Iterable[str]) -> list[str]:
    """Those of ``names`` that are not installed."""
    asked = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Abbrev} ${Package}\n"],
        check=True,
        text=True,
        capture_output=True,
    )
    installed = {line.split()[1] for line in asked.stdout.splitlines() if line.startswith("ii")}
    return [name for name in names if name not in installed]


def emulator(tools: Path) -> tuple[list[str], dict[str, str]]:
    """The emulator's command line up to the machine, and its environment."""
    libraries = [tools / "usr/lib/x86_64-linux-gnu", tools / "lib/x86_64-linux-gnu"]
    command = [str(tools / "usr/bin/qemu-system-x86_64")]
    command += ["-L", str(tools / "usr/share/qemu"), "-L", str(tools / "usr/share/seabios")]
    return command, {**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, libraries))}


def kernel(tools: Path) -> Path:
    """The guest's kernel image."""
    return next((tools / "boot").glob("vmlinuz-*"))


def _install(names: list[str]) -> None:
    if not names:
        return
    print(f"Installing {' '.join(names)} …", flush=True)
    _apt("update")
    _apt("install", "--yes", "--no-install-recommends", *names)


def _unpack_emulator(tools: Path) -> None:
    print("Fetching the emulator and the kernel (once; about 130 MB) …", flush=True)
    archives = tools.with_name("archives")
    (archives / "partial").mkdir(parents=True, exist_ok=True)
    shutil.rmtree(tools, ignore_errors=True)
    tools.mkdir(parents=True)
    _apt("update")
    _apt(
        *("install", "--yes", "--no-install-recommends", "--download-only"),
        *("-o", f"Dir::Cache::archives={archives}", *DOWNLOADED),
    )
    for archive in sorted(archives.glob("*.deb")):
        if archive.name.startswith(UNPACKED) and not archive.name.startswith(LEFT_OUT):
            _unpack(archive, tools)
    shutil.rmtree(archives)
    (tools / ".complete").touch()


def _unpack(archive: Path, tools: Path) -> None:
    if not archive.name.startswith("linux-image"):
        subprocess.run(["dpkg", "-x", archive, tools], check=True)
        return
    reading = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", archive], stdout=subprocess.PIPE)
    subprocess.run(["tar", "-x", "-C", tools, "./boot"], stdin=reading.stdout, check=True)
    reading.wait()


def _apt(*arguments: str) -> None:
    done = subprocess.run(
        ["apt-get", "-qq", *arguments],
        check=False,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise CannotRunError(f"apt-get {' '.join(arguments)} failed:\n{done.stdout}")
