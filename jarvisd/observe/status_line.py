"""The line that ``systemctl status`` shows, updated on every change.

After ``changed`` the line is built, and sent if it is different, at most once a second. No timer
runs without a change.
"""

import asyncio
import time
from collections.abc import Callable, Sequence

from jarvisd.host.notify import Notifier
from jarvisd.wire import ReplyDone, ReplyEvent, ReplyFailed, ReplyInterrupted, ReplyStarted

INTERVAL_S = 1.0
TELLING = (ReplyStarted, ReplyDone, ReplyInterrupted, ReplyFailed)


class StatusLine:
    """Sends what ``describe`` returns, through ``notifier``."""

    def __init__(
        self,
        notifier: Notifier,
        describe: Callable[[], str],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._notifier = notifier
        self._describe = describe
        self._clock = clock
        self._open = False
        self._sent = ""
        self._looked_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> str:
        """Begin to send changes; returns the first line, for READY."""
        self._open = True
        self._sent, self._looked_at = self._describe(), self._clock()
        return self._sent

    def observe(self, event: ReplyEvent) -> None:
        """One event of a reply; only its beginning and its end change the line."""
        if isinstance(event, TELLING):
            self.changed()

    def changed(self) -> None:
        """Something changed: the line may be different now."""
        if not self._open or not self._notifier.connected or self._timer is not None:
            return
        wait_s = self._looked_at + INTERVAL_S - self._clock()
        # Not at once even after a long rest: one happening is several calls.
        self._timer = asyncio.get_running_loop().call_later(max(0.0, wait_s), self._send)

    def end(self) -> None:
        """Stop sending."""
        self._open = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _send(self) -> None:
        self._timer = None
        line, self._looked_at = self._describe(), self._clock()
        if line != self._sent:
            self._sent = line
            self._notifier.status(line)


def describe(
    state: str, *, replies: int, answers: str, speaks: str, problems: Sequence[str]
) -> str:
    """One sentence about the daemon in ``state``, making ``replies``, with these problems."""
    doing = "Idle"
    if replies:
        doing = "Answering one reply" if replies == 1 else f"Answering {replies} replies"
    if state == "stopping":
        return f"Stopping; {doing.lower()}" if replies else "Stopping"
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        return f"{doing}; degraded: {problems[0]}{more}"
    return f"{doing}; {answers}, {speaks}"
