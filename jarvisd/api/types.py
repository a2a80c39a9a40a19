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


class ReplyRequest(Request):
    """Ask the assistant. Without ``conversation`` a new one begins."""

    text: Text
    conversation: str | None = None
    voice: str = "default"
    speed: Speed = 1.0
    sample_rate: SampleRate | None = None
    paced: bool = False
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


class PlayedRequest(Request):
    """The client has played this reply up to ``samples``; ``ended`` when it will play no more."""

    samples: Annotated[int, Meta(ge=0)]
    ended: bool = False


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
    """One part that the daemon depends on: state, why, since when, and what helps."""

    name: str
    state: ComponentState
    reason: str = ""
    since: float = 0.0
    hint: str = ""


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
