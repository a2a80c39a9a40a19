"""Exit codes are a promise to scripts."""

import pytest

from jarvisctl.exitcodes import ExitCode, exit_code
from jarvisd.errors import ConfigError, SpeechError
from jarvisd.wire import ErrorDetail
from jarvisd.wire.client import (
    ApiError,
    DaemonDeniedError,
    DaemonTimeoutError,
    DaemonUnreachableError,
)


def refused(status: int) -> ApiError:
    return ApiError(ErrorDetail(code="some.code", message="no"), http_status=status)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SpeechError("no"), 1),
        (ConfigError(["no"]), 1),
        (refused(500), 1),
        (refused(404), 1),
        (refused(429), 1),
        (refused(400), 2),
        (refused(413), 2),
        (DaemonUnreachableError("no"), 3),
        (DaemonTimeoutError("no"), 4),
        (refused(504), 4),
        (DaemonDeniedError("no"), 5),
        (refused(403), 5),
        (KeyboardInterrupt(), 130),
    ],
)
def test_each_kind_of_failure_has_its_code(error: BaseException, code: int) -> None:
    assert exit_code(error) == code


def test_the_codes_are_frozen() -> None:
    assert {code.name: int(code) for code in ExitCode} == {
        "OK": 0,
        "FAILED": 1,
        "USAGE": 2,
        "UNREACHABLE": 3,
        "TIMEOUT": 4,
        "DENIED": 5,
        "INTERRUPTED": 130,
    }
