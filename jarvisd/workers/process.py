"""The daemon's side of one worker process: its start, messages and end.

Everything arrives as calls on the event loop: a message, or the end. Never blocks, never decides
what a failure means; the pool does.
"""

import asyncio
import signal
import socket
import subprocess
from collections import deque
from collections.abc import Callable
from contextlib import suppress

import structlog

from jarvisd.errors import WorkerError
from jarvisd.workers import os_process, protocol
from jarvisd.workers.command import WorkerCommand

# Between closing the connection and ending: a busy host takes its time to tell why.
_EXIT_GRACE_S = 1.0
_STDERR_LINES = 50
_log = structlog.get_logger("jarvisd.workers")


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
        """Queue a command; ignored while the worker ends, because ``on_gone`` follows."""
        if self._transport and not self._transport.is_closing():
            self._transport.write(protocol.encode(command))

    def pause_reading(self) -> None:
        """Stop reading, so that the worker waits."""
        if self._transport and not self._transport.is_closing():
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Continue reading."""
        if self._transport and not self._transport.is_closing():
            self._transport.resume_reading()

    def kill(self, reason: str) -> None:
        """End the process now. Idempotent."""
        self._reason = self._reason or reason
        if self._process:
            self._process.send_signal(signal.SIGKILL)  # nothing where it has ended already

    async def gone(self) -> None:
        """Wait until the process has ended and was reaped; returns at once if there was none."""
        if self._watcher:
            await self._gone.wait()

    # --- asyncio.Protocol -----------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Bytes from the worker: complete messages are passed on at once."""
        try:
            reports = self._decoder.feed(data)
        except WorkerError as error:
            self._refuse(error)
            return
        for report in reports:
            self._receive(report)

    def connection_lost(self, exc: Exception | None) -> None:
        """The worker closed its end: it has ended, or cannot be used any more."""
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
        """Start the process and read from it; the future is its greeting.

        Forking takes the loop milliseconds and more on a busy host, so a thread does it: one of
        the loop's own executor, which lives as long as the loop, because the kernel ends the
        worker with the thread that started it.
        """
        loop = asyncio.get_running_loop()
        greeted = self._greeted = loop.create_future()
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        try:
            process, ended = await asyncio.to_thread(os_process.begin, self.command, theirs)
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

    async def _watch(self, process: "subprocess.Popen[bytes]", end: int) -> None:
        """Collect its error output, reap it, and report its end."""
        ended = asyncio.create_task(os_process.end_of(process, end))
        with suppress(OSError):  # its complaints are lost, its end is not
            async for line in os_process.error_lines(process):
                self._stderr.append(line)
                _log.warning("worker.stderr", engine=self.command.engine, pid=self.pid, line=line)
        status = await ended
        if self.command.placement:
            await asyncio.to_thread(self.command.placement.detach, process.pid)
        if self._transport:
            self._transport.abort()
        reason = self._reason or os_process.exit_reason(status)
        if self._stderr and status > 0:
            reason = f"{reason}: {self._stderr[-1]}"
        if self._greeted and not self._greeted.done():
            self._greeted.set_exception(self._failed(reason))
            self._greeted.exception()  # seen here: the starter may have given up already
        self._gone.set()
        self._on_gone(reason)

    async def _abandon(self, spawning: "asyncio.Task[asyncio.Future[protocol.Hello]]") -> None:
        """Undo a start at any stage; waits for a process that is just being spawned."""
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
