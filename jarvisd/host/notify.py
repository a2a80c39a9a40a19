"""Reports the daemon's state to systemd, if it runs under systemd.

Without NOTIFY_SOCKET every call does nothing. It must never raise and never wait: supervision is
not a reason to fail. A datagram that does not fit into systemd's queue is sent again a moment
later, and only a handful of them are kept.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping

import sdnotify
import structlog

log = structlog.get_logger("jarvisd.host")

MAX_LINE = 200
RETRY_S = 0.2
MAX_UNSENT = 8


class Notifier:
    """One connection to the service manager. All methods belong to the event loop's thread."""

    def __init__(
        self, environ: Mapping[str, str], *, monotonic_ns: Callable[[], int] = time.monotonic_ns
    ) -> None:
        self._monotonic_ns = monotonic_ns
        self._systemd = _connected() if environ.get("NOTIFY_SOCKET") else None
        self._unsent: deque[str] = deque(maxlen=MAX_UNSENT)
        self._retry: asyncio.TimerHandle | None = None

    @property
    def connected(self) -> bool:
        """Whether systemd listens."""
        return self._systemd is not None

    def ready(self, line: str) -> None:
        """READY: the API answers, or a reload is over."""
        self._send(f"READY=1\nSTATUS={plain(line)}")

    def status(self, line: str) -> None:
        """What the daemon does, for ``systemctl status``."""
        self._send(f"STATUS={plain(line)}")

    def reloading(self, line: str) -> None:
        """The configuration is being read again; ``ready`` must follow.

        systemd wants the time in the same datagram: it tells this reload from an earlier one.
        """
        now_us = self._monotonic_ns() // 1_000
        self._send(f"RELOADING=1\nMONOTONIC_USEC={now_us}\nSTATUS={plain(line)}")

    def stopping(self, line: str) -> None:
        """The daemon is stopping."""
        self._send(f"STOPPING=1\nSTATUS={plain(line)}")

    def extend(self, seconds: float) -> None:
        """Starting or stopping takes longer: ask systemd for ``seconds`` more."""
        self._send(f"EXTEND_TIMEOUT_USEC={int(seconds * 1_000_000)}")

    def alive(self) -> None:
        """The daemon makes progress. Not repeated if the queue is full: the next one counts."""
        if not self._unsent:
            self._try("WATCHDOG=1")

    def close(self) -> None:
        """Close it; later calls do nothing."""
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        if self._systemd is not None:
            self._systemd.socket.close()
            self._systemd = None

    def _send(self, state: str) -> None:
        if self._systemd is None:
            return
        self._unsent.append(state)
        self._flush()

    def _flush(self) -> None:
        self._retry = None
        while self._unsent:
            if not self._try(self._unsent[0]):
                self._retry = _later(RETRY_S, self._flush)
                return
            self._unsent.popleft()

    def _try(self, state: str) -> bool:
        """Send now; false when systemd's queue is full. What can never be sent counts as sent."""
        if self._systemd is None:
            return True
        try:
            self._systemd.notify(state)
        except BlockingIOError:
            return False
        except OSError as error:
            log.warning("notify.failed", reason=error.strerror, state=state.partition("\n")[0])
        return True


def plain(line: str) -> str:
    """``line`` as one short line of ASCII, which every terminal can show."""
    flat = " ".join(line.split()).encode("ascii", "replace").decode()
    return flat if len(flat) <= MAX_LINE else f"{flat[: MAX_LINE - 3]}..."


def _connected() -> sdnotify.SystemdNotifier | None:
    """A notifier that logs its errors and never waits; ``None`` without systemd."""
    try:
        notifier = sdnotify.SystemdNotifier(debug=True)
    except OSError as error:
        log.warning("notify.unreachable", reason=error.strerror)
        return None
    notifier.socket.setblocking(False)
    return notifier


def _later(seconds: float, call: Callable[[], None]) -> asyncio.TimerHandle | None:
    try:
        return asyncio.get_running_loop().call_later(seconds, call)
    except RuntimeError:  # before the loop or after it: the next call sends it
        return None
