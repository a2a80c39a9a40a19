"""Requests: bodies and query strings. Unknown fields are refused with their path."""

from typing import Annotated, Literal

from msgspec import Meta

from jarvisd.wire.base import LogLevel, Request, SampleRate, Speed, Text

# What becomes of a reply when the connection that asked for it closes.
OnDisconnect = Literal["stop", "continue"]

# What becomes of a question while the last one of its conversation is still being answered.
WhenBusy = Literal["wait", "interrupt", "refuse"]


# The daemon's life that a number belongs to; empty: whichever it is now.
Life = Annotated[str, Meta(max_length=64)]


class SayRequest(Request):
    """Speak a text. ``on_disconnect`` ``continue``: it goes on if this client disconnects."""

    text: Text
    voice: str = "default"
    speed: Speed = 1.0
    sample_rate: SampleRate | None = None
    paced: bool = False
    trace: bool = False
    on_disconnect: OnDisconnect = "stop"


class ReplyRequest(Request):
    """Ask the assistant. Without ``conversation`` a new one begins.

    ``on_disconnect`` ``continue``: the reply continues if this client disconnects. ``when_busy``:
    while the conversation's last question is still being answered, ``wait`` for its end,
    ``interrupt`` it, or ``refuse`` this one.
    """

    text: Text
    conversation: str | None = None
    voice: str = "default"
    speed: Speed = 1.0
    sample_rate: SampleRate | None = None
    paced: bool = False
    trace: bool = False
    speak: bool = True
    max_tokens: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    seed: Annotated[int, Meta(ge=-1, le=4_294_967_295)] | None = None
    on_disconnect: OnDisconnect = "stop"
    when_busy: WhenBusy = "wait"


class InterruptRequest(Request):
    """Stop a reply; the body may be left out.

    ``played`` is the client's position; with ``wait`` the answer comes after native synthesis has
    ended.
    """

    played: Annotated[int, Meta(ge=0)] | None = None
    wait: bool = False


class PlayedRequest(Request, omit_defaults=True):
    """The client has played this reply up to ``samples``; ``ended``: it will play no more.

    For a trace: ``at`` is the time on the client's own clock, ``clock_offset_s`` what to add for
    the daemon's monotonic clock (``GET /v1/clock``), within ``clock_error_s``.
    """

    samples: Annotated[int, Meta(ge=0)]
    ended: bool = False
    at: float | None = None
    clock_offset_s: float | None = None
    clock_error_s: Annotated[float, Meta(ge=0)] | None = None


class AudioQuery(Request):
    """Query of ``GET /v1/replies/{reply}/audio``: the first sample, and whether in real time."""

    paced: bool = False
    start: Annotated[int, Meta(ge=0)] = 0


class ReplyEventsQuery(Request):
    """Query of ``GET /v1/replies/{reply}/events``: from event number ``since`` on."""

    since: Annotated[int, Meta(ge=0)] = 0


class ConversationsQuery(Request):
    """Query of ``GET /v1/conversations``: a page of ``limit``, after the cursor ``before``."""

    limit: Annotated[int, Meta(ge=1, le=500)] = 50
    before: str | None = None


class EventsQuery(Request):
    """Query of ``GET /v1/events``: only events after number ``since`` of ``life``."""

    since: Annotated[int, Meta(ge=0)] | None = None
    life: Life = ""


class SeriesQuery(Request):
    """Query of ``GET /v1/series``: ``names`` separated by commas (default: all), the rows of
    ``resolution`` seconds after the wall-clock second ``since``; with ``watch`` new rows follow.
    """

    names: str = ""
    resolution: Literal[1, 10] = 1
    since: Annotated[float, Meta(ge=0)] = 0.0
    watch: bool = False


class LogsQuery(Request):
    """Query of ``GET /v1/logs``: the newest ``limit`` lines of at least ``level``, of
    ``component`` if given, after number ``since`` of ``life`` if given; with ``follow`` new lines
    follow.
    """

    since: Annotated[int, Meta(ge=0)] | None = None
    life: Life = ""
    level: LogLevel = "debug"
    component: str = ""
    limit: Annotated[int, Meta(ge=0, le=1_000)] = 1_000
    follow: bool = False


class LogLevelRequest(Request):
    """Log at ``level`` for ``for_s`` seconds, or until the daemon restarts."""

    level: LogLevel | Literal["configured"]
    for_s: Annotated[float, Meta(gt=0, le=604_800)] | None = None


class LimitQuery(Request):
    """Query of lists of records: at most ``limit`` of them."""

    limit: Annotated[int, Meta(ge=0, le=1_000)] = 100


class HealthQuery(LimitQuery):
    """Query of ``GET /v1/health``: checks older than ``max_age_s`` are repeated."""

    max_age_s: Annotated[float, Meta(ge=1, le=3_600)] | None = None
