"""The part of the feed that follows the daemon's log."""

import msgspec

from jarvisctl.dashboard.following import Follower, Line
from jarvisctl.dashboard.messages import Logged
from jarvisd import wire
from jarvisd.wire.client import ApiClient

PATH = "/v1/logs?follow=true&limit=300"
_line = msgspec.json.Decoder(wire.LogLine)


class LogTail(Follower):
    """Follows ``/v1/logs``; a line that came before the connection broke comes once."""

    WHAT = "logs"

    def __init__(self, line: Line) -> None:
        super().__init__(line)
        self._newest = 0.0

    def follow(self, client: ApiClient) -> None:
        """Hand on line after line."""
        with self.opened(client, PATH) as stream:
            for raw in stream:
                try:
                    entry = _line.decode(raw)
                except msgspec.MsgspecError:
                    continue  # a heartbeat
                self.backoff.reset()
                if entry.time > self._newest:
                    self._newest = entry.time
                    self.line.put(Logged(entry))
