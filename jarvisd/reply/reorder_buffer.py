"""Delivers the utterances of a reply in order, whatever order they were made in.

Utterances are announced as 0, 1, 2 …; pieces of their audio and their ends arrive in any order. The
first unfinished utterance (the head) streams through at once, later ones are held until their turn.
Each utterance ends exactly once, spoken or skipped, and the counts come once after the last. One
object serves one generation of a reply. It must never reorder, invent or repeat anything, and never
raise because of a race: input that is late, repeated or after a cancel is ignored and counted.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar


class Payload(Protocol):
    """The payload of a piece: any value with PCM, whose size counts for the limit."""

    @property
    def pcm(self) -> bytes:
        """The audio of this piece."""


P = TypeVar("P", bound=Payload)
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class UtteranceCounts:
    """How many utterances were announced, spoken and skipped so far."""

    utterances: int = 0
    spoken: int = 0
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class PieceReady(Generic[P]):
    """The next piece of utterance ``seq``; its pieces come without others between them."""

    seq: int
    payload: P


@dataclass(frozen=True, slots=True)
class UtteranceReady(Generic[S]):
    """Utterance ``seq`` was delivered completely."""

    seq: int
    summary: S


@dataclass(frozen=True, slots=True)
class UtteranceSkipped:
    """Utterance ``seq`` will not be heard, or with ``cut`` not beyond what was delivered of it."""

    seq: int
    reason: str
    message: str
    cut: bool = False


@dataclass(frozen=True, slots=True)
class AllDelivered:
    """Nothing follows this."""

    counts: UtteranceCounts


Release = PieceReady[P] | UtteranceReady[S] | UtteranceSkipped | AllDelivered


@dataclass(slots=True)
class _Pending(Generic[P, S]):
    """An utterance that has not been delivered completely."""

    held: list[P] = field(default_factory=list)
    held_bytes: int = 0
    begun: bool = False
    ending: UtteranceReady[S] | UtteranceSkipped | None = None


class ReorderBuffer(Generic[P, S]):
    """The order of one generation of a reply; every call returns what can be delivered now.

    ``max_held_bytes`` bounds the PCM held for later utterances: the caller makes ``blocked``
    producers wait. A piece that is passed in is never dropped, so the limit may be exceeded by one
    piece for each producer.
    """

    def __init__(self, max_held_bytes: int = 8 * 1024 * 1024) -> None:
        if max_held_bytes < 1:
            raise ValueError("max_held_bytes must be positive")
        self._max_held_bytes = max_held_bytes
        self._held_bytes = 0
        self._head = 0
        self._pending: deque[_Pending[P, S]] = deque()
        self._spoken = 0
        self._skipped = 0
        self._expected = 0
        self._ended = False
        self._over = False
        self._ignored = 0

    @property
    def head(self) -> int:
        """The utterance whose pieces are delivered at once; it must never wait."""
        return self._head

    @property
    def held_bytes(self) -> int:
        """PCM held for utterances after the head."""
        return self._held_bytes

    @property
    def congested(self) -> bool:
        """Whether the limit is reached; ``blocked`` producers wait until it is not."""
        return self._held_bytes >= self._max_held_bytes

    def blocked(self, seq: int) -> bool:
        """Whether the producer of utterance ``seq`` must wait; never that of the head."""
        return self.congested and seq > self._head

    @property
    def ignored(self) -> int:
        """How many inputs were late, repeated, unannounced or after a cancel."""
        return self._ignored

    @property
    def over(self) -> bool:
        """Whether everything was delivered, or the rest was cancelled: nothing will follow."""
        return self._over

    @property
    def counts(self) -> UtteranceCounts:
        """UtteranceCounts so far; after a cancel they stay as they were."""
        return UtteranceCounts(self._expected, self._spoken, self._skipped)

    def expect(self, seq: int) -> list[Release[P, S]]:
        """Announce the next utterance. Raises ``ValueError`` where a number was left out."""
        if self._over or self._ended or seq < self._expected:
            return self._ignore()
        if seq > self._expected:
            raise ValueError(f"utterance {seq} announced, {self._expected} is next")
        self._expected += 1
        self._pending.append(_Pending())
        return []

    def piece(self, seq: int, payload: P) -> list[Release[P, S]]:
        """A piece of utterance ``seq``; pieces of one utterance arrive in their own order."""
        pending = self._open(seq)
        if pending is None:
            return self._ignore()
        if seq == self._head:
            pending.begun = True
            return [PieceReady(seq, payload)]
        pending.held.append(payload)
        pending.held_bytes += len(payload.pcm)
        self._held_bytes += len(payload.pcm)
        return []

    def finish(self, seq: int, summary: S) -> list[Release[P, S]]:
        """Utterance ``seq`` is complete."""
        pending = self._open(seq)
        if pending is None:
            return self._ignore()
        pending.ending = UtteranceReady(seq, summary)
        return self._advance()

    def skip(self, seq: int, reason: str, message: str = "") -> list[Release[P, S]]:
        """Utterance ``seq`` failed.

        Its held pieces are dropped: half a sentence is delivered only if it had already begun. One
        that had begun ends with ``cut`` set.
        """
        pending = self._open(seq)
        if pending is None:
            return self._ignore()
        self._release(pending)
        if pending.begun:
            message = f"cut short: {message}" if message else "cut short"
        pending.ending = UtteranceSkipped(seq, reason, message, cut=pending.begun)
        return self._advance()

    def end(self) -> list[Release[P, S]]:
        """No more utterances will be announced."""
        if self._over or self._ended:
            return self._ignore()
        self._ended = True
        return self._advance()

    def cancel(self) -> list[Release[P, S]]:
        """Drop all held pieces and deliver nothing from now on, not even the counts."""
        self._over = True
        self._pending.clear()
        self._held_bytes = 0
        return []

    def _open(self, seq: int) -> _Pending[P, S] | None:
        """The utterance if it was announced and has not ended."""
        index = seq - self._head
        if not 0 <= index < len(self._pending):
            return None
        pending = self._pending[index]
        return pending if pending.ending is None else None

    def _advance(self) -> list[Release[P, S]]:
        """Deliver from the head to the first utterance that is still being made."""
        ready: list[Release[P, S]] = []
        while self._pending:
            head = self._pending[0]
            for payload in self._release(head):
                head.begun = True
                ready.append(PieceReady(self._head, payload))
            if head.ending is None:
                break
            ready.append(head.ending)
            self._count(head.ending)
            self._pending.popleft()
            self._head += 1
        if self._ended and not self._pending:
            self._over = True
            ready.append(AllDelivered(self.counts))
        return ready

    def _release(self, pending: _Pending[P, S]) -> list[P]:
        """Take the held pieces of an utterance."""
        held, pending.held = pending.held, []
        self._held_bytes -= pending.held_bytes
        pending.held_bytes = 0
        return held

    def _count(self, ending: UtteranceReady[S] | UtteranceSkipped) -> None:
        if isinstance(ending, UtteranceSkipped):
            self._skipped += 1
        else:
            self._spoken += 1

    def _ignore(self) -> list[Release[P, S]]:
        self._ignored += 1
        return []
