"""One daemon per state directory: a lock on a file in it, which ends with the process.

The kernel holds the lock, not the file: the file of a killed daemon blocks nobody.
"""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

import structlog

from jarvisd.errors import UnavailableError

LOCK_NAME = "jarvisd.lock"

log = structlog.get_logger("jarvisd.host")


class StateLock:
    """Held from its making until ``close``."""

    def __init__(self, directory: Path) -> None:
        """Raise UnavailableError ``daemon.state_in_use`` where another daemon holds it.

        If the file cannot be made (disk full or read-only), there is no lock: two daemons cannot
        write to such a directory either.
        """
        self._descriptor: int | None = None
        try:
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            flags = os.O_CREAT | os.O_RDWR | os.O_CLOEXEC
            self._descriptor = os.open(directory / LOCK_NAME, flags, 0o600)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = self._holder()
            self.close()
            raise UnavailableError(
                f"another jarvisd{holder} uses the state directory {directory}",
                code="daemon.state_in_use",
                hint="Stop it, or choose another directory: jarvisd --state-dir DIR",
            ) from error
        except OSError as error:
            log.warning("state.unlocked", directory=str(directory), reason=str(error))
            self.close()
        else:
            self._sign()

    def close(self) -> None:
        """Let others have the directory; idempotent."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _sign(self) -> None:
        """Write the holder's process id, for people; nothing depends on it."""
        if self._descriptor is not None:
            with suppress(OSError):
                os.ftruncate(self._descriptor, 0)
                os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def _holder(self) -> str:
        if self._descriptor is None:
            return ""
        said = os.pread(self._descriptor, 32, 0).strip()
        return f" (process {int(said)})" if said.isdigit() else ""
