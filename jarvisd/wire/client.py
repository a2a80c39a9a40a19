"""The one client of the control API: synchronous, standard library and msgspec only.

Used by jarvisctl and by the tests that boot a real daemon. Plain requests share one kept
connection; every stream has its own, so that closing it cancels it. Nothing here waits or reads
without a limit, prints, or repeats a request that may have had an effect.

An ``ApiClient`` belongs to one thread; a stream's ``cancel`` may be called from any.
"""

import http.client
import socket
from contextlib import suppress
from pathlib import Path
from typing import Self, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from jarvisd.wire import Request
from jarvisd.wire.connection import (
    ApiError,
    DaemonDeniedError,
    DaemonTimeoutError,
    DaemonUnreachableError,
    UnixConnection,
    refusal,
    send,
    translated,
)
from jarvisd.wire.streams import ByteStream, EventLine, EventStream, LineStream

__all__ = [
    "ApiClient",
    "ApiError",
    "ByteStream",
    "DaemonDeniedError",
    "DaemonTimeoutError",
    "DaemonUnreachableError",
    "EventLine",
    "EventStream",
    "LineStream",
]

MAX_BODY_BYTES = 16 * 1024 * 1024

T = TypeVar("T")


class ApiClient:
    """Speaks to one daemon.

    ``timeout_s`` limits the wait in a plain request, ``stream_timeout_s`` the wait between two
    parts of a stream. Every method raises one of the four errors of
    this module and nothing else.
    """

    def __init__(
        self,
        socket_path: str | Path,
        *,
        connect_timeout_s: float = 2.0,
        timeout_s: float = 10.0,
        stream_timeout_s: float = 300.0,
    ) -> None:
        self.socket_path = str(socket_path)
        self._connect_timeout_s = connect_timeout_s
        self._timeout_s = timeout_s
        self._stream_timeout_s = stream_timeout_s
        self._kept: UnixConnection | None = None
        self._opened: UnixConnection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the kept connection; idempotent."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def end_request(self) -> bool:
        """Send no more for the newest stream; says whether there was one. For signal handlers.

        The daemon takes that for hanging up, but what it has answered already is still received:
        opening the stream succeeds or fails as soon as that is known.
        """
        if self._opened is None or self._opened.connected is None:
            return False
        with suppress(OSError):  # already closed by one side: nothing is left to end
            self._opened.connected.shutdown(socket.SHUT_WR)
        return True

    def get(self, path: str, response: type[T]) -> T:
        """The resource at ``path``, decoded as ``response``."""
        return self._plain("GET", path, None, response)

    def post(self, path: str, body: Request | None, response: type[T]) -> T:
        """The answer to ``body``, decoded as ``response``."""
        return self._plain("POST", path, body, response)

    def put(self, path: str, body: Request, response: type[T]) -> T:
        """The answer to ``body`` as the new value of ``path``."""
        return self._plain("PUT", path, body, response)

    def delete(self, path: str, response: type[T]) -> T:
        """The answer to deleting ``path``, decoded as ``response``."""
        return self._plain("DELETE", path, None, response)

    def stream_events(self, path: str, body: Request) -> EventStream:
        """Start a reply (``/v1/say``, ``/v1/replies``) and follow its events."""
        return EventStream(LineStream(*self._open("POST", path, body, "application/x-ndjson")))

    def follow_reply(self, reply: str, since: int) -> EventStream:
        """Follow a reply from its event number ``since`` on."""
        return EventStream(
            self.stream_lines(f"/v1/replies/{quote(reply, safe='')}/events?since={since}")
        )

    def stream_lines(self, path: str) -> LineStream:
        """Follow an NDJSON resource such as ``/v1/events``."""
        return LineStream(*self._open("GET", path, None, "application/x-ndjson"))

    def stream_daemon_events(self, since: int | None = None, life: str = "") -> LineStream:
        """Follow ``/v1/events``; with ``since`` continue after that number of that ``life``.

        If the daemon was restarted, the first line is ``lagged``.
        """
        query = {} if since is None else {"since": str(since)}
        if life:
            query["life"] = life
        return self.stream_lines("/v1/events" + (f"?{urlencode(query)}" if query else ""))

    def stream_bytes(self, path: str, *, accept: str = "audio/wav") -> ByteStream:
        """Follow the audio at ``path`` as it is made."""
        return ByteStream(*self._open("GET", path, None, accept))

    def _plain(self, method: str, path: str, body: Request | None, response: type[T]) -> T:
        """One request on the kept connection; a closed connection is replaced once.

        Repeating is safe: every plain verb of the API has the same effect twice as once.
        """
        reused = self._kept is not None
        try:
            status, data = self._exchange(method, path, body)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError) as error:
            self.close()
            if not reused:
                raise translated(error, while_reading=True) from error
            return self._plain(method, path, body, response)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise translated(error) from error
        except BaseException:
            self.close()  # in the middle of an exchange it is of no use for the next one
            raise
        if not 200 <= status < 300:
            raise refusal(status, data)
        try:
            return msgspec.json.decode(data, type=response)
        except msgspec.MsgspecError as error:
            raise DaemonUnreachableError(
                f"the daemon's answer to {method} {path} is not understood: {error}",
                code="daemon.protocol",
                hint="jarvisd and jarvisctl may have different versions: jarvisctl version",
            ) from error

    def _exchange(self, method: str, path: str, body: Request | None) -> tuple[int, bytes]:
        if self._kept is None:
            self._kept = self._connection(self._timeout_s)
        send(self._kept, method, path, body, "application/json")
        response = self._kept.getresponse()
        data = response.read(MAX_BODY_BYTES)
        if not response.isclosed():  # more than anybody may send: the connection is unusable now
            self.close()
            raise http.client.HTTPException(f"answer of more than {MAX_BODY_BYTES} bytes")
        return response.status, data

    def _open(
        self, method: str, path: str, body: Request | None, accept: str
    ) -> tuple[UnixConnection, http.client.HTTPResponse]:
        connection = self._opened = self._connection(self._stream_timeout_s)
        try:
            send(connection, method, path, body, accept)
            response = connection.getresponse()
            refused = b"" if response.status == 200 else response.read(MAX_BODY_BYTES)
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise translated(error) from error
        except BaseException:
            connection.close()
            raise
        if response.status != 200:
            connection.close()
            raise refusal(response.status, refused)
        return connection, response

    def _connection(self, read_timeout_s: float) -> UnixConnection:
        return UnixConnection(
            self.socket_path,
            connect_timeout_s=self._connect_timeout_s,
            read_timeout_s=read_timeout_s,
        )
