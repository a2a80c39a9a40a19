"""The events of a reply, of the daemon, and of its log, one per line.

A tagged union on ``type``; each line of an NDJSON stream is one of them. ``seq`` counts the events
of one reply from 0 without gaps, ``event`` those of the whole daemon in one run, which ``life``
names: after a restart it is another one, and numbers start again.
"""

from msgspec import field

from jarvisd.wire.base import ErrorDetail, LogLevel, Response
from jarvisd.wire.responses import StatusResponse


class Totals(Response):
    """How many utterances a reply had, spoken and skipped."""

    utterances: int = 0
    spoken: int = 0
    skipped: int = 0


class TokenUsage(Response):
    """Tokens as the provider counted them; ``cached`` of the prompt were not computed again."""

    prompt: int = 0
    cached: int = 0
    completion: int = 0


class ReplyTimings(Response):
    """Milliseconds since the request arrived; ``None`` if it did not happen."""

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
    ``kept``: the question, if any, is on disk; if not, ``kept_reason`` says why.
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
    kept: bool = True
    kept_reason: str = ""


class Token(Response, tag_field="type", tag="token"):
    """A piece of the reply's text, as the model writes it."""

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
    """One utterance's audio is complete, in order: ``samples`` from ``position`` on."""

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
    """One utterance is skipped. ``reason`` is a stable word, ``message`` explains it."""

    reply: str
    seq: int
    utterance: int
    reason: str
    message: str = ""


class ReplyDone(Response, tag_field="type", tag="reply.done"):
    """The reply ended well. ``kept``: the conversation has it on disk; if not, ``kept_reason``."""

    reply: str
    seq: int
    totals: Totals
    tokens: TokenUsage
    timings: ReplyTimings
    samples: int
    finish_reason: str = "stop"
    fallback: bool = False
    kept: bool = True
    kept_reason: str = ""


class ReplyInterrupted(Response, tag_field="type", tag="reply.interrupted"):
    """The reply was interrupted; ``heard`` is the text that had been played by then, ``kept``:
    that is on disk.
    """

    reply: str
    seq: int
    totals: Totals
    tokens: TokenUsage
    timings: ReplyTimings
    heard: str
    heard_chars: int
    played_samples: int
    kept: bool = True
    kept_reason: str = ""


class ReplyFailed(Response, tag_field="type", tag="reply.failed"):
    """The reply ended early because of ``error``; the audio made before was delivered."""

    reply: str
    seq: int
    totals: Totals
    tokens: TokenUsage
    timings: ReplyTimings
    error: ErrorDetail
    text: str = ""
    kept: bool = True
    kept_reason: str = ""


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


class StateEvent(Response, tag_field="type", tag="state"):
    """The full state, and the number of the newest event: the first line of ``/v1/events``."""

    event: int
    status: StatusResponse
    life: str = ""


class LaggedEvent(Response, tag_field="type", tag="lagged"):
    """``missed`` events after number ``event`` cannot be read any more: continue with
    ``since=event+missed`` and this ``life``.

    The last line for a reader that was too slow; the first for one from another run.
    """

    event: int
    missed: int
    life: str = ""


class HeartbeatEvent(Response, tag_field="type", tag="heartbeat"):
    """No event for a while; the stream is alive."""

    event: int
    life: str = ""


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
    life: str = ""
