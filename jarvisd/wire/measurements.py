"""Responses with measurements: series, recent replies, health, traces, the governor."""

from typing import Literal

from msgspec import field

from jarvisd.wire.base import Response
from jarvisd.wire.events import TokenUsage, Totals
from jarvisd.wire.responses import Component, ComponentState


class GovernorDecision(Response, tag_field="type", tag="governor.decision"):
    """How much CPU speech may use from ``at`` on (wall-clock seconds), and why.

    ``quota`` in cores for all workers together, ``None``: no limit. Then the measurements: seconds
    of audio ahead of playback, the model's tokens per second now and without speech, the share
    lost, and the seconds of CPU per second of audio; ``None``: unknown.
    """

    at: float
    phase: str
    reason: str
    slots: int
    weight: int
    quota: float | None
    slack_s: float | None = None
    tokens_per_s: float | None = None
    baseline: float | None = None
    loss: float | None = None
    cost: float | None = None


class GovernorResponse(Response):
    """The current limits, the last measurements, and the newest decisions, oldest first."""

    enabled: bool
    now: GovernorDecision
    decisions: list[GovernorDecision] = field(default_factory=list)


class SeriesResponse(Response, tag_field="type", tag="series"):
    """Rows of measurements, oldest first: ``times`` are wall-clock seconds, one for each value.

    ``null``: no value. Between two times further apart than ``resolution_s`` the daemon was idle.
    """

    resolution_s: int
    times: list[float]
    series: dict[str, list[float | None]]
    units: dict[str, str]


class SampleEvent(Response, tag_field="type", tag="sample"):
    """One row of measurements."""

    time: float
    values: dict[str, float | None]


class ClockResponse(Response):
    """Seconds of the daemon's clocks: ``monotonic`` for durations, ``wall`` for dates."""

    monotonic: float
    wall: float


class Quantiles(Response):
    """Milliseconds of one span since the daemon started, exact to one percent."""

    count: int
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None


class ReplySummary(Response):
    """The result of one reply, without its text. Spans in milliseconds, wall-clock times."""

    reply: str
    ended_at: float
    outcome: Literal["done", "interrupted", "failed"]
    provider: str
    engine: str
    voice: str
    fallback: bool
    totals: Totals
    tokens: TokenUsage
    spans: dict[str, float]
    error: str = ""


class RecentRepliesResponse(Response):
    """The last replies that ended, newest first, and the quantiles of each span."""

    replies: list[ReplySummary]
    spans: dict[str, Quantiles]


class Notice(Response):
    """A recent problem or change: when, how severe, about what, and what helps."""

    time: float
    level: Literal["info", "warning", "error"]
    name: str
    message: str
    hint: str = ""
    reply: str = ""


class NoticesResponse(Response):
    """Recent problems and changes, newest first."""

    notices: list[Notice]


class HealthCheck(Response):
    """One check of one component; ``time`` in wall-clock seconds."""

    time: float
    component: str
    state: ComponentState
    reason: str = ""


class HealthResponse(Response):
    """Every component now, and the last checks, newest first."""

    ready: bool
    components: list[Component]
    checks: list[HealthCheck]


class Day(Response):
    """One day (UTC, as in 2026-11-21): counts, shares, and quantiles of each span."""

    day: str
    replies: int
    errors: int
    interrupted: int
    utterances: int
    fallback: int
    skipped: int
    spans: dict[str, Quantiles]


class DaysResponse(Response):
    """Daily summaries, newest first."""

    days: list[Day]


class TraceFigures(Response):
    """Milliseconds by name; ``None`` if it did not happen.

    ``ttft``: request to first token, ``text_aggregation``: from there to the first utterance,
    ``tts_ttfb``: from there to its first audio, ``ttfa``: the sum of these, ``leading_silence``:
    removed at its start, ``e2e``: request to the first sound sent to a listener.
    """

    ttft_ms: float | None = None
    text_aggregation_ms: float | None = None
    tts_ttfb_ms: float | None = None
    ttfa_ms: float | None = None
    leading_silence_ms: float | None = None
    e2e_ms: float | None = None


class TraceSpan(Response):
    """One span of a reply: from ``start_ms`` after the request for ``duration_ms``."""

    name: str
    start_ms: float
    duration_ms: float
    utterance: int | None = None
    detail: str = ""


class ClientTrace(Response):
    """The client's times, on its own clock, kept apart from ours.

    ``played_s``: the client's time at which it had played ``samples``; ``offset_s``: what to add
    for the daemon's monotonic clock, within ``error_s``, if the client measured that.
    """

    samples: int
    played_s: float
    offset_s: float | None = None
    error_s: float | None = None


class TraceResponse(Response):
    """Where the time of one reply went. ``started_at``: the wall-clock second of the request."""

    reply: str
    started_at: float
    outcome: Literal["done", "interrupted", "failed"]
    provider: str
    engine: str
    voice: str
    fallback: bool
    figures: TraceFigures
    spans: list[TraceSpan]
    marks: dict[str, float]
    client: list[ClientTrace] = field(default_factory=list)
    dropped: int = 0


class TraceInfo(Response):
    """One trace in a list."""

    reply: str
    started_at: float
    outcome: Literal["done", "interrupted", "failed"]
    voice: str
    figures: TraceFigures


class TracesResponse(Response):
    """Traces that are kept, newest first; ``enabled``: whether every reply is traced."""

    enabled: bool
    traces: list[TraceInfo]
