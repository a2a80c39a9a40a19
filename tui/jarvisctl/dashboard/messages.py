"""What can reach the reducer: everything that the feed learns, and the passing of time.

``at`` is the monotonic second at which it was learnt. Messages carry values only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jarvisctl.dashboard.snapshot import Sample
from jarvisd.wire import (
    GovernorDecision,
    GovernorResponse,
    LogLine,
    ReplyEvent,
    StatusResponse,
    Voice,
)


@dataclass(frozen=True, slots=True)
class Ticked:
    """Time passed."""

    at: float
    wall: float


@dataclass(frozen=True, slots=True)
class Connected:
    """The daemon answers; what it said before may belong to an earlier life of it."""

    at: float
    status: StatusResponse
    newest: int


@dataclass(frozen=True, slots=True)
class Lost:
    """The daemon does not answer, why, what helps, and when it will be tried again."""

    at: float
    reason: str
    hint: str
    retry_at: float


@dataclass(frozen=True, slots=True)
class Happened:
    """An event; ``wall`` is ``None`` when it happened before we came."""

    at: float
    wall: float | None
    number: int
    event: ReplyEvent


@dataclass(frozen=True, slots=True)
class Noted:
    """An event of a type that has no panel of its own: it goes to the log."""

    at: float
    wall: float | None
    number: int
    kind: str
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StatusRead:
    """The status, asked for just now."""

    at: float
    status: StatusResponse


@dataclass(frozen=True, slots=True)
class VoicesRead:
    """The voices there are."""

    voices: tuple[Voice, ...]


@dataclass(frozen=True, slots=True)
class Sampled:
    """New rows of measurements, oldest first."""

    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class GovernorRead:
    """How the governor stands."""

    governor: GovernorResponse


@dataclass(frozen=True, slots=True)
class GovernorDecided:
    """The governor's newest decision."""

    at: float
    number: int
    decision: GovernorDecision


@dataclass(frozen=True, slots=True)
class Logged:
    """A line of the daemon's own log."""

    entry: LogLine


@dataclass(frozen=True, slots=True)
class QuestionFound:
    """What was asked in a reply."""

    reply: str
    question: str


@dataclass(frozen=True, slots=True)
class Cut:
    """The user interrupted a reply here, ``played`` samples and ``heard_chars`` characters in."""

    reply: str
    heard_chars: int
    played: int


@dataclass(frozen=True, slots=True)
class Missing:
    """This daemon has no such thing (an older one, or no right to see it)."""

    what: str


@dataclass(frozen=True, slots=True)
class Remarked:
    """The dashboard itself has something to say."""

    wall: float
    level: str
    text: str


Message = (
    Ticked
    | Connected
    | Lost
    | Happened
    | Noted
    | StatusRead
    | VoicesRead
    | Sampled
    | GovernorRead
    | GovernorDecided
    | Logged
    | QuestionFound
    | Cut
    | Missing
    | Remarked
)
