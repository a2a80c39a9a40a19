"""What the dashboard knows at one moment: immutable values, nothing that draws or waits.

Seconds named ``…_at`` are of this host's monotonic clock, which the daemon shares; ``wall`` is the
time of day. Positions and lengths of audio are samples. Every tuple here is bounded by the reducer.
"""

from dataclasses import dataclass, field
from typing import Literal

from jarvisd.wire import (
    ErrorDetail,
    GovernorDecision,
    ReplyTimings,
    StatusResponse,
    TokenUsage,
    UtteranceTimings,
    Voice,
)

LinkState = Literal["connecting", "up", "down"]
Stage = Literal["queued", "making", "ready", "playing", "heard", "skipped", "cut"]
Level = Literal["debug", "info", "warning", "error"]
Outcome = Literal["running", "paused", "done", "interrupted", "failed"]


@dataclass(frozen=True, slots=True)
class DaemonLink:
    """How it stands with the daemon; ``reason`` and ``hint`` say why it is down and what helps."""

    state: LinkState = "connecting"
    since: float = 0.0
    reason: str = ""
    hint: str = ""
    retry_at: float = 0.0


@dataclass(frozen=True, slots=True)
class ShownUtterance:
    """One speakable unit: characters ``start`` to ``end`` of the reply's text, and its audio."""

    number: int
    start: int
    end: int
    text: str
    cut_at: float = 0.0
    position: int | None = None
    samples: int = 0
    engine: str = ""
    cached: bool = False
    fallback: bool = False
    timings: UtteranceTimings | None = None
    skipped: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Playback:
    """Where a reply's audio was at ``at``: ``played`` of ``written`` samples."""

    at: float
    played: int
    written: int
    running: bool

    def stopped(self, at: float, played: int) -> "Playback":
        """The same audio, standing still at ``played``."""
        return Playback(at, played, max(self.written, played), running=False)


@dataclass(frozen=True, slots=True)
class ReplyView:
    """One reply as seen so far; ``started_at`` is the second that its timings count from.

    ``text`` begins ``missed`` characters into the reply, ``None`` while that is not known: more
    than nothing where we came late.
    """

    reply: str
    conversation: str = ""
    question: str = ""
    provider: str = ""
    engine: str = ""
    voice: str = ""
    fallback: bool = False
    fallback_reason: str = ""
    sample_rate: int = 22_050
    started_at: float = 0.0
    text: str = ""
    missed: int | None = 0
    utterances: tuple[ShownUtterance, ...] = ()
    outcome: Outcome = "running"
    playback: Playback | None = None
    first_token_at: float | None = None
    tokens_seen: int = 0
    token_times: tuple[float, ...] = ()
    tokens: TokenUsage | None = None
    timings: ReplyTimings | None = None
    error: ErrorDetail | None = None
    heard_chars: int | None = None
    ended_at: float | None = None

    @property
    def silent(self) -> bool:
        """Whether it is not spoken: it was asked for as text, or no voice can speak."""
        return not self.voice


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One thing that happened; ``wall`` is ``None`` for what happened before we came."""

    level: Level
    kind: str
    text: str
    wall: float | None = None
    reply: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """One second: processor time in cores, and what else is measured; ``None`` where it is not."""

    wall: float
    daemon: float | None = None
    workers: float | None = None
    model: float | None = None
    tokens_s: float | None = None
    slack_s: float | None = None
    pressure: float | None = None


@dataclass(frozen=True, slots=True)
class Speed:
    """What one finished reply was like: milliseconds to first audio, tokens a second."""

    first_audio_ms: float | None
    tokens_s: float | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything the dashboard shows, at ``now``."""

    now: float = 0.0
    wall: float = 0.0
    link: DaemonLink = field(default_factory=DaemonLink)
    seen_at: float | None = None
    status: StatusResponse | None = None
    voices: tuple[Voice, ...] = ()
    replies: tuple[ReplyView, ...] = ()
    log: tuple[ShownLine, ...] = ()
    samples: tuple[Sample, ...] = ()
    governed: bool | None = None
    decisions: tuple[GovernorDecision, ...] = ()
    speeds: tuple[Speed, ...] = ()
    newest_event: int = 0
    missing: frozenset[str] = frozenset()

    @property
    def live(self) -> bool:
        """Whether what is shown is what is."""
        return self.link.state == "up"

    @property
    def heard_at(self) -> float:
        """The time up to which it is known what was heard; it stops while there are no events."""
        return self.link.since if self.link.state == "down" else self.now

    @property
    def age_s(self) -> float:
        """Seconds since the daemon last said anything."""
        return max(0.0, self.now - self.seen_at) if self.seen_at is not None else 0.0

    @property
    def current(self) -> ReplyView | None:
        """The reply that the dashboard is about: the newest."""
        return self.replies[-1] if self.replies else None
