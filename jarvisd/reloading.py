"""Reading the configuration again while the daemon runs: all of what can change, or nothing.

The rooms that hold settings take the new ones in one step of the loop. systemd is told before and
after, also where nothing came of it.
"""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from jarvisd.config import Settings
from jarvisd.config.changes import compare
from jarvisd.errors import ConfigError
from jarvisd.host.notify import Notifier
from jarvisd.host.status_line import StatusLine
from jarvisd.wire import ReloadResponse

log = structlog.get_logger("jarvisd")


class Reloader:
    """Keeps the settings in force; ``rooms`` are told of new ones, and must not fail or wait."""

    def __init__(
        self,
        settings: Settings,
        *,
        read: Callable[[], Settings],
        rooms: Sequence[Callable[[Settings], None]],
        notifier: Notifier,
        line: StatusLine,
    ) -> None:
        self.settings = settings
        self._read = read
        self._rooms = rooms
        self._notifier = notifier
        self._line = line
        self._one_at_a_time = asyncio.Lock()

    async def reload(self) -> ReloadResponse:
        """Read, check, and put in force. Raises ConfigError: nothing changed."""
        async with self._one_at_a_time:
            self._notifier.reloading("Reading the configuration again")
            try:
                return self._put_in_force(await asyncio.to_thread(self._read))
            except ConfigError as error:
                log.error("config.refused", problems=error.problems)  # noqa: TRY400 - its text says all
                raise
            finally:
                self._notifier.ready(self._line.begin())

    def _put_in_force(self, wanted: Settings) -> ReloadResponse:
        changes = compare(self.settings, wanted)
        for tell in self._rooms if changes.now else ():
            tell(changes.settings)
        self.settings = changes.settings
        log.info("config.reloaded", changed=changes.now, needs_restart=changes.restart)
        return ReloadResponse(changed=list(changes.now), restart=list(changes.restart))
