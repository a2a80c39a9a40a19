"""Counters of replies and utterances since the daemon started, by their result.

Status, summaries and metrics read them. Labels come from closed sets (engines, reasons, codes).
Known labels are there from the start with 0, because the first event counts in a rate only if its
counter existed before. Beyond a limit, labels are counted together.
"""

from collections import Counter

from jarvisd.wire import (
    Chunk,
    ChunkSkipped,
    ReplyDone,
    ReplyEvent,
    ReplyFailed,
    ReplyInterrupted,
    ReplyStarted,
    Token,
    TokenUsage,
)

# Why an utterance is not spoken: nothing of it is to be said, or it could not be made.
SKIP_REASONS = (
    "blank",
    "code",
    "table",
    "unspeakable",
    "speech.cancelled",
    "speech.deadline",
    "speech.empty",
    "speech.engine_failed",
    "speech.failed",
    "speech.no_engine",
    "speech.queue_full",
    "speech.reply_too_long",
    "speech.voice_unknown",
    "speech.worker_died",
)
# How a reply fails.
ERROR_CODES = (
    "daemon.internal",
    "llm.busy",
    "llm.denied",
    "llm.endless",
    "llm.failed",
    "llm.first_token_timeout",
    "llm.loading",
    "llm.overflow",
    "llm.paused",
    "llm.rejected",
    "llm.stalled",
    "llm.stream_error",
    "llm.too_long",
    "llm.truncated",
    "llm.unreachable",
)
MOST_LABELS = 64
OTHER = "other"


class Counters:
    """Gets every event of every reply."""

    def __init__(self) -> None:
        self.started = 0
        self.spoken = 0
        self.fallback = 0
        self.skipped = 0
        # Pieces of text as the model sends them: one token each, as a rule.
        self.pieces = 0
        self.outcomes: Counter[str] = Counter(done=0, interrupted=0, failed=0)
        self.errors: Counter[str] = Counter(dict.fromkeys(ERROR_CODES, 0))
        self.skips: Counter[str] = Counter(dict.fromkeys(SKIP_REASONS, 0))
        self.engines: Counter[str] = Counter()
        self.tokens: Counter[str] = Counter(prompt=0, cached=0, completion=0)

    def observe(self, event: ReplyEvent) -> None:
        """Count one event."""
        match event:
            case ReplyStarted():
                self.started += 1
            case Token():
                self.pieces += 1
            case Chunk():
                self.spoken += 1
                self.fallback += event.fallback
                _count(self.engines, event.engine)
            case ChunkSkipped():
                self.skipped += 1
                _count(self.skips, event.reason)
            case ReplyDone():
                self._ended("done", event.tokens)
            case ReplyInterrupted():
                self._ended("interrupted", event.tokens)
            case ReplyFailed():
                self._ended("failed", event.tokens)
                _count(self.errors, event.error.code)
            case _:
                pass

    @property
    def fallback_share(self) -> float:
        """Share of spoken utterances that a fallback voice spoke."""
        return self.fallback / self.spoken if self.spoken else 0.0

    def _ended(self, outcome: str, tokens: TokenUsage) -> None:
        self.outcomes[outcome] += 1
        self.tokens["prompt"] += tokens.prompt
        self.tokens["cached"] += tokens.cached
        self.tokens["completion"] += tokens.completion


def _count(counter: Counter[str], label: str) -> None:
    known = label in counter or len(counter) < MOST_LABELS
    counter[label if known else OTHER] += 1
