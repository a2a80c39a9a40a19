"""Every value that crosses the control socket, in one place.

Requests refuse unknown fields; responses and events only ever gain fields. Events are a tagged
union on ``type``; each line of an NDJSON stream is one of them. ``seq`` counts the events of one
reply from 0 without gaps. Times are seconds, durations in ``timings`` milliseconds, positions and
lengths of audio samples of the reply's ``sample_rate`` (signed 16-bit mono).
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


# --- errors -------------------------------------------------------------------------------------


class ErrorDetail(Response):
    """What went wrong: stable code, message for people, and what to do next.

    ``problems`` lists every reason where there may be several.
    """

    code: str
    message: str
    hint: str = ""
    retry_after_s: float | None = None
    problems: list[str] = field(default_factory=list)


class ErrorResponse(Response):
    """The body of every response that is not 2xx."""

    error: ErrorDetail


# --- speaking and asking ------------------------------------------------------------------------


class SayRequest(Request):
    """Speak a text."""

    text: Text
    voice: str = "default"
    speed: Speed = 1.0
    sample_rate: SampleRate | None = None
    paced: bool = False
    trace: bool = False


class ReplyRequest(Request):
    """Ask the assistant. Without ``conversation`` a new one begins."""

    text: Text
    conversation: str | None = None
    voice: str = "default"
    speed: Speed = 1.0
    sample_rate: SampleRate | None = None
    paced: bool = False
    trace: bool = False
    speak: bool = True
    max_tokens: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    seed: int | None = None


class InterruptRequest(Request):
    """Stop a reply; the body may be left out.

    ``played`` is the position the client had come to; with ``wait`` the answer comes only when
    native synthesis has ended too.
    """

    played: Annotated[int, Meta(ge=0)] | None = None
    wait: bool = False


class PlayedRequest(Request, omit_defaults=True):
    """The client has played this reply up to ``samples``; ``ended`` when it will play no more.

    For a trace: ``at`` is the second on the client's own clock at which it had, ``clock_offset_s``
    what to add for the daemon's monotonic clock (``GET /v1/clock``), within ``clock_error_s``.
    """

    samples: Annotated[int, Meta(ge=0)]
    ended: bool = False
    at: float | None = None
    clock_offset_s: float | None = None
    clock_error_s: Annotated[float, Meta(ge=0)] | None = None


class AudioQuery(Request):
    """Query of ``GET /v1/replies/{reply}/audio``: from which sample, and at which speed."""

    paced: bool = False
    start: Annotated[int, Meta(ge=0)] = 0


class ConversationsQuery(Request):
    """Query of ``GET /v1/conversations``: a page of ``limit``, after the cursor ``before``."""

    limit: Annotated[int, Meta(ge=1, le=500)] = 50
    before: str | None = None


class EventsQuery(Request):
    """Query of ``GET /v1/events``: only events after number ``since``."""

    since: Annotated[int, Meta(ge=0)] | None = None


class SeriesQuery(Request):
    """Query of ``GET /v1/series``: ``names`` separated by commas (all without it), the rows of
    ``resolution`` seconds after the wall-clock second ``since``; with ``watch`` rows go on coming.
    """

    names: str = ""
    resolution: Literal[1, 10] = 1
    since: Annotated[float, Meta(ge=0)] = 0.0
    watch: bool = False


class LogsQuery(Request):
    """Query of ``GET /v1/logs``: the newest ``limit`` lines of at least ``level``, of ``component``
    where one is named and after number ``since`` where that is given; ``follow`` goes on.
    """

    since: Annotated[int, Meta(ge=0)] | None = None
    level: LogLevel = "debug"
    component: str = ""
    limit: Annotated[int, Meta(ge=0, le=1_000)] = 1_000
    follow: bool = False


class LogLevelRequest(Request):
    """Log at ``level`` for ``for_s`` seconds, without it until the daemon restarts."""

    level: LogLevel | Literal["configured"]
    for_s: Annotated[float, Meta(gt=0, le=604_800)] | None = None


class SpeechRequest(Request):
    """OpenAI's ``POST /v1/audio/speech``."""

    model: str
    input: Text
    voice: str | dict[str, str] = "default"
    response_format: Literal["mp3", "opus", "aac", "flac", "wav", "pcm"] = "wav"
    speed: Speed = 1.0
    instructions: str = ""
    stream_format: Literal["audio", "sse"] = "audio"


class Totals(Response):
    """How many utterances a reply had, and what became of them."""

    utterances: int = 0
    spoken: int = 0
    skipped: int = 0


class TokenUsage(Response):
    """Tokens as the provider counted them; ``cached`` of the prompt were not computed again."""

    prompt: int = 0
    cached: int = 0
    completion: int = 0


class ReplyTimings(Response):
    """Milliseconds since the request arrived; ``None`` where it did not happen."""

    headers_ms: float | None = None
    first_token_ms: float | None = None
    first_utterance_ms: float | None = None
    first_audio_ms: float | None = None
    last_token_ms: float | None = None
    total_ms: float | None = None
    prompt_ms: float | None = None
    completion_ms: float | None = None


class UtteranceTimings(Response):
    """Milliseconds since the request arrived, for one utterance."""

    text_ms: float
    started_ms: float
    first_audio_ms: float
    finished_ms: float


class ReplyStarted(Response, tag_field="type", tag="reply.started"):
    """A reply exists; it can be interrupted and its audio fetched from now on.

    ``started_at`` is the second that all its timings count from, on the host's monotonic clock.
    """

    reply: str
    seq: int
    conversation: str
    provider: str
    engine: str
    voice: str
    sample_rate: int
    fallback: bool = False
    fallback_reason: str = ""
    started_at: float = 0.0


class Token(Response, tag_field="type", tag="token"):
    """A piece of the reply's text, as the model wrote it."""

    reply: str
    seq: int
    text: str


class UtteranceEvent(Response, tag_field="type", tag="utterance"):
    """A speakable unit was cut from the text: characters ``start`` to ``end`` of it."""

    reply: str
    seq: int
    utterance: int
    start: int
    end: int
    text: str
    spoken: str
    sentences: list[str] = field(default_factory=list)


class Chunk(Response, tag_field="type", tag="chunk"):
    """One utterance's audio is ready whole, in order: ``samples`` from ``position`` on."""

    reply: str
    seq: int
    utterance: int
    engine: str
    voice: str
    fallback: bool
    sample_rate: int
    position: int
    samples: int
    cached: bool
    timings: UtteranceTimings
    fallback_reason: str = ""


class ChunkSkipped(Response, tag_field="type", tag="chunk.skipped"):
    """One utterance will not be heard. ``reason`` is a stable word, ``message`` explains it."""

    reply: str
    seq: int
    utterance: int
    reason: str
    message: str = ""


class ReplyDone(Response, tag_field="type", tag="reply.done"):
    """The reply ended well. ``heard`` is ``None`` where nothing was to be heard."""

    reply: str
    seq: int
    totals: Totals
    tokens: TokenUsage
    timings: ReplyTimings
    samples: int
    finish_reason: str = "stop"
    fallback: bool = False


class ReplyInterrupted(Response, tag_field="type", tag="reply.interrupted"):
    """The reply was cut; ``heard`` is the text whose audio had been played by then."""

    reply: str
    seq: int
    totals: Totals
    tokens: TokenUsage
    timings: ReplyTimings
    heard: str
    heard_chars: int
    played_samples: int


class ReplyFailed(Response, tag_field="type", tag="reply.failed"):
    """The reply ended early because of ``error``; what was made before it was delivered."""

    reply: str
    seq: int
    totals: Totals
    tokens: TokenUsage
    timings: ReplyTimings
    error: ErrorDetail
    text: str = ""


ReplyEvent = (
    ReplyStarted
    | Token
    | UtteranceEvent
    | Chunk
    | ChunkSkipped
    | ReplyDone
    | ReplyInterrupted
    | ReplyFailed
)

ReplyState = Literal["running", "paused", "done", "interrupted", "failed"]


class ReplyInfo(Response):
    """One reply, as control requests and the status report it."""

    reply: str
    conversation: str
    state: ReplyState
    engine: str
    voice: str
    fallback: bool
    written_samples: int
    played_samples: int
    sample_rate: int


class RepliesResponse(Response):
    """Replies in flight, oldest first."""

    replies: list[ReplyInfo]


class InterruptResponse(Response):
    """What the listener had heard when the interrupt took effect."""

    reply: str
    state: ReplyState
    heard: str
    heard_chars: int
    played_samples: int
    freed_ms: float | None = None


# --- the daemon ---------------------------------------------------------------------------------

ComponentState = Literal["ready", "starting", "idle", "degraded", "absent", "failed"]


class Component(Response):
    """One part that the daemon depends on: state, why, since when, and what helps.

    It was looked at in the wall-clock second ``checked_at``; before ``next_check`` asking again
    gives the same answer. Nothing is asked by itself: what has to be asked is asked when somebody
    wants to know.
    """

    name: str
    state: ComponentState
    reason: str = ""
    since: float = 0.0
    hint: str = ""
    checked_at: float = 0.0
    next_check: float = 0.0


class LiveResponse(Response):
    """This process makes progress; says nothing about what it depends on."""

    live: bool = True
    loop_lag_ms: float = 0.0


class ReadyResponse(Response):
    """Whether a reply can be answered now, and the state of every component."""

    ready: bool
    components: list[Component]


class WorkerInfo(Response):
    """One engine worker process."""

    worker: int
    pid: int
    engine: str
    state: str
    rss_bytes: int = 0
    served: int = 0


class StatusResponse(Response):
    """Everything an owner looks at first."""

    version: str
    pid: int
    uptime_s: float
    state: str
    provider: str
    voice: str
    fallback: bool
    components: list[Component]
    replies: list[ReplyInfo]
    workers: list[WorkerInfo]
    slots: int
    slots_in_use: int
    connections: int
    rss_bytes: int
    loop_lag_ms: float
    replies_total: int
    utterances_total: int
    skipped_total: int
    fallback_share: float


class VersionResponse(Response):
    """Versions of the daemon, the protocol and what it runs on."""

    version: str
    schema: int
    python: str
    platform: str
    packages: dict[str, str]


class ReloadResponse(Response):
    """What reading the configuration again came to, as dotted paths of settings.

    ``changed`` are in force; ``restart`` differ from what is in force until the daemon restarts.
    """

    changed: list[str]
    restart: list[str]


class Voice(Response):
    """A voice that can be asked for by ``id``."""

    id: str
    engine: str
    name: str
    language: str
    sample_rate: int
    default: bool
    available: bool
    description: str = ""
    reason: str = ""


class VoicesResponse(Response):
    """All voices, the default first."""

    voices: list[Voice]


class ConversationInfo(Response):
    """One conversation, newest first in a list."""

    conversation: str
    created_at: float
    updated_at: float
    messages: int
    title: str


class ConversationsResponse(Response):
    """A page of conversations; ``next`` continues it."""

    conversations: list[ConversationInfo]
    next: str | None = None


class MessageInfo(Response):
    """One message: the text as generated, and what was heard of it (``None``: not spoken)."""

    role: str
    text: str
    created_at: float
    heard: str | None = None
    interrupted: bool = False
    reply: str | None = None
    provider: str = ""
    voice: str = ""


class ConversationResponse(Response):
    """One conversation with its messages, oldest first."""

    conversation: str
    created_at: float
    messages: list[MessageInfo]


class DeletedResponse(Response):
    """What was forgotten."""

    deleted: int


class RouteInfo(Response):
    """One route of the API and the role it needs."""

    method: str
    path: str
    role: str
    summary: str


class RoutesResponse(Response):
    """Every route, sorted."""

    routes: list[RouteInfo]


# --- the governor -------------------------------------------------------------------------------


class GovernorDecision(Response, tag_field="type", tag="governor.decision"):
    """How much of the machine speech may have from ``at`` on (wall-clock seconds), and why.

    ``quota`` in cores for all workers together, ``None`` is no limit. Below it what was seen:
    seconds of audio ahead of playback, the model's tokens per second beside those of silence, the
    share that is lost, and the seconds of CPU for a second of audio; ``None`` where unknown.
    """

    at: float
    phase: str
    reason: str
    slots: int
    weight: int
    quota: float | None
    warming: bool
    slack_s: float | None = None
    tokens_per_s: float | None = None
    baseline: float | None = None
    loss: float | None = None
    cost: float | None = None


class GovernorResponse(Response):
    """What is in force now, with what was seen last, and the newest decisions, oldest first."""

    enabled: bool
    now: GovernorDecision
    decisions: list[GovernorDecision] = field(default_factory=list)


# --- the event stream ---------------------------------------------------------------------------


class StateEvent(Response, tag_field="type", tag="state"):
    """The first line of ``/v1/events``: the full state, and the number of the newest event."""

    event: int
    status: StatusResponse


class LaggedEvent(Response, tag_field="type", tag="lagged"):
    """The last line for a reader that fell behind: reconnect with ``since=event``."""

    event: int
    missed: int


class SpeechAudioDelta(Response, tag_field="type", tag="speech.audio.delta"):
    """OpenAI's server-sent event: a piece of audio in base64."""

    audio: str


class SpeechUsage(Response):
    """OpenAI's token counts of speech; not counted here, always 0."""

    input_tokens: int = 0
    output_tokens: int = 0
    total_tokens: int = 0


class SpeechAudioDone(Response, tag_field="type", tag="speech.audio.done"):
    """OpenAI's server-sent event: the audio is complete."""

    usage: SpeechUsage


class SpeechError(Response, tag_field="type", tag="error"):
    """The audio ends here because of ``error``."""

    error: ErrorDetail


class HeartbeatEvent(Response, tag_field="type", tag="heartbeat"):
    """Nothing happened for a while; the stream is alive."""

    event: int


# --- the log ------------------------------------------------------------------------------------


class LogLine(Response, tag_field="type", tag="log"):
    """One line of the log: ``event`` is its number, ``time`` the wall-clock second, ``component``
    the room of the daemon (or the library) that wrote it.
    """

    event: int
    time: float
    level: LogLevel
    component: str
    message: str
    reply: str = ""


class LogLevelResponse(Response):
    """The least severe level that is logged; ``reverts_in_s`` until the configured one returns."""

    level: LogLevel
    configured: LogLevel
    reverts_in_s: float | None = None


# --- what is measured ---------------------------------------------------------------------------


class SeriesResponse(Response, tag_field="type", tag="series"):
    """Rows of measurements, oldest first: ``times`` are wall-clock seconds, one for each value.

    ``null`` where there was nothing to measure. Between two times further apart than
    ``resolution_s`` the daemon was at rest: nothing was said and nobody watched.
    """

    resolution_s: int
    times: list[float]
    series: dict[str, list[float | None]]
    units: dict[str, str]


class SampleEvent(Response, tag_field="type", tag="sample"):
    """One row of measurements, as it was taken."""

    time: float
    values: dict[str, float | None]


class ClockResponse(Response):
    """Seconds of the daemon's clocks: ``monotonic`` for durations, ``wall`` for dates."""

    monotonic: float
    wall: float


class Quantiles(Response):
    """Milliseconds of one span, over everything since the daemon started, within one percent."""

    count: int
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None


class ReplySummary(Response):
    """What became of one reply, without a word of it. Spans in milliseconds, wall-clock times."""

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
    """Something worth knowing that happened: when, how severe, about what, and what helps."""

    time: float
    level: Literal["info", "warning", "error"]
    name: str
    message: str
    hint: str = ""
    reply: str = ""


class NoticesResponse(Response):
    """The last notable events, newest first."""

    notices: list[Notice]


class HealthCheck(Response):
    """One look at one component; wall-clock second."""

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


class LimitQuery(Request):
    """Query of lists of records: at most ``limit`` of them."""

    limit: Annotated[int, Meta(ge=0, le=1_000)] = 100


class HealthQuery(LimitQuery):
    """Query of ``GET /v1/health``: nothing found out longer than ``max_age_s`` ago counts."""

    max_age_s: Annotated[float, Meta(ge=1, le=3_600)] | None = None


# --- traces -------------------------------------------------------------------------------------


class TraceFigures(Response):
    """Milliseconds by the names that are used for them; ``None`` where it did not happen.

    ``ttft`` the message to the first token, ``text_aggregation`` on to the first utterance,
    ``tts_ttfb`` on to its first audio, ``ttfa`` all three together, ``leading_silence`` what was
    cut away at its start, ``e2e`` the message to the first sound handed to a listener.
    """

    ttft_ms: float | None = None
    text_aggregation_ms: float | None = None
    tts_ttfb_ms: float | None = None
    ttfa_ms: float | None = None
    leading_silence_ms: float | None = None
    e2e_ms: float | None = None


class TraceSpan(Response):
    """One stretch of a reply: from ``start_ms`` after the message for ``duration_ms``."""

    name: str
    start_ms: float
    duration_ms: float
    utterance: int | None = None
    detail: str = ""


class ClientTrace(Response):
    """What the client told of its side, on its own clock and never mixed with ours.

    ``played_s`` is the second on the client's clock at which it had played ``samples``;
    ``offset_s`` what to add to it to be on the daemon's monotonic clock, within ``error_s``, where
    the client measured that.
    """

    samples: int
    played_s: float
    offset_s: float | None = None
    error_s: float | None = None


class TraceResponse(Response):
    """Where the time of one reply went. ``started_at`` is the wall-clock second of the message."""

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
