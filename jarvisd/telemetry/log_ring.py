"""The newest log lines, kept in memory for the API.

One bounded ring, beside the log's other outputs. Never waits, never grows: old lines are dropped,
long ones are cut, and a reader that is too slow is told so.
"""

import asyncio
import logging
import threading

from jarvisd.telemetry.events import EventBus
from jarvisd.telemetry.logs import component_of, event_of, severity, text_of
from jarvisd.wire import LogLine

KEPT_LINES = 1_000
MAX_MESSAGE_CHARS = 4_000
# Columns of their own in a line, so that its text need not say them again.
_TOLD_APART = ("logger", "timestamp", "reply")


class LogRing(logging.Handler):
    """Takes every log record; read them from ``lines``.

    Records of other threads reach the ring through the loop, because its readers live there.
    Made on the loop; belongs to it until ``close``.
    """

    def __init__(self, lines: EventBus) -> None:
        super().__init__()
        self.lines = lines
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()

    def attach(self) -> None:
        """Take all records from now on."""
        logging.getLogger().addHandler(self)

    def close(self) -> None:
        """Take no more records, and let readers end after the last line."""
        logging.getLogger().removeHandler(self)
        self.lines.close()
        super().close()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one record; errors are handled by the logging library."""
        try:
            line = line_of(record)
            if threading.get_ident() == self._thread:
                self._keep(line)
            else:
                self._loop.call_soon_threadsafe(self._keep, line)
        except Exception:  # noqa: BLE001 - as every handler: logging must not break what it tells of
            self.handleError(record)

    def _keep(self, line: LogLine) -> None:
        line.event, line.life = self.lines.latest + 1, self.lines.life
        self.lines.publish(line)


def line_of(record: logging.LogRecord) -> LogLine:
    """The line of one record: its time, severity, room and text."""
    event = event_of(record)
    reply = str(event.get("reply", ""))
    for name in _TOLD_APART:
        event.pop(name, None)
    message = text_of(event)
    if len(message) > MAX_MESSAGE_CHARS:
        message = message[: MAX_MESSAGE_CHARS - 1] + "…"
    return LogLine(
        event=0,
        time=record.created,
        level=severity(record.levelno),
        component=component_of(record.name),
        message=message,
        reply=reply,
    )
