"""The log level: the configured one, or another for some time.

Pure: the time comes from outside. ``LevelSwitch`` is the thin part with a timer, which applies the
decision. Never reads the configuration and never logs a line itself.
"""

import asyncio
from collections.abc import Callable

import structlog

from jarvisd.wire import LogLevel, LogLevelResponse

_SEVERITY: dict[LogLevel, int] = {"debug": 0, "info": 1, "warning": 2, "error": 3}
log = structlog.get_logger("jarvisd.telemetry")


class LevelChoice:
    """The configured level, and the one set instead; times in seconds.

    The level that was set survives a reload, and ends with its time or on request.
    """

    def __init__(self, configured: LogLevel) -> None:
        self.configured = configured
        self._asked: LogLevel | None = None
        self._until: float | None = None
        self._for_s = 0.0

    def ask(self, level: LogLevel | None, *, now: float, for_s: float | None = None) -> None:
        """Log at ``level`` for ``for_s`` seconds, or without a time limit.

        ``None`` goes back to the configured level at once.
        """
        self._asked = level
        self._until = None if level is None or for_s is None else now + for_s
        self._for_s = for_s or 0.0

    def level(self, now: float) -> LogLevel:
        """The level at ``now``; forgets one whose time is over."""
        if self._until is not None and now >= self._until:
            self._asked = self._until = None
        return self.configured if self._asked is None else self._asked

    def remaining_s(self, now: float) -> float | None:
        """Seconds until the configured level returns; ``None`` if it does not return by itself."""
        self.level(now)
        # What was added to a large number and taken away again may have become a little more.
        return None if self._until is None else min(self._until - now, self._for_s)


class LevelSwitch:
    """Keeps the log at the chosen level; ``apply`` gets each change. Belongs to the loop."""

    def __init__(self, configured: LogLevel, apply: Callable[[LogLevel], None]) -> None:
        self._choice = LevelChoice(configured)
        self._apply = apply
        self._in_force = configured
        self._timer: asyncio.TimerHandle | None = None

    def configure(self, level: LogLevel) -> None:
        """The configuration was read again."""
        self._choice.configured = level
        self._settle()

    def ask(self, level: LogLevel | None, for_s: float | None) -> LogLevelResponse:
        """Log at ``level``, with or without a time limit; ``None``: as configured."""
        self._choice.ask(level, now=self._now(), for_s=for_s)
        self._settle()
        return self.state()

    def state(self) -> LogLevelResponse:
        """What is logged now, and for how long."""
        now = self._now()
        return LogLevelResponse(
            level=self._choice.level(now),
            configured=self._choice.configured,
            reverts_in_s=self._choice.remaining_s(now),
        )

    def close(self) -> None:
        """Leave the level as it is."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _settle(self) -> None:
        self.close()
        now = self._now()
        level = self._choice.level(now)
        if level != self._in_force:
            self._change(level)
        remaining = self._choice.remaining_s(now)
        if remaining is not None:
            self._timer = asyncio.get_running_loop().call_later(remaining, self._settle)

    def _change(self, level: LogLevel) -> None:
        """Apply ``level``, and log that at the more detailed of the two levels."""
        quieter = _SEVERITY[level] > _SEVERITY[self._in_force]
        self._in_force = level
        if not quieter:
            self._apply(level)
        log.warning("log.level", now=level, configured=self._choice.configured)
        if quieter:
            self._apply(level)

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
