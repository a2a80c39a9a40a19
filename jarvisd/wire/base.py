"""The bases of all wire types: request, response, error, and common types.

Requests refuse unknown fields; responses and events only ever gain fields. Times are seconds,
durations in ``timings`` milliseconds, positions and lengths of audio samples of the reply's
``sample_rate`` (signed 16-bit mono).
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

SCHEMA = 1
Text = Annotated[str, Meta(min_length=1)]
SampleRate = Annotated[int, Meta(ge=8_000, le=48_000)]
Speed = Annotated[float, Meta(ge=0.25, le=4.0)]
LogLevel = Literal["debug", "info", "warning", "error"]


class Request(Struct, kw_only=True, forbid_unknown_fields=True):
    """A request body; unknown fields are refused with their path."""


class Response(Struct, kw_only=True):
    """A response body."""


class ErrorDetail(Response):
    """What went wrong: stable code, message for people, and what to do next.

    ``problems`` lists every reason, if there may be several.
    """

    code: str
    message: str
    hint: str = ""
    retry_after_s: float | None = None
    problems: list[str] = field(default_factory=list)


class ErrorResponse(Response):
    """The body of every response that is not 2xx."""

    error: ErrorDetail
