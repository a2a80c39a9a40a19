"""The daemon's side of one worker: started, greeted, listened to, and seen to be gone.

Everything arrives as calls on the event loop: a message, or the end. Never blocks, never decides
what a failure means; the pool does.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import BinaryIO, Protocol

import structlog

from jarvisd.errors import WorkerError
from jarvisd.workers import protocol

# Between closing the connection and ending: a busy host takes its time to tell why.
_EXIT_GRACE_S = 1.0
_STDERR_LINES = 50
_STDERR_LINE_BYTES = 8_192
_log = structlog.get_logger("jarvisd.workers")


class WorkerPlacement(Protocol):
    """Where worker processes live. Both calls block for a moment and come from any thread."""

    def attach(self, pid: int) -> None:
        """A worker was started: put it into its place before it has done anything."""
        ...

    def detach(self, pid: int) -> None:
        """A worker has ended and was reaped."""
        ...


@dataclass(frozen=True, slots=True)
class WorkerCommand:
    """How an engine's workers are started, and where they live.

    ``runner`` is ``module:function``, called as ``function(engine, options)`` in the worker;
    ``options`` is JSON. ``readable`` is what its sandbox lets it read beside its libraries;
    ``None``: no sandbox.
    ``python`` empty: this one.
    """

    engine: str
    runner: str = ""
    python: str = ""
    nice: int = 0
    options: str = "{}"
    arguments: Sequence[str] = ("-P", "-m", "jarvisd.workers.child")
    placement: WorkerPlacement | None = None
    readable: Sequence[str] | None = None

    def line(self, fd: int) -> list[str]:
        """The command line of a worker that talks over ``fd``."""
        line = [self.python or sys.executable, *self.arguments]
        line += ["--runner", self.runner, "--engine", self.engine, "--fd", str(fd)]
        line += ["--parent", str(os.getpid()), "--nice", str(self.nice)]
        # Nowhere is readable too: without the word there is no sandbox.
        allowed = () if self.readable is None else self.readable or ("/nonexistent",)
        line += [word for path in allowed for word in ("--readable", path)]
        return [*line, "--options", self.options]


class WorkerProcess(asyncio.Protocol):
    """One live worker. ``on_report`` gets every message after the greeting, ``on_gone`` the reason
    once the process has ended, exactly once.
    """

    def __init__(
        self,
        command: WorkerCommand,
        *,
        on_report: Callable[[protocol.Report], None],
        on_gone: Callable[[str], None],
    ) -> None:
        self.command = command
        self.hello: protocol.Hello | None = None
        self._on_report = on_report
        self._on_gone = on_gone
        self._decoder = protocol.report_decoder()
        self._transport: asyncio.Transport | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._greeted: asyncio.Future[protocol.Hello] | None = None
        self._gone = asyncio.Event()
        self._watcher: asyncio.Task[None] | None = None
        self._stderr: deque[str] = deque(maxlen=_STDERR_LINES)
        self._reason = ""

    @property
    def pid(self) -> int:
        """Process id; 0 before the start."""
        return self._process.pid if self._process else 0

    async def start(self, timeout_s: float) -> protocol.Hello:
        """Start the process and wait for its greeting.

        Raises ``WorkerError`` (``workers.start_failed``, ``workers.protocol``) with nothing left
        behind.
        """
        spawning = asyncio.get_running_loop().create_task(self._spawn())
        try:
            async with asyncio.timeout(timeout_s):
                greeted = await asyncio.shield(spawning)
                self.hello = await greeted
                protocol.check_hello(self.hello, self.command.engine)
                self._warn_unconfined(self.hello)
        except TimeoutError:
            await self._abandon(spawning)
            raise self._failed(f"no greeting within {timeout_s:g} s") from None
        except OSError as error:
            await self._abandon(spawning)
            raise self._failed(f"{self.command.line(-1)[0]}: {error.strerror}") from error
        except RuntimeError as error:  # no thread to be had
            await self._abandon(spawning)
            raise self._failed(str(error)) from error
        except BaseException:
            await self._abandon(spawning)
            raise
        return self.hello

    def send(self, command: protocol.Command) -> None:
        """Queue a command; silently nothing once the worker is going, as ``on_gone`` follows."""
        if self._transport and not self._transport.is_closing():
            self._transport.write(protocol.encode(command))

    def pause_reading(self) -> None:
        """Let the worker wait: nobody takes its pieces."""
        if self._transport and not self._transport.is_closing():
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Go on listening."""
        if self._transport and not self._transport.is_closing():
            self._transport.resume_reading()

    def kill(self, reason: str) -> None:
        """End the process now, whatever it is doing. Idempotent."""
        self._reason = self._reason or reason
        if self._process:
            self._process.send_signal(signal.SIGKILL)  # nothing where it has ended already

    async def gone(self) -> None:
        """Wait until the process has ended and was reaped; at once if there never was one."""
        if self._watcher:
            await self._gone.wait()

    # --- asyncio.Protocol -----------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Bytes from the worker: whole messages are handed on at once."""
        try:
            reports = self._decoder.feed(data)
        except WorkerError as error:
            self._refuse(error)
            return
        for report in reports:
            self._receive(report)

    def connection_lost(self, exc: Exception | None) -> None:
        """The worker closed its end: it has ended, or is of no use any more."""
        if not self._gone.is_set():
            reason = "it closed its connection" if exc is None else str(exc)
            asyncio.get_running_loop().call_later(_EXIT_GRACE_S, self.kill, reason)

    # --- inside ---------------------------------------------------------------------------------

    def _receive(self, report: protocol.Command | protocol.Report) -> None:
        greeted = self._greeted
        if greeted is None or greeted.done():
            self._on_report(report)  # type: ignore[arg-type]
        elif isinstance(report, protocol.Hello):
            greeted.set_result(report)
        elif isinstance(report, protocol.Failure):
            self._refuse(self._failed(report.message))
        else:
            self._refuse(self._failed("it did not greet"))

    def _refuse(self, error: WorkerError) -> None:
        if self._greeted and not self._greeted.done():
            self._greeted.set_exception(error)
        self.kill(error.message)

    def _warn_unconfined(self, hello: protocol.Hello) -> None:
        if hello.unconfined:
            _log.warning(
                "worker.unconfined", engine=hello.engine, pid=hello.pid, reason=hello.unconfined
            )

    async def _spawn(self) -> asyncio.Future[protocol.Hello]:
        """Start the process and listen to it; the future is its greeting.

        Forking takes the loop milliseconds and more on a busy host, so a thread does it: one of
        the loop's own executor, which lives as long as the loop, because the kernel ends the
        worker with the thread that started it.
        """
        loop = asyncio.get_running_loop()
        greeted = self._greeted = loop.create_future()
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        try:
            process, ended = await asyncio.to_thread(self._open, theirs)
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        self._process = process
        self._watcher = loop.create_task(self._watch(process, ended))
        try:
            self._transport, _ = await loop.create_unix_connection(lambda: self, sock=ours)
        except BaseException:
            ours.close()
            raise
        return greeted

    def _open(self, theirs: socket.socket) -> "tuple[subprocess.Popen[bytes], int]":
        """The process, and a descriptor that tells its end: without it nobody could wait for it."""
        process = subprocess.Popen(
            self.command.line(theirs.fileno()),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=(theirs.fileno(),),
        )
        try:
            end = os.pidfd_open(process.pid)
        except OSError:
            _discard(process)
            raise
        if self.command.placement:
            self.command.placement.attach(process.pid)
        return process, end

    async def _watch(self, process: "subprocess.Popen[bytes]", end: int) -> None:
        """Collect what the process complains about, reap it, and tell."""
        ended = asyncio.create_task(_end_of(process, end))
        with suppress(OSError):  # its complaints are lost, its end is not
            async for line in _lines(process):
                self._stderr.append(line)
                _log.warning("worker.stderr", engine=self.command.engine, pid=self.pid, line=line)
        status = await ended
        if self.command.placement:
            await asyncio.to_thread(self.command.placement.detach, process.pid)
        if self._transport:
            self._transport.abort()
        reason = self._reason or _exit_reason(status)
        if self._stderr and status > 0:
            reason = f"{reason}: {self._stderr[-1]}"
        if self._greeted and not self._greeted.done():
            self._greeted.set_exception(self._failed(reason))
            self._greeted.exception()  # seen here: the starter may have given up already
        self._gone.set()
        self._on_gone(reason)

    async def _abandon(self, spawning: "asyncio.Task[asyncio.Future[protocol.Hello]]") -> None:
        """Undo a start, wherever it stopped: a process half spawned is waited for first."""
        await asyncio.wait([spawning])
        self.kill("it did not start")
        if self._watcher:
            await asyncio.shield(self._watcher)
        else:
            self._on_gone("it could not be started")

    def _failed(self, reason: str) -> WorkerError:
        return WorkerError(
            f"the {self.command.engine} worker did not start: {reason}", code="workers.start_failed"
        )


async def _lines(process: "subprocess.Popen[bytes]") -> AsyncIterator[str]:
    """What the process writes to its standard error, line by line, without empty ones."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=_STDERR_LINE_BYTES)
    pipe, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), _given_away(process)
    )
    with closing(pipe):
        while raw := await _line(reader):
            if line := raw.decode(errors="replace").strip():
                yield line


def _given_away(process: "subprocess.Popen[bytes]") -> BinaryIO:
    """The process's standard error, for the loop alone to close.

    uvloop closes the descriptor and then the file, in which time a thread may have opened another
    one of that number: that of the next worker's end.
    """
    assert process.stderr is not None  # noqa: S101 - it was asked for
    with process.stderr:
        return open(os.dup(process.stderr.fileno()), "rb", buffering=0, closefd=False)


async def _line(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readline()
    except ValueError:  # longer than the limit: dropped by the reader
        return b"(a very long line)\n"


def _discard(process: "subprocess.Popen[bytes]") -> None:
    """End and reap a process that cannot be watched. Blocks until it is gone: for threads."""
    process.kill()
    process.communicate()


async def _end_of(process: "subprocess.Popen[bytes]", descriptor: int) -> int:
    """Wait for the process without a thread, reap it, and return its status."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_reader(descriptor, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)
    return process.wait()


def _exit_reason(status: int) -> str:
    if status < 0:
        return f"it was ended by {signal.Signals(-status).name}"
    return f"it exited with status {status}"
