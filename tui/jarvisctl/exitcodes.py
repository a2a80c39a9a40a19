"""The exit codes of jarvisctl, and the one place where an error becomes one."""

from enum import IntEnum

from jarvisd.wire.client import (
    ApiError,
    DaemonDeniedError,
    DaemonTimeoutError,
    DaemonUnreachableError,
)


class ExitCode(IntEnum):
    """What scripts may rely on."""

    OK = 0
    FAILED = 1
    USAGE = 2
    UNREACHABLE = 3
    TIMEOUT = 4
    DENIED = 5
    INTERRUPTED = 130


# The first class that an error belongs to decides; refusals by the daemon go by their status.
_BY_CLASS = (
    (KeyboardInterrupt, ExitCode.INTERRUPTED),
    (DaemonDeniedError, ExitCode.DENIED),
    (DaemonTimeoutError, ExitCode.TIMEOUT),
    (DaemonUnreachableError, ExitCode.UNREACHABLE),
)
_BY_STATUS = {
    400: ExitCode.USAGE,
    401: ExitCode.DENIED,
    403: ExitCode.DENIED,
    408: ExitCode.TIMEOUT,
    413: ExitCode.USAGE,
    504: ExitCode.TIMEOUT,
}


def exit_code(error: BaseException) -> ExitCode:
    """The exit code that tells a script what kind of failure ``error`` is."""
    if isinstance(error, ApiError):
        return _BY_STATUS.get(error.http_status, ExitCode.FAILED)
    matching = (code for kind, code in _BY_CLASS if isinstance(error, kind))
    return next(matching, ExitCode.FAILED)
