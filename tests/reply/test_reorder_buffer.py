"""The reorder buffer: made in whatever order, utterances are delivered in order, each once.

The schedules feed a ``ReorderBuffer`` and a witness that writes down, in the plainest way, what
was handed over; at the end of a schedule the deliveries are judged against these notes.
"""

import random
from dataclasses import dataclass, field
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisd.reply.reorder_buffer import (
    AllDelivered,
    PieceReady,
    Release,
    ReorderBuffer,
    UtteranceCounts,
    UtteranceReady,
    UtteranceSkipped,
)

Verb = Literal["expect", "piece", "finish", "skip", "end", "cancel"]
Step = tuple[Verb, int]


@dataclass(frozen=True, slots=True)
class Piece:
    seq: int
    index: int
    pcm: bytes = b"\0\0"


@dataclass(slots=True)
class Utterance:
    """What was handed over for one utterance before it ended."""

    pieces: list[Piece] = field(default_factory=list)
    ending: str = ""


class Witness:
    """Runs steps and remembers what counts of them, and everything that was delivered."""

    def __init__(self) -> None:
        self.buffer: ReorderBuffer[Piece, str] = ReorderBuffer()
        self.given: list[Utterance] = []
        self.delivered: list[Release[Piece, str]] = []
        self.ignored = 0
        self.complete = False
        self.cancelled = False

    def run(self, steps: list[Step]) -> None:
        for verb, seq in steps:
            self.run_step(verb, seq)

    def run_step(self, verb: Verb, seq: int) -> None:
        if verb == "cancel":
            self.cancelled = True
            assert self.buffer.cancel() == []
        elif verb == "end":
            self._note_end()
            self.delivered += self.buffer.end()
        elif verb == "expect":
            self._note_expect(seq)
            self.delivered += self.buffer.expect(seq)
        else:
            self._run_utterance_step(verb, seq)

    def _run_utterance_step(self, verb: Verb, seq: int) -> None:
        open_one = not self.cancelled and seq < len(self.given) and not self.given[seq].ending
        if verb == "piece":
            piece = Piece(seq, len(self.given[seq].pieces) if open_one else -1)
            if open_one:
                self.given[seq].pieces.append(piece)
            new = self.buffer.piece(seq, piece)
        else:
            if open_one:
                self.given[seq].ending = verb
            finish = verb == "finish"
            new = self.buffer.finish(seq, "ok") if finish else self.buffer.skip(seq, "why", "m")
        if not open_one:
            self.ignored += 1
            assert new == []
        self.delivered += new

    def _note_end(self) -> None:
        if self.cancelled or self.complete:
            self.ignored += 1
        self.complete = True

    def _note_expect(self, seq: int) -> None:
        if self.cancelled or self.complete or seq < len(self.given):
            self.ignored += 1
        else:
            self.given.append(Utterance())

    def judge(self) -> None:
        """Every promise of ``ReorderBuffer``, checked against the notes."""
        rest = list(self.delivered)
        head = 0
        while head < len(self.given) and self._take_utterance(rest, head):
            head += 1
        ended = [utterance.ending for utterance in self.given[:head]]
        counts = UtteranceCounts(len(self.given), ended.count("finish"), ended.count("skip"))
        assert self.buffer.counts == counts
        over = self.complete and head == len(self.given)
        last: list[Release[Piece, str]] = [AllDelivered(counts)] if over else []
        assert rest == last or (self.cancelled and rest == [])
        assert self.buffer.ignored == self.ignored
        assert self.buffer.held_bytes == self._held(head)

    def _take_utterance(self, rest: list[Release[Piece, str]], seq: int) -> bool:
        """Strike out the deliveries of ``seq``; whether they include its end."""
        given = self.given[seq]
        pieces: list[Piece] = []
        while rest and isinstance(rest[0], PieceReady):
            delivery = rest.pop(0)
            assert isinstance(delivery, PieceReady)
            assert delivery.seq == seq
            pieces.append(delivery.payload)
        assert pieces == given.pieces[: len(pieces)]
        everything = len(pieces) == len(given.pieces)
        if not rest or isinstance(rest[0], AllDelivered):
            assert self.cancelled or (not given.ending and everything)
            return False
        ending = rest.pop(0)
        if given.ending == "finish":
            assert everything
            assert ending == UtteranceReady(seq, "ok")
        else:
            message = "cut short: m" if pieces else "m"
            assert given.ending == "skip"
            assert ending == UtteranceSkipped(seq, "why", message, cut=bool(pieces))
        return True

    def _held(self, head: int) -> int:
        if self.cancelled:
            return 0
        later = self.given[head + 1 :]
        return sum(2 * len(each.pieces) for each in later if each.ending != "skip")


def random_schedule(rng: random.Random) -> list[Step]:
    """Utterances made side by side, with noise: late, repeated, missing and cancelled things."""
    count = rng.randrange(7)
    turns: list[int] = []
    for seq in range(count):
        turns += [seq] * (1 + rng.randrange(4))
    rng.shuffle(turns)
    announced = count if rng.random() < 0.3 else 0
    steps: list[Step] = [("expect", seq) for seq in range(announced)]
    left = {seq: turns.count(seq) for seq in range(count)}
    for seq in turns:
        if rng.random() < 0.9:
            steps += [("expect", each) for each in range(announced, seq + 1)]
            announced = max(announced, seq + 1)
        left[seq] -= 1
        steps.append(("piece" if left[seq] else rng.choice(("finish", "finish", "skip")), seq))
    steps += [("expect", each) for each in range(announced, count)]
    steps.insert(rng.randint(_last_expect(steps), len(steps)), ("end", 0))
    if count and rng.random() < 0.3:
        noise: Verb = rng.choice(("piece", "finish", "skip"))
        steps.insert(rng.randint(0, len(steps)), (noise, rng.randrange(count)))
    if rng.random() < 0.2:
        steps.insert(rng.randint(0, len(steps)), ("cancel", 0))
    return steps if rng.random() < 0.6 else steps[: rng.randint(0, len(steps))]


def _last_expect(steps: list[Step]) -> int:
    """Where ``end`` may come at the earliest."""
    return max((i + 1 for i, (verb, _) in enumerate(steps) if verb == "expect"), default=0)


def run_schedules(seed: int, schedules: int) -> None:
    rng = random.Random(seed)
    for number in range(schedules):
        steps = random_schedule(rng)
        witness = Witness()
        witness.run(steps)
        try:
            witness.judge()
        except AssertionError as violation:
            violation.add_note(f"seed {seed}, schedule {number}: {steps}")
            raise


def test_the_schedules_hold_everything_that_can_happen() -> None:
    rng = random.Random(7)
    seen: dict[str, int] = {}
    for _ in range(2_000):
        witness = Witness()
        witness.run(random_schedule(rng))
        happened = {type(delivery).__name__ for delivery in witness.delivered}
        happened |= {"cut" for each in witness.delivered if getattr(each, "cut", False)}
        happened |= {"cancelled"} if witness.cancelled else set()
        happened |= {"ignored"} if witness.ignored else set()
        for what in happened:
            seen[what] = seen.get(what, 0) + 1
    common = ("PieceReady", "UtteranceReady", "UtteranceSkipped", "AllDelivered", "cut", "ignored")
    assert all(seen[what] > 300 for what in common), seen
    assert seen["cancelled"] > 200


@pytest.mark.slow
def test_no_violation_in_a_hundred_thousand_schedules() -> None:
    run_schedules(seed=20261121, schedules=100_000)


@pytest.mark.long
@pytest.mark.timeout(1_200)
@pytest.mark.parametrize("seed", range(10))
def test_no_violation_in_a_million_schedules(seed: int) -> None:
    run_schedules(seed=seed, schedules=100_000)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("expect", "expect", "piece", "piece", "finish", "skip", "end", "cancel")),
        st.integers(0, 3),
    ),
    max_size=30,
)


@given(STEPS)
def test_any_sequence_of_calls_is_ordered_at_every_moment(steps: list[Step]) -> None:
    witness = Witness()
    for verb, seq in steps:
        witness.run_step(verb, len(witness.given) if verb == "expect" else seq)
        witness.judge()


def announced(count: int) -> ReorderBuffer[Piece, str]:
    buffer: ReorderBuffer[Piece, str] = ReorderBuffer(max_held_bytes=4)
    for seq in range(count):
        buffer.expect(seq)
    return buffer


def test_the_head_streams_through_piece_by_piece() -> None:
    buffer = announced(1)
    piece = Piece(0, 0)
    assert buffer.piece(0, piece) == [PieceReady(0, piece)]
    assert buffer.finish(0, "sum") == [UtteranceReady(0, "sum")]


def test_what_is_made_early_waits_and_then_comes_at_once() -> None:
    buffer = announced(2)
    early = Piece(1, 0)
    assert buffer.piece(1, early) == []
    assert buffer.finish(1, "second") == []
    assert buffer.finish(0, "first") == [
        UtteranceReady(0, "first"),
        PieceReady(1, early),
        UtteranceReady(1, "second"),
    ]
    assert buffer.end() == [AllDelivered(UtteranceCounts(2, 2, 0))]


def test_held_pieces_flow_as_soon_as_their_utterance_is_next() -> None:
    buffer = announced(2)
    buffer.piece(1, Piece(1, 0))
    assert buffer.skip(0, "speech.deadline") == [
        UtteranceSkipped(0, "speech.deadline", ""),
        PieceReady(1, Piece(1, 0)),
    ]
    assert buffer.piece(1, Piece(1, 1)) == [PieceReady(1, Piece(1, 1))]


def test_a_failure_after_audio_was_delivered_is_a_cut() -> None:
    buffer = announced(1)
    buffer.piece(0, Piece(0, 0))
    assert buffer.skip(0, "speech.worker_died", "signal 9") == [
        UtteranceSkipped(0, "speech.worker_died", "cut short: signal 9", cut=True)
    ]


def test_a_failure_before_its_turn_leaves_nothing_of_the_utterance() -> None:
    buffer = announced(2)
    buffer.piece(1, Piece(1, 0))
    assert buffer.skip(1, "speech.worker_died") == []
    assert buffer.held_bytes == 0
    assert buffer.finish(0, "ok") == [
        UtteranceReady(0, "ok"),
        UtteranceSkipped(1, "speech.worker_died", ""),
    ]


def test_a_reply_without_utterances_ends_with_empty_totals() -> None:
    buffer = announced(0)
    assert buffer.end() == [AllDelivered(UtteranceCounts())]
    assert buffer.over
    assert buffer.end() == []


def test_only_producers_behind_the_head_are_ever_blocked() -> None:
    buffer = announced(3)
    buffer.piece(1, Piece(1, 0))
    assert not buffer.congested
    buffer.piece(2, Piece(2, 0))
    assert buffer.congested
    assert [buffer.blocked(seq) for seq in range(3)] == [False, True, True]
    buffer.finish(0, "ok")
    assert not buffer.congested
    assert not buffer.blocked(2)


def test_after_a_cancel_nothing_is_held_or_delivered() -> None:
    buffer = announced(3)
    buffer.finish(0, "ok")
    buffer.piece(2, Piece(2, 0))
    assert buffer.cancel() == []
    assert buffer.finish(1, "ok") + buffer.piece(2, Piece(2, 1)) + buffer.end() == []
    assert buffer.held_bytes == 0
    assert buffer.ignored == 3
    assert buffer.counts == UtteranceCounts(3, 1, 0)


def test_after_the_end_no_utterance_can_be_announced() -> None:
    buffer = announced(1)
    buffer.end()
    assert buffer.expect(1) == []
    assert (buffer.counts.utterances, buffer.ignored) == (1, 1)


def test_every_piece_that_is_held_counts_until_its_utterance_is_dropped() -> None:
    buffer = announced(3)
    for seq in (1, 1, 2):
        buffer.piece(seq, Piece(seq, 0))
    assert buffer.held_bytes == 6
    buffer.skip(1, "why")
    assert buffer.held_bytes == 2


def test_an_utterance_ends_once_also_before_its_turn() -> None:
    buffer = announced(2)
    buffer.finish(1, "first word")
    assert buffer.finish(1, "second word") == buffer.skip(1, "why") == []
    assert buffer.piece(1, Piece(1, 0)) == []
    assert buffer.ignored == 3
    assert buffer.finish(0, "ok")[1:] == [UtteranceReady(1, "first word")]


def test_what_was_held_and_came_at_its_turn_has_begun() -> None:
    buffer = announced(2)
    buffer.piece(1, Piece(1, 0))
    buffer.finish(0, "ok")
    assert buffer.skip(1, "why") == [UtteranceSkipped(1, "why", "cut short", cut=True)]


def test_all_that_were_skipped_or_spoken_are_counted() -> None:
    buffer = announced(5)
    for seq in (0, 1, 2):
        buffer.skip(seq, "why")
    for seq in (3, 4):
        buffer.finish(seq, "ok")
    assert buffer.counts == UtteranceCounts(5, spoken=2, skipped=3)


def test_leaving_a_number_out_is_a_bug_of_the_caller() -> None:
    buffer = announced(1)
    with pytest.raises(ValueError, match="1 is next"):
        buffer.expect(2)


def test_a_bound_must_be_positive() -> None:
    buffer: ReorderBuffer[Piece, str] = ReorderBuffer(max_held_bytes=1)
    assert not buffer.congested
    assert buffer.over is False
    with pytest.raises(ValueError, match="positive"):
        ReorderBuffer(max_held_bytes=0)
