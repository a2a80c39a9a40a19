"""The values that the store keeps; times are wall-clock seconds from outside."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Role = Literal["user", "assistant"]
TITLE_CHARS = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message to keep.

    ``text`` is what was generated or asked. ``heard`` is what a listener heard of it: ``None``
    where nothing was to be heard (a question, an unspoken answer). ``reply`` identifies the turn
    for later corrections; ``tokens`` is the completion's size, 0 if unknown. ``failed`` is the code
    of the error that a question got in place of an answer.
    """

    role: Role
    text: str
    created_at: float
    heard: str | None = None
    interrupted: bool = False
    reply: str = ""
    provider: str = ""
    model: str = ""
    voice: str = ""
    tokens: int = 0
    failed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessage(NewMessage):
    """A message in its conversation; ``id`` is unique over all of them."""

    id: str
    conversation: str

    @property
    def for_prompt(self) -> str:
        """The text for the next prompt; blank if it must be left out.

        If ``heard`` is known, or speech was interrupted, only that counts; otherwise the whole
        text. A question without an answer is left out.
        """
        if self.failed:
            return ""
        if self.interrupted or self.heard is not None:
            return self.heard or ""
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationSummary:
    """One line of a list of conversations."""

    id: str
    created_at: float
    updated_at: float
    messages: int
    title: str

    @property
    def cursor(self) -> str:
        """Pass as ``before`` to get the conversations that follow this one in the list."""
        return f"{self.updated_at!r}:{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One conversation with its newest messages, oldest first."""

    id: str
    created_at: float
    updated_at: float
    title: str
    messages: tuple[StoredMessage, ...]


@dataclass(frozen=True, slots=True)
class MarkHeard:
    """A later correction: what was heard of the message that ``reply`` made."""

    reply: str
    heard: str | None
    interrupted: bool


@dataclass(frozen=True, slots=True)
class MarkFailed:
    """A later correction: ``reply``'s question got the error ``failed`` and no answer."""

    reply: str
    failed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySpan:
    """One span on one day, in milliseconds; ``bins`` of its sketch, empty after the day."""

    name: str
    count: int
    total_ms: float
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    bins: Mapping[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySummary:
    """One day (UTC, as in 2026-11-21) in figures; nothing of what was said."""

    day: str
    replies: int
    errors: int
    interrupted: int
    utterances: int
    fallback: int
    skipped: int
    spans: tuple[DaySpan, ...]


@dataclass(frozen=True, slots=True)
class KeepDay:
    """Keep a day in place of its earlier version, and the newest ``most`` of all days."""

    summary: DaySummary
    most: int


@dataclass(frozen=True, slots=True)
class StoreNews:
    """News about the disk, for people: ``name`` is stable, ``message`` explains it."""

    level: Literal["info", "error"]
    name: str
    message: str


Correction = MarkHeard | MarkFailed
Change = StoredMessage | Correction | KeepDay


def title_of(text: str) -> str:
    """The first words of a conversation on one line, at most ``TITLE_CHARS`` characters."""
    words = " ".join(text[: 4 * TITLE_CHARS].split())
    return words if len(words) <= TITLE_CHARS else words[: TITLE_CHARS - 1].rstrip() + "…"
