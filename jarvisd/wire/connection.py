"""The layer below the client: HTTP over a Unix socket, and its errors.

Errors of sockets and of broken HTTP become the four errors that a caller of the client can act on.
Never retries and never waits without a limit.
"""

import http.client
import socket
import struct

import msgspec

from jarvisd.errors import AccessError, JarvisError, UnavailableError
from jarvisd.wire import ErrorDetail, ErrorResponse, Request


class DaemonUnreachableError(UnavailableError):
    """No daemon answers at the socket, or it closed the connection while it answered."""

    default_code = "daemon.unreachable"


class DaemonTimeoutError(UnavailableError):
    """The daemon did not answer in time."""

    default_code = "daemon.timeout"


class DaemonDeniedError(AccessError):
    """This user may not use the socket."""

    default_code = "access.socket"


class ApiError(JarvisError):
    """The daemon refused: its own code, message and hint, and the HTTP status they came with."""

    def __init__(self, detail: ErrorDetail, *, http_status: int) -> None:
        super().__init__(
            detail.message, code=detail.code, hint=detail.hint, retry_after_s=detail.retry_after_s
        )
        self.http_status = http_status
        self.problems = detail.problems


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket, with its own limit for connecting."""

    def __init__(self, path: str, *, connect_timeout_s: float, read_timeout_s: float) -> None:
        super().__init__("jarvisd", timeout=read_timeout_s)
        self._path = path
        self._connect_timeout_s = connect_timeout_s
        self._read_timeout_s = read_timeout_s
        self.connected: socket.socket | None = None

    def connect(self) -> None:
        """Connect; waits while the accept queue is full."""
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            seconds, fraction = divmod(self._connect_timeout_s, 1)
            limit = struct.pack("@ll", int(seconds), int(fraction * 1_000_000))
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
            sock.connect(self._path)
            sock.settimeout(self._read_timeout_s)
        except BaseException:
            sock.close()
            raise
        self.sock = self.connected = sock


def send(
    connection: UnixConnection, method: str, path: str, body: Request | None, accept: str
) -> None:
    """Send one request; ``accept`` names the media type of the answer."""
    headers = {"Accept": accept}
    if body is not None:
        headers["Content-Type"] = "application/json"
    data = None if body is None else msgspec.json.encode(body)
    connection.request(method, path, body=data, headers=headers)


def refusal(status: int, data: bytes) -> ApiError:
    """The daemon's error in ``data``, or a general error for an answer of another program."""
    try:
        detail = msgspec.json.decode(data, type=ErrorResponse).error
    except msgspec.MsgspecError:
        said = data[:200].decode("utf-8", "replace").strip()
        detail = ErrorDetail(
            code=f"daemon.http_{status}", message=f"the daemon answered {status}: {said or '-'}"
        )
    return ApiError(detail, http_status=status)


def translated(error: Exception, *, while_reading: bool = False) -> JarvisError:
    """The client's error for a failed socket or a broken response."""
    if isinstance(error, PermissionError):
        return DaemonDeniedError("this user may not use the control socket")
    if isinstance(error, TimeoutError | BlockingIOError):
        return DaemonTimeoutError(
            "the daemon did not answer in time", hint="It may be very busy: jarvisctl status"
        )
    if while_reading or isinstance(error, http.client.HTTPException | ConnectionResetError):
        return DaemonUnreachableError(
            "the daemon closed the connection before it answered",
            code="daemon.disconnected",
            hint="See why: jarvisctl logs",
        )
    return DaemonUnreachableError(f"no daemon answers: {getattr(error, 'strerror', None) or error}")
