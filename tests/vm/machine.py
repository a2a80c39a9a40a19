"""One boot of the guest: an emulated machine without network, its console, and its results."""

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from tests.vm import tools

MEMORY = "512M"
PROCESSORS = 2
RESULTS_BYTES = 64 * 1024 * 1024
KERNEL_COMMAND_LINE = (
    "root=/dev/nvme0n1 rw console=ttyS0 quiet panic=-1 psi=1 mitigations=off "
    "systemd.show_status=0 systemd.wants=guest-tests.service"
)


def boot(
    emulator: Path,
    *,
    root: Path,
    project: Path,
    results: Path,
    limit_s: float,
    on_line: Callable[[str], None],
) -> bool:
    """Run the guest until it switches itself off; False when it had to be stopped.

    ``root`` stays as it is. The console goes to ``on_line``, and what the guest left on its third
    disk is unpacked into ``results``.
    """
    disk = results.with_suffix(".disk")
    disk.unlink(missing_ok=True)
    with disk.open("wb") as file:
        file.truncate(RESULTS_BYTES)
    ended = _run(_command(emulator, root, project, disk), tools.emulator(emulator)[1], limit_s,
                 on_line)  # fmt: skip
    results.mkdir(parents=True)
    subprocess.run(["tar", "-x", "-f", disk, "-C", results], check=False, capture_output=True)
    disk.unlink()
    return ended


def _command(emulator: Path, root: Path, project: Path, disk: Path) -> list[str]:
    command, _ = tools.emulator(emulator)
    # A processor without wide vectors: emulating those makes everything half as slow again.
    command += ["-machine", "q35", "-accel", "tcg,thread=multi", "-cpu", "Nehalem"]
    command += ["-smp", str(PROCESSORS), "-m", MEMORY]
    command += ["-nodefaults", "-display", "none", "-serial", "stdio"]
    command += _disk("root", root, "cache=unsafe,snapshot=on")
    command += _disk("project", project, "readonly=on")
    command += _disk("results", disk, "cache=unsafe")
    command += ["-kernel", str(tools.kernel(emulator)), "-append", KERNEL_COMMAND_LINE]
    return command


def _disk(name: str, path: Path, options: str) -> list[str]:
    drive = f"file={path},format=raw,if=none,id={name},{options}"
    return ["-drive", drive, "-device", f"nvme,drive={name},serial={name}"]


def _run(
    command: list[str], environment: dict[str, str], limit_s: float, on_line: Callable[[str], None]
) -> bool:
    with subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as running:
        too_late = threading.Timer(limit_s, running.kill)
        too_late.start()
        assert running.stdout is not None
        try:
            for line in running.stdout:
                on_line(line.rstrip())
        finally:
            too_late.cancel()
            if sys.exc_info()[0]:
                running.kill()
    return running.returncode == 0
