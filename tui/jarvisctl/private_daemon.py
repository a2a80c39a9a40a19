"""A private daemon: started in a temporary directory, and stopped again.

For ``jarvisctl try`` and the benchmark. It starts the installed daemon as anybody would and knows
nothing of its inside.
"""

import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from jarvisd.errors import JarvisError
from jarvisd.wire import LiveResponse
from jarvisd.wire.client import ApiClient, DaemonTimeoutError, DaemonUnreachableError

START_S = 20.0
STOP_S = 10.0
LOG_LINES = 12


class PrivateDaemon:
    """``with PrivateDaemon() as daemon:`` runs one; ``daemon.socket`` is where it answers."""

    def __init__(self, *, config: Path | None = None, launcher: Sequence[str] = ()) -> None:
        """``launcher`` is a command that runs the command which follows it."""
        self._config = config
        self._launcher = launcher
        self._folder = tempfile.TemporaryDirectory(prefix="jarvis-")
        folder = Path(self._folder.name)
        self.socket = folder / "s"  # short: socket paths end at 107 bytes
        self.state_dir = folder / "state"
        self.log = folder / "log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        # Whoever ends us must not leave the daemon behind: SIGTERM unwinds like an error.
        signal.signal(signal.SIGTERM, _leave)
        try:
            self._start()
            self._wait_until_live()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        self._folder.cleanup()

    @property
    def pid(self) -> int:
        """Process id of the daemon."""
        return self._running().pid

    def log_tail(self) -> str:
        """The last lines that the daemon wrote."""
        try:
            with self.log.open(encoding="utf-8", errors="replace") as lines:
                return "".join(deque(lines, LOG_LINES)).rstrip()
        except OSError:
            return ""

    def _start(self) -> None:
        self.state_dir.mkdir()
        arguments = ["--socket", str(self.socket), "--state-dir", str(self.state_dir)]
        if self._config is not None:
            arguments += ["--config", str(self._config.absolute())]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                # Never from the caller's directory: a file uvloop.py there would be imported.
                [*self._launcher, sys.executable, "-P", "-m", "jarvisd", *arguments],
                cwd=self._folder.name,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C interrupts the reply, not the daemon
            )

    def _wait_until_live(self) -> None:
        """Ask until it answers: soon at first, then less often."""
        process = self._running()
        deadline, pause = time.monotonic() + START_S, 0.01
        while True:
            try:
                with ApiClient(self.socket, timeout_s=5.0) as client:
                    client.get("/v1/live", LiveResponse)
            except (DaemonUnreachableError, DaemonTimeoutError) as error:
                if process.poll() is not None:
                    raise self._failure(f"ended with code {process.returncode}") from error
                if time.monotonic() > deadline:
                    raise self._failure(f"did not answer within {START_S:.0f} s") from error
            else:
                return
            time.sleep(pause)
            pause = min(0.25, pause * 1.5)

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            raise JarvisError("the private daemon was not started", code="daemon.not_started")
        return self._process

    def _failure(self, what: str) -> JarvisError:
        log = self.log_tail() or "(it wrote nothing)"
        return JarvisError(f"the daemon {what}", code="daemon.start_failed", hint=log)

    def _stop(self) -> None:
        """End it as systemd would: SIGTERM, a deadline, SIGKILL."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _leave(number: int, _: object) -> None:
    sys.exit(128 + number)
