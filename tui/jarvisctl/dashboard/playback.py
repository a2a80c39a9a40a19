"""Where a reply's voice is: the position now, the stage of every utterance, the word being said.

Pure. The position comes from the daemon now and then and runs on by the clock in between; it never
passes what was written.
"""

import re
from collections.abc import Iterator, Sequence

from jarvisctl.dashboard.snapshot import ReplyView, ShownUtterance, Stage

_WORD = re.compile(r"\S+")
# Speech without marks: enough to follow an utterance whose audio is not whole yet.
LETTERS_PER_S = 14.0


def position(reply: ReplyView, now: float) -> int:
    """Samples played by ``now``."""
    playback = reply.playback
    if playback is None:
        return 0
    if not playback.running or reply.outcome == "paused":
        return playback.played
    passed = max(0.0, now - playback.at) * reply.sample_rate
    return min(playback.written, playback.played + int(passed))


def audible(reply: ReplyView, now: float) -> bool:
    """Whether it is being made or still heard."""
    if reply.outcome in ("running", "paused"):
        return True
    playback = reply.playback
    return reply.outcome == "done" and playback is not None and position(reply, now) < made(reply)


def newest_audible(replies: Sequence[ReplyView], now: float) -> str | None:
    """The reply that a key to pause or interrupt is about."""
    return next((reply.reply for reply in reversed(replies) if audible(reply, now)), None)


def made(reply: ReplyView) -> int:
    """Samples of audio that exist whole."""
    ends = (u.position + u.samples for u in reply.utterances if u.position is not None)
    return max(ends, default=0)


def stages(reply: ReplyView, now: float, *, slots_in_use: int = 1) -> Iterator[Stage]:
    """The stage of each utterance, in order."""
    played = position(reply, now)
    free = slots_in_use if reply.outcome == "running" else 0
    speaking = audible(reply, now) and reply.playback is not None
    for utterance in reply.utterances:
        stage = _settled(utterance, reply, played, speaking=speaking)
        if stage is None:
            stage = "making" if free > 0 else "queued"
            free -= 1
        yield stage


def _settled(
    utterance: ShownUtterance, reply: ReplyView, played: int, *, speaking: bool
) -> Stage | None:
    """The stage where events say it; ``None`` while the audio is still to come."""
    if utterance.skipped:
        return "skipped"
    if utterance.position is None:
        return None if reply.outcome in ("running", "paused") else "cut"
    if played >= utterance.position + utterance.samples:
        return "heard"
    if reply.outcome in ("interrupted", "failed"):
        return "cut"
    if played > utterance.position or (speaking and played == utterance.position):
        return "playing"
    return "ready" if speaking else "heard"


def word(reply: ReplyView, now: float) -> tuple[int, int] | None:
    """Start and end in ``reply.text`` of the word being said; ``None`` in silence."""
    if reply.playback is None or reply.missed is None or not audible(reply, now):
        return None
    played = position(reply, now)
    reached = 0
    for utterance in reply.utterances:
        if utterance.position is None:
            if utterance.skipped or reply.outcome != "running":
                continue
            letters = (played - reached) / reply.sample_rate * LETTERS_PER_S
            return _word_at(reply, utterance, letters) if played > reached else None
        reached = utterance.position + utterance.samples
        if utterance.position <= played < reached:
            share = (played - utterance.position) / max(1, utterance.samples)
            return _word_at(reply, utterance, share * (utterance.end - utterance.start))
    return None


def said(reply: ReplyView, now: float) -> int:
    """Characters of ``reply.text`` that have been said."""
    missed = reply.missed or 0
    if reply.heard_chars is not None:
        return max(0, reply.heard_chars - missed)
    if (current := word(reply, now)) is not None:
        return current[0]
    played = position(reply, now)
    passed = [
        u.end
        for u in reply.utterances
        if u.position is not None and u.position + u.samples <= played
    ]
    return max(0, max(passed, default=0) - missed)


def _word_at(reply: ReplyView, utterance: ShownUtterance, letters: float) -> tuple[int, int] | None:
    """The word that lies ``letters`` characters into the utterance, or the last before there."""
    start, end = utterance.start - (reply.missed or 0), utterance.end - (reply.missed or 0)
    found = None
    for match in _WORD.finditer(reply.text, max(0, start), max(0, end)):
        if found is not None and match.start() > start + int(letters):
            break
        found = match.span()
    return found
