"""The events of one reply to its end, also where the connection breaks on the way.

Goes on with the first event that did not come. Gives up after some attempts, and where the daemon
does not know the reply, because it was restarted. Never asks for a reply twice.
"""

import time
from collections.abc import Iterator

import msgspec

from jarvisd.errors import JarvisError
from jarvisd.wire import ReplyDone, ReplyFailed, ReplyInterrupted
from jarvisd.wire.client import ApiClient, ApiError, DaemonUnreachableError, EventLine, EventStream

ATTEMPTS = 5
PAUSE_S = 0.2


class ResumedEvents:
    """Goes on with ``stream``, a reply's events from its first. Iterate once."""

    def __init__(self, client: ApiClient, stream: EventStream) -> None:
        self._client = client
        self._stream = stream
        self.reply = stream.reply
        self.resumed = 0
        self._next = 0
        self._ended = False
        self._cancelled = False

    def cancel(self) -> None:
        """Hang up for good, from any thread."""
        self._cancelled = True
        self._stream.cancel()

    def close(self) -> None:
        """Give the connection back; idempotent."""
        self._stream.close()

    def __iter__(self) -> Iterator[EventLine]:
        attempts = 0
        while True:
            broken = _gone()
            try:
                yield from self._lines()
            except DaemonUnreachableError as error:
                if error.code != broken.code:
                    broken = error
            if self._ended or self._cancelled:
                return
            attempts += 1
            if not self.reply or attempts > ATTEMPTS:
                raise broken
            self._connect_again(broken)

    def _lines(self) -> Iterator[EventLine]:
        for line in self._stream:
            numbered = msgspec.json.decode(line.raw, type=_Numbered)
            self.reply, self._next = numbered.reply, numbered.seq + 1
            self._ended = isinstance(line.event, ReplyDone | ReplyInterrupted | ReplyFailed)
            yield line

    def _connect_again(self, broken: JarvisError) -> None:
        """Where that fails, the stream is as broken as before: the next attempt finds out."""
        self._stream.close()
        time.sleep(PAUSE_S)
        try:
            self._stream = self._client.follow_reply(self.reply, self._next)
        except ApiError:
            raise broken from None
        except DaemonUnreachableError:
            return
        self.resumed += 1
        if self._cancelled:
            self._stream.cancel()


class _Numbered(msgspec.Struct):
    """What every event of a reply has."""

    reply: str
    seq: int


def _gone() -> DaemonUnreachableError:
    return DaemonUnreachableError(
        "the daemon closed the connection in the middle of the reply",
        code="daemon.disconnected",
        hint="See why: jarvisctl logs",
    )
