"""The current configuration, and its reload: all changes or none.

The rooms get new settings in one step of the loop. systemd is notified before and after, also if
the reload fails.
"""

import asyncio
from collections.abc import Callable, Sequence

import msgspec
import structlog

from jarvisd.config import Loaded, Settings
from jarvisd.config.changes import compare
from jarvisd.config.rendering import describe
from jarvisd.errors import ConfigError
from jarvisd.host.notify import Notifier
from jarvisd.observe.status_line import StatusLine
from jarvisd.wire import ConfigResponse, ReloadResponse, SettingInfo

log = structlog.get_logger("jarvisd")


class Reloader:
    """Keeps the current settings; ``rooms`` get new ones, and must not fail or wait.

    ``reloaded`` is called each time, even without a change: a file that the settings name may have
    been repaired.
    """

    def __init__(
        self,
        loaded: Loaded,
        *,
        read: Callable[[], Loaded],
        rooms: Sequence[Callable[[Settings], None]],
        reloaded: Callable[[], None],
        notifier: Notifier,
        line: StatusLine,
    ) -> None:
        self.loaded = loaded
        self._read = read
        self._rooms = rooms
        self._reloaded = reloaded
        self._notifier = notifier
        self._line = line
        self._one_at_a_time = asyncio.Lock()

    async def reload(self) -> ReloadResponse:
        """Read, check and apply. If it raises ConfigError, nothing changed."""
        async with self._one_at_a_time:
            self._notifier.reloading("Reading the configuration again")
            try:
                return self._put_in_force(await asyncio.to_thread(self._read))
            except ConfigError as error:
                log.error("config.refused", problems=error.problems)  # noqa: TRY400 - its text says all
                raise
            finally:
                self._notifier.ready(self._line.begin())

    def _put_in_force(self, wanted: Loaded) -> ReloadResponse:
        changes = compare(self.loaded.settings, wanted.settings)
        for tell in self._rooms if changes.now else ():
            tell(changes.settings)
        self._reloaded()
        # What waits for a restart is still in force from where it came from.
        kept = {path: self.loaded.sources[path] for path in changes.restart}
        self.loaded = Loaded(changes.settings, {**wanted.sources, **kept}, wanted.files)
        log.info("config.reloaded", changed=changes.now, needs_restart=changes.restart)
        return ReloadResponse(changed=list(changes.now), restart=list(changes.restart))


def in_force(loaded: Loaded) -> ConfigResponse:
    """The current settings, for the API."""
    return ConfigResponse(
        files=[str(file) for file in loaded.files],
        settings=[
            SettingInfo(path=one.path, value=msgspec.to_builtins(one.value), source=str(one.source))
            for one in describe(loaded.settings, loaded.sources)
        ],
    )
