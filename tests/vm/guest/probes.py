"""Tries what a broken-into daemon would try; prints ``["what", "allowed" or the error]`` a line.

Runs inside the guest in a service that is confined exactly as jarvisd is.
"""

import ctypes
import ctypes.util
import json
import mmap
import os
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
OWN_GROUP = Path("/sys/fs/cgroup") / Path("/proc/self/cgroup").read_text().strip()[4:]
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000


def call(name: str, *arguments: object) -> None:
    """Call libc, raising what errno says."""
    if getattr(LIBC, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def connect(address: tuple[str, int]) -> None:
    with socket.socket() as connection:
        connection.settimeout(5)
        try:
            connection.connect(address)
        except ConnectionRefusedError:
            return  # it got there


def open_socket(family: int, kind: int) -> None:
    socket.socket(family, kind).close()


def see_others() -> None:
    if not [p for p in Path("/proc").glob("[0-9]*") if p.stat().st_uid != os.getuid()]:
        raise PermissionError("no process of others in sight")


def map_code() -> None:
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC).close()


def suid_bit() -> None:
    path = Path(os.environ["STATE_DIRECTORY"]) / "suid"
    path.touch()
    try:
        path.chmod(0o4755)
    finally:
        path.unlink()


def write(path: str | Path, text: str = "x") -> None:
    Path(path).write_text(text)


def write_state() -> None:
    path = Path(os.environ["STATE_DIRECTORY"]) / "probe"
    write(path)
    path.unlink()


def make_group() -> None:
    (OWN_GROUP / "probe").mkdir()
    (OWN_GROUP / "probe").rmdir()


def load_voice() -> None:
    """Through ctypes, with a callback: what needs writable code on some machines."""
    import espeakng_loader  # noqa: PLC0415 - part of the probe

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    data = espeakng_loader.get_data_path().encode()
    assert library.espeak_Initialize(2, 0, data, 0) > 0
    callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
    library.espeak_SetSynthCallback(callback(lambda *_: 0))


def become_root() -> None:
    done = subprocess.run(["/usr/bin/su", "-c", "true"], check=False, capture_output=True,
                          stdin=subprocess.DEVNULL)  # fmt: skip
    if done.returncode:
        raise PermissionError(done.stderr.decode().strip())


PROBES: dict[str, Callable[[], object]] = {
    "write its state": write_state,
    "read its configuration": lambda: Path("/etc/jarvisd/jarvisd.toml").read_text(),
    "connect to this host": lambda: connect(("127.0.0.1", 9)),
    "read the pressure": lambda: Path("/proc/pressure/cpu").read_text(),
    "make its own control groups": make_group,
    "be nice": lambda: os.setpriority(os.PRIO_PROCESS, 0, 5),
    "choose processors": lambda: os.sched_setaffinity(0, {0}),
    "load the embedded voice": load_voice,
    "connect elsewhere": lambda: connect(("192.0.2.1", 80)),
    "replace the control socket": lambda: Path("/run/jarvisd/control.sock").unlink(),
    "put a socket beside it": lambda: write("/run/jarvisd/probe"),
    "write /etc": lambda: write("/etc/jarvisd/probe"),
    "write /usr": lambda: write("/usr/local/bin/probe"),
    "write its own code": lambda: write("/opt/jarvisd/current/probe"),
    "write /var": lambda: write("/var/probe"),
    "read home directories": lambda: Path("/home/member/secret").read_text(),
    "read root's files": lambda: list(Path("/root").iterdir()),
    "read secrets of others": lambda: Path("/etc/shadow").read_text(),
    "read keys on disk": lambda: list(Path("/etc/jarvisd/credentials").iterdir()),
    "see processes of others": see_others,
    "open a disk": lambda: os.open("/dev/nvme0n1", os.O_RDONLY),
    "open a serial line": lambda: os.open("/dev/ttyS0", os.O_WRONLY),
    "make a device": lambda: os.mknod("/tmp/null", 0o020666, os.makedev(1, 3)),
    "change a tunable": lambda: write("/proc/sys/kernel/hostname", "pwned"),
    "change the host name": lambda: socket.sethostname("pwned"),
    "set the clock": lambda: time.clock_settime(time.CLOCK_REALTIME, 0),
    "read the kernel's log": lambda: os.open("/dev/kmsg", os.O_RDONLY),
    "limit other groups": lambda: write("/sys/fs/cgroup/system.slice/cpu.weight", "1"),
    "limit its slice": lambda: write(OWN_GROUP.parent / "cpu.weight", "10000"),
    "raise its own share": lambda: write(OWN_GROUP / "cpu.weight", "10000"),
    "mount": lambda: call("mount", b"none", b"/tmp", b"tmpfs", 0, None),
    "make a user namespace": lambda: call("unshare", CLONE_NEWUSER),
    "make a network namespace": lambda: call("unshare", CLONE_NEWNET),
    "trace": lambda: call("ptrace", 16, os.getppid(), 0, 0),
    "load a module": lambda: call("syscall", 313, 0, b"", 0),
    "be real-time": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
    "write code and run it": map_code,
    "set the suid bit": suid_bit,
    "become root": become_root,
    "speak raw network": lambda: open_socket(socket.AF_PACKET, socket.SOCK_RAW),
    "speak netlink": lambda: open_socket(socket.AF_NETLINK, socket.SOCK_RAW),
    "use another personality": lambda: call("personality", 0x0040000),
    "reboot": lambda: call("reboot", 0),
}

for name, attempt in PROBES.items():
    try:
        attempt()
        verdict = "allowed"
    except Exception as error:  # noqa: BLE001 - whatever stopped it is the answer
        verdict = f"{type(error).__name__}: {error}"
    print(json.dumps([name, verdict]), flush=True)
