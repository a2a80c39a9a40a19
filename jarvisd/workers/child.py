"""The child process that runs one engine's jobs: ``python -m jarvisd.workers.child``.

The main thread reads commands, so that a cancel is seen while the working thread is inside a
native call; one job runs at a time. It ends with the daemon, ignores the terminal's Ctrl-C, and
writes only frames to its socket. Imports the runner it was told to and nothing else.
"""

import argparse
import contextlib
import ctypes
import importlib
import os
import queue
import signal
import socket
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec

from jarvisd.errors import JarvisError
from jarvisd.workers import protocol
from jarvisd.workers.runner import JobAborted, NothingMade, ResourceFailed, Runner
from jarvisd.workers.sandbox import confine

_PR_SET_PDEATHSIG = 1
# A cancel must reach the main thread while the other one runs Python code.
_SWITCH_INTERVAL_S = 0.001
_JOBS_AHEAD = 4
_READ_BYTES = 65_536

AnyJob = protocol.Load | protocol.Work


class DaemonGone(Exception):  # noqa: N818 - nobody is left to call it an error
    """The connection to the daemon broke."""


class Child:
    """Serves one connection until it closes or gets ``Stop``."""

    def __init__(self, runner: Runner, connection: socket.socket, unconfined: str = "") -> None:
        self._runner = runner
        self._unconfined = unconfined
        self._connection = connection
        self._jobs: queue.Queue[AnyJob] = queue.Queue(_JOBS_AHEAD)
        self._sending = threading.Lock()
        self._cancelled_up_to = -1

    def run(self) -> None:
        """Blocks until the daemon closes the connection or sends ``Stop``."""
        self._send(
            protocol.Hello(
                protocol.PROTOCOL_VERSION,
                self._runner.name,
                os.getpid(),
                self._runner.versions(),
                self._unconfined,
            )
        )
        threading.Thread(target=self._work, name="work", daemon=True).start()
        decoder = protocol.command_decoder()
        while data := self._connection.recv(_READ_BYTES):
            for command in decoder.feed(data):
                if isinstance(command, protocol.Stop):
                    return
                self._obey(command)

    def _obey(self, command: protocol.Command | protocol.Report) -> None:
        match command:
            case protocol.Load() | protocol.Work():
                self._jobs.put_nowait(command)
            case protocol.Cancel(job=job):
                self._cancelled_up_to = max(self._cancelled_up_to, job)
                self._runner.abort()
            case protocol.Ping(nonce=nonce):
                self._send(protocol.Pong(nonce, resident_bytes()))

    def _work(self) -> None:
        """The working thread: one job after the other, each with an answer."""
        with contextlib.suppress(DaemonGone):  # the main thread sees it too
            while True:
                job = self._jobs.get()
                self._send(self._answer(job))
                if isinstance(job, protocol.Load) and self._jobs.empty():
                    self._runner.prepare()

    def _answer(self, job: AnyJob) -> protocol.Report:
        try:
            return self._load(job) if isinstance(job, protocol.Load) else self._do(job)
        except JobAborted:
            return _failure(job, "cancelled", "cancelled")
        except NothingMade as error:
            return _failure(job, "empty", str(error))
        except ResourceFailed as error:
            return _failure(job, "resource_failed", str(error))
        except DaemonGone:
            raise
        except Exception as error:  # noqa: BLE001 - engines raise anything; the daemon decides
            return _failure(job, "failed", describe(error))

    def _load(self, job: protocol.Load) -> protocol.Report:
        self._runner.load(job.resource)
        return protocol.ResourceLoaded(job.job, job.resource, resident_bytes())

    def _do(self, job: protocol.Work) -> protocol.Report:
        cancelled = partial(self._is_cancelled, job.job)
        made = self._runner.run(job.kind, job.resource, job.body, cancelled)
        while True:
            try:
                piece = next(made)
            except StopIteration as end:
                return protocol.End(job.job, msgspec.Raw(end.value), resident_bytes())
            self._send(protocol.Piece(job.job, msgspec.Raw(piece)))

    def _is_cancelled(self, job: int) -> bool:
        return job <= self._cancelled_up_to

    def _send(self, report: protocol.Report) -> None:
        frame = protocol.encode(report)
        try:
            with self._sending:
                self._connection.sendall(frame)
        except OSError as error:
            raise DaemonGone from error


def resident_bytes() -> int:
    """Memory this process occupies now."""
    pages = int(Path("/proc/self/statm").read_bytes().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def describe(error: BaseException) -> str:
    """One line about a failure, with its type if the message alone says little."""
    if isinstance(error, JarvisError):
        return error.message
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:300]}" if lines else type(error).__name__


def _failure(job: AnyJob, code: protocol.FailureCode, message: str) -> protocol.Failure:
    return protocol.Failure(job.job, code, message, resident_bytes())


def die_with_parent(parent: int, prctl: Callable[[int, int], int]) -> None:
    """Make the kernel end this process when the daemon ends, for any reason."""
    prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before the line above
        os._exit(0)


def _open(runner: str, engine: str, options: bytes) -> Runner:
    module, _, function = runner.partition(":")
    opened: Runner = getattr(importlib.import_module(module), function)(engine, options)
    return opened


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="jarvisd.workers.child")
    parser.add_argument("--runner", required=True, metavar="MODULE:FUNCTION")
    parser.add_argument("--engine", required=True)
    parser.add_argument("--fd", type=int, required=True)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--nice", type=int, default=0)
    parser.add_argument("--options", default="{}", metavar="JSON")
    parser.add_argument("--readable", action="append", metavar="PATH")
    return parser.parse_args()


def main() -> int:
    """Run until the daemon needs this process no more."""
    arguments = _arguments()
    die_with_parent(arguments.parent, ctypes.CDLL(None).prctl)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    os.nice(arguments.nice)
    connection = socket.socket(fileno=arguments.fd)
    # Before the engine's library is loaded, which may start threads; without --readable, free.
    unconfined = "" if arguments.readable is None else confine(arguments.readable)
    try:
        runner = _open(arguments.runner, arguments.engine, os.fsencode(arguments.options))
    except Exception as error:  # noqa: BLE001 - whatever it is, the daemon must hear of it
        connection.sendall(protocol.encode(protocol.Failure(-1, "failed", describe(error), 0)))
        return 1
    with contextlib.suppress(DaemonGone, ConnectionError):
        Child(runner, connection, unconfined).run()
    return 0


if __name__ == "__main__":
    status = main()
    sys.stderr.flush()
    os._exit(status)  # a native call may still run in the other thread; nobody waits for it
