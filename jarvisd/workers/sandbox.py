"""The sandbox of a worker process: it may read given files and talk to the daemon, nothing else.

A worker runs foreign code on downloaded files, as the daemon's user. Landlock limits it to reading
its files, seccomp denies sockets, programs, and other processes. Both last as long as the process.
If the kernel or a library lacks one of them, the worker runs without it and says so: speech must
work anyway.
"""

import ctypes
import errno
import os
import sys
from collections.abc import Iterable
from pathlib import Path

# Libraries, the linker's list of them, the shape of the machine, and sources of random numbers.
SYSTEM = (
    "/usr",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/proc/self",  # of others it would tell environments
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/sys",
    "/sys/devices/system",
    "/dev/null",
    "/dev/urandom",
    "/dev/random",
)
# Part of every distribution with systemd.
LIBSECCOMP = "libseccomp.so.2"
ALLOW, REFUSE_WITH = 0x7FFF_0000, 0x0005_0000  # SCMP_ACT_ALLOW, SCMP_ACT_ERRNO
# What would lead out: to the control socket or the network, to other programs, to other processes.
# An io_uring could do the same behind the filter's back.
REFUSED_CALLS = (
    *("socket", "connect", "bind", "listen", "accept", "accept4", "io_uring_setup"),
    *("execve", "execveat"),
    *("kill", "tkill", "pidfd_send_signal", "pidfd_getfd"),
    *("ptrace", "process_vm_readv", "process_vm_writev", "perf_event_open"),
    *("mount", "umount2", "unshare", "setns", "bpf", "keyctl", "add_key"),
)


def confine(readable: Iterable[str]) -> str:
    """Give up all rights except reading ``readable``, the interpreter and its libraries.

    Call it before any other thread exists: only the calling thread and its children are bound.
    Returns what could not be restricted and why; empty if everything was.
    """
    problems = [_confine_files(readable), _confine_calls()]
    return "; ".join(problem for problem in problems if problem)


def _confine_files(readable: Iterable[str]) -> str:
    try:
        from py_landlock import (  # noqa: PLC0415 - not in every interpreter
            AccessFs,
            Landlock,
            LandlockError,
        )
    except ImportError as missing:
        return f"files: {missing}"
    wanted = [Path(path) for path in _wanted(readable)]
    try:
        rules = Landlock(strict=False)
        rules.allow_read(*(path for path in wanted if path.is_dir()))
        files = (path for path in wanted if path.exists() and not path.is_dir())
        rules.add_path_rule(*files, access=AccessFs.READ_FILE)
        rules.apply()
    except (LandlockError, OSError) as error:
        return f"files: {error}"
    return ""


def _wanted(readable: Iterable[str]) -> set[str]:
    """Without the current directory, which an empty entry of the search path means."""
    return {*SYSTEM, *readable, sys.prefix, sys.base_prefix, *sys.path} - {""}


def _confine_calls() -> str:
    """Restrict system calls by libseccomp; its Python wrapper would need a compiler."""
    try:
        library = ctypes.CDLL(LIBSECCOMP, use_errno=True)
    except OSError as missing:
        return f"system calls: {missing}"
    library.seccomp_init.restype = ctypes.c_void_p
    rules = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(ALLOW)))
    refuse = ctypes.c_uint32(REFUSE_WITH | errno.EPERM)
    for name in REFUSED_CALLS:
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:  # else no call of this processor
            library.seccomp_rule_add(rules, refuse, number, 0)
    status = library.seccomp_load(rules)
    library.seccomp_release(rules)
    return f"system calls: {os.strerror(-status)}" if status else ""
