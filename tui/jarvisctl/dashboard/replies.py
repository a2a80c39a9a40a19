"""One reply's view, moved on by one event or by what the status says of it. Pure."""

from dataclasses import replace

from jarvisctl.dashboard import playback
from jarvisctl.dashboard.snapshot import Playback, ReplyView, ShownUtterance
from jarvisd.wire import (
    Chunk,
    ChunkSkipped,
    ErrorDetail,
    ReplyDone,
    ReplyEvent,
    ReplyFailed,
    ReplyInfo,
    ReplyInterrupted,
    ReplyStarted,
    Token,
    UtteranceEvent,
)

MAX_TEXT = 200_000
MAX_UTTERANCES = 2_000
RATE_WINDOW_S = 2.0
GONE = ErrorDetail(
    code="daemon.ended",
    message="The daemon ended in the middle of this reply.",
    hint="jarvisctl logs shows what happened before.",
)


def advanced(reply: ReplyView, event: ReplyEvent, at: float) -> ReplyView:
    """``reply`` after ``event``, which came at ``at``."""
    match event:
        case ReplyStarted():
            return _started(reply, event, at)
        case Token():
            return _written(reply, event.text, at)
        case UtteranceEvent():
            return _cut(reply, event, at)
        case Chunk():
            return _made(reply, event, at)
        case ChunkSkipped():
            return _changed(
                reply, event.utterance, skipped=event.reason, message=event.message or event.reason
            )
    return _ended(reply, event, at)


def placed(reply: ReplyView, info: ReplyInfo, at: float) -> ReplyView:
    """``reply`` with the position that the daemon reports."""
    playback = Playback(
        at=at,
        played=info.played_samples,
        written=info.written_samples,
        running=info.state != "paused" and info.written_samples > 0,
    )
    outcome = reply.outcome if reply.ended_at is not None else info.state
    return replace(reply, playback=playback, outcome=outcome)


def stopped(reply: ReplyView, at: float, played: int, heard_chars: int | None) -> ReplyView:
    """``reply`` cut at ``played``: what lies behind it is not heard any more."""
    known = reply.playback or Playback(at, 0, 0, running=False)
    return replace(reply, playback=known.stopped(at, played), heard_chars=heard_chars)


def abandoned(reply: ReplyView, at: float) -> ReplyView:
    """``reply`` when its daemon ended at ``at``: it was heard up to there, and no further."""
    if not playback.audible(reply, at):
        return reply
    heard = (reply.missed or 0) + playback.said(reply, at)
    cut = stopped(reply, at, playback.position(reply, at), None if reply.silent else heard)
    return replace(cut, outcome="failed", error=GONE, ended_at=at, token_times=())


def _started(reply: ReplyView, event: ReplyStarted, at: float) -> ReplyView:
    return replace(
        reply,
        conversation=event.conversation,
        provider=event.provider,
        engine=event.engine,
        voice=event.voice,
        fallback=event.fallback,
        fallback_reason=event.fallback_reason,
        sample_rate=event.sample_rate or reply.sample_rate,
        started_at=event.started_at or at,
    )


def _written(reply: ReplyView, text: str, at: float) -> ReplyView:
    recent = tuple(seen for seen in reply.token_times if at - seen <= RATE_WINDOW_S)
    return replace(
        reply,
        text=(reply.text + text)[:MAX_TEXT],
        tokens_seen=reply.tokens_seen + 1,
        first_token_at=at if reply.first_token_at is None else reply.first_token_at,
        token_times=(*recent, at),
    )


def _cut(reply: ReplyView, event: UtteranceEvent, at: float) -> ReplyView:
    cut = ShownUtterance(event.utterance, event.start, event.end, event.text, at)
    missed = reply.missed
    if missed is None and (found := reply.text.rfind(event.text)) >= 0:
        missed = event.start - found
    utterances = (*reply.utterances, cut)[-MAX_UTTERANCES:]
    return replace(reply, utterances=utterances, missed=missed)


def _made(reply: ReplyView, event: Chunk, at: float) -> ReplyView:
    playback = reply.playback
    if playback is not None:
        written = max(playback.written, event.position + event.samples)
        playback = replace(playback, written=written)
    return replace(
        _changed(
            reply,
            event.utterance,
            position=event.position,
            samples=event.samples,
            engine=event.engine,
            cached=event.cached,
            fallback=event.fallback,
            timings=event.timings,
        ),
        playback=playback,
        voice=event.voice,
        engine=event.engine,
        fallback=reply.fallback or event.fallback,
        fallback_reason=event.fallback_reason or reply.fallback_reason,
        sample_rate=event.sample_rate,
    )


def _changed(reply: ReplyView, number: int, **fields: object) -> ReplyView:
    changed = tuple(
        replace(known, **fields) if known.number == number else known  # type: ignore[arg-type]
        for known in reply.utterances
    )
    return replace(reply, utterances=changed)


def _ended(
    reply: ReplyView, event: ReplyDone | ReplyInterrupted | ReplyFailed, at: float
) -> ReplyView:
    reply = replace(reply, timings=event.timings, tokens=event.tokens, ended_at=at, token_times=())
    if isinstance(event, ReplyInterrupted):
        cut = stopped(reply, at, event.played_samples, event.heard_chars)
        return replace(cut, outcome="interrupted")
    if isinstance(event, ReplyFailed):
        return replace(reply, outcome="failed", error=event.error, text=event.text or reply.text)
    return replace(reply, outcome="done")
