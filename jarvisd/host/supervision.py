"""Supervision by systemd: the watchdog's timer, and requests for more time.

Without a watchdog there is no timer at all. Only the loop itself reports to the watchdog, and only
while no part of the daemon is stuck; without a report systemd kills and restarts the daemon.
"""

import asyncio
import os
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Self

import structlog

from jarvisd.host.notify import Notifier
from jarvisd.host.watchdog import PartProgress, Watchdog, watchdog_s

log = structlog.get_logger("jarvisd.host")

EXTENSION_S = 10.0


class Supervision:
    """Lets the watchdog know; ``start`` once the daemon is ready, ``stop`` at the very end."""

    def __init__(
        self,
        notifier: Notifier,
        *,
        environ: Mapping[str, str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._notifier = notifier
        self._parts: Callable[[], Iterable[PartProgress]] = tuple
        self._clock = clock
        limit_s = watchdog_s(environ, os.getpid()) if notifier.connected else None
        self.interval_s = limit_s / 2 if limit_s is not None else None
        self._watchdog = Watchdog(self.interval_s or 1.0)
        self._known: frozenset[str] = frozenset()
        self._timer: asyncio.TimerHandle | None = None

    def start(self, parts: Callable[[], Iterable[PartProgress]]) -> None:
        """Begin to report the progress of ``parts``, if systemd wants it."""
        self._parts = parts
        if self.interval_s is not None:
            self._look()

    def stop(self) -> None:
        """Report no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def wind_down(self) -> None:
        """The daemon stops: from now on only the loop itself has to work."""
        self._parts = tuple

    def _look(self) -> None:
        assert self.interval_s is not None  # noqa: S101 - start looked
        self._timer = asyncio.get_running_loop().call_later(self.interval_s, self._look)
        stuck = self._watchdog.look(self._clock(), self._parts())
        for one in stuck:
            if one.name not in self._known:
                log.critical("watchdog.stuck", part=one.name, reason=one.reason)
        self._known = frozenset(one.name for one in stuck)
        if not stuck:
            self._notifier.alive()


class Extended:
    """Asks systemd for more time, again and again, while its block runs and the loop works.

    A start or a stop that takes longer than ``limit_s`` hangs: then it asks no more. ``asked``
    counts the requests.
    """

    def __init__(
        self, notifier: Notifier, limit_s: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._notifier = notifier
        self._limit_s = limit_s
        self._clock = clock
        self._until = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self.asked = 0

    def __enter__(self) -> Self:
        self._until = self._clock() + self._limit_s
        if self._notifier.connected:
            self._ask()
        return self

    def __exit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _ask(self) -> None:
        self._timer = None
        self.asked += 1
        self._notifier.extend(EXTENSION_S)
        if self._clock() < self._until:
            self._timer = asyncio.get_running_loop().call_later(EXTENSION_S / 2, self._ask)
