"""Messages in, snapshot out: the dashboard's whole memory is made here, one value at a time.

Pure: no clock, no client, no drawing. Everything that grows has its bound here.
"""

from dataclasses import replace
from typing import cast

from jarvisctl.dashboard import story
from jarvisctl.dashboard.messages import (
    Connected,
    Cut,
    GovernorDecided,
    GovernorRead,
    Happened,
    Logged,
    Lost,
    Message,
    Missing,
    Noted,
    QuestionFound,
    Remarked,
    Sampled,
    StatusRead,
    Ticked,
    VoicesRead,
)
from jarvisctl.dashboard.replies import abandoned, advanced, placed, stopped
from jarvisctl.dashboard.snapshot import DaemonLink, Level, ReplyView, ShownLine, Snapshot, Speed
from jarvisctl.terminal import printable
from jarvisd.wire import (
    GovernorDecision,
    ReplyDone,
    ReplyEvent,
    ReplyFailed,
    ReplyInterrupted,
    ReplyStarted,
    StatusResponse,
)

MAX_REPLIES = 100
MAX_LOG = 1_000
MAX_SAMPLES = 600
MAX_SPEEDS = 100
MAX_DECISIONS = 50
NO_MODELS = ("builtin", "text")  # who writes at once has no speed worth a figure


def reduce(snapshot: Snapshot, message: Message) -> Snapshot:
    """The snapshot after ``message``."""
    match message:
        case Ticked(at=at, wall=wall):
            return replace(snapshot, now=at, wall=wall)
        case Connected() | Lost():
            return _linked(snapshot, message)
        case StatusRead(at=at, status=status):
            return _status(snapshot, status, at)
        case Happened() | GovernorDecided() | Noted() | Remarked() | Logged():
            return _told(snapshot, message)
    return _measured(snapshot, message)


def _told(
    snapshot: Snapshot, message: Happened | GovernorDecided | Noted | Remarked | Logged
) -> Snapshot:
    match message:
        case Happened():
            return _happened(snapshot, message)
        case GovernorDecided():
            return _decided(snapshot, message)
    return _noted(snapshot, message)


def _measured(
    snapshot: Snapshot, message: VoicesRead | Sampled | GovernorRead | QuestionFound | Cut | Missing
) -> Snapshot:
    match message:
        case VoicesRead(voices=voices):
            return replace(snapshot, voices=voices)
        case Sampled(samples=samples):
            return replace(snapshot, samples=(*snapshot.samples, *samples)[-MAX_SAMPLES:])
        case GovernorRead(governor=governor):
            known = (*governor.decisions, governor.now)[-MAX_DECISIONS:]
            return replace(snapshot, governed=governor.enabled, decisions=_apart(known))
        case Cut():
            return _cut(snapshot, message)
        case QuestionFound(reply=reply, question=question):
            return _asked(snapshot, reply, question)
        case Missing(what=what):
            return replace(snapshot, missing=snapshot.missing | {what})


def _linked(snapshot: Snapshot, message: Connected | Lost) -> Snapshot:
    if isinstance(message, Lost):
        link = DaemonLink("down", message.at, message.reason, message.hint, message.retry_at)
        if snapshot.link.state == "down":
            return replace(snapshot, link=replace(link, since=snapshot.link.since))
        snapshot = replace(snapshot, link=link)
        return _logged(snapshot, ShownLine("error", "daemon.lost", message.reason, snapshot.wall))
    again = snapshot.link.state == "down"
    known = snapshot.status
    if known is not None and known.pid != message.status.pid:  # another life of the daemon
        replies = tuple(abandoned(reply, snapshot.heard_at) for reply in snapshot.replies)
        snapshot = replace(snapshot, newest_event=0, missing=frozenset(), replies=replies)
    snapshot = replace(snapshot, link=DaemonLink("up", message.at))
    snapshot = _status(snapshot, message.status, message.at)
    if again:
        told = f"pid {message.status.pid} answers again"
        return _logged(snapshot, ShownLine("info", "daemon.back", told, snapshot.wall))
    return snapshot


def _status(snapshot: Snapshot, status: StatusResponse, at: float) -> Snapshot:
    changes = story.changes(snapshot.status, status)
    snapshot = replace(snapshot, status=status, seen_at=at)
    for info in status.replies:
        known = _find(snapshot, info.reply)
        if known is not None:
            snapshot = _put(snapshot, placed(known, info, at))
    running = {info.reply for info in status.replies}
    for reply in snapshot.replies:
        played_out = reply.outcome == "done" and reply.playback is not None
        if played_out and reply.reply not in running:
            snapshot = _put(snapshot, replace(reply, playback=None))  # heard to its end
        open_here = reply.outcome in ("running", "paused") and reply.reply not in running
        if open_here and at - reply.started_at > story.GONE_S:  # its end was missed
            snapshot = _put(snapshot, replace(reply, outcome="done", ended_at=at))
    for level, kind, text in changes:
        snapshot = _logged(snapshot, ShownLine(level, kind, text, snapshot.wall))
    return snapshot


def _happened(snapshot: Snapshot, message: Happened) -> Snapshot:
    if message.number <= snapshot.newest_event:
        return snapshot  # seen before the connection broke
    snapshot = replace(snapshot, newest_event=message.number, seen_at=message.at)
    event = message.event
    known = _find(snapshot, event.reply) or _new(event, message.at)
    snapshot = _put(snapshot, advanced(known, event, message.at))
    if (speed := _speed(event, known.provider)) is not None:
        snapshot = replace(snapshot, speeds=(*snapshot.speeds, speed)[-MAX_SPEEDS:])
    level, text = story.told(event)
    if not text:
        return snapshot
    kind = str(event.__struct_config__.tag)
    return _logged(snapshot, ShownLine(level, kind, text, message.wall, event.reply))


def _decided(snapshot: Snapshot, message: GovernorDecided) -> Snapshot:
    if message.number <= snapshot.newest_event:
        return snapshot
    decisions = _apart((*snapshot.decisions, message.decision))[-MAX_DECISIONS:]
    return replace(
        snapshot, newest_event=message.number, seen_at=message.at, governed=True,
        decisions=decisions,
    )  # fmt: skip


def _apart(decisions: tuple[GovernorDecision, ...]) -> tuple[GovernorDecision, ...]:
    """In order of time, each once."""
    return tuple(sorted({one.at: one for one in decisions}.values(), key=lambda one: one.at))


def _noted(snapshot: Snapshot, message: Noted | Remarked | Logged) -> Snapshot:
    if isinstance(message, Logged):
        entry = message.entry
        text = printable(entry.message)
        line = ShownLine(entry.level, entry.component, text, entry.time, entry.reply)
        return _logged(snapshot, line)
    if isinstance(message, Remarked):
        level = cast("Level", message.level)
        return _logged(snapshot, ShownLine(level, "dashboard", message.text, message.wall))
    if 0 < message.number <= snapshot.newest_event:
        return snapshot
    newest = max(snapshot.newest_event, message.number)
    snapshot = replace(snapshot, newest_event=newest, seen_at=message.at)
    text = story.fields(message.fields)
    return _logged(snapshot, ShownLine("info", message.kind, text, message.wall))


def _cut(snapshot: Snapshot, message: Cut) -> Snapshot:
    """A reply was written to its end, and then interrupted while it was heard."""
    known = _find(snapshot, message.reply)
    if known is None:
        return snapshot
    cut = stopped(known, snapshot.now, message.played, message.heard_chars)
    return _put(snapshot, replace(cut, outcome="interrupted"))


def _asked(snapshot: Snapshot, reply: str, question: str) -> Snapshot:
    known = _find(snapshot, reply) or ReplyView(reply=reply, started_at=snapshot.now)
    return _put(snapshot, replace(known, question=question))


def _new(event: ReplyEvent, at: float) -> ReplyView:
    """A reply that is seen for the first time, perhaps not from its beginning."""
    whole = isinstance(event, ReplyStarted)
    return ReplyView(reply=event.reply, started_at=at, missed=0 if whole else None)


def _speed(event: ReplyEvent, provider: str) -> Speed | None:
    """How fast a reply was, where it came far enough to tell."""
    if not isinstance(event, ReplyDone | ReplyInterrupted | ReplyFailed):
        return None
    timings, tokens_s = event.timings, None
    if timings.first_token_ms is not None and timings.last_token_ms is not None:
        passed = timings.last_token_ms - timings.first_token_ms
        if passed > 0 and provider not in NO_MODELS and event.tokens.completion > 1:
            tokens_s = (event.tokens.completion - 1) / passed * 1_000
    if timings.first_audio_ms is None and tokens_s is None:
        return None
    return Speed(timings.first_audio_ms, tokens_s)


def _find(snapshot: Snapshot, reply: str) -> ReplyView | None:
    return next((known for known in reversed(snapshot.replies) if known.reply == reply), None)


def _put(snapshot: Snapshot, reply: ReplyView) -> Snapshot:
    """``reply`` in its place, or as the newest."""
    replies = list(snapshot.replies)
    for index in range(len(replies) - 1, -1, -1):
        if replies[index].reply == reply.reply:
            replies[index] = reply
            break
    else:
        replies.append(reply)
    return replace(snapshot, replies=tuple(replies[-MAX_REPLIES:]))


def _logged(snapshot: Snapshot, line: ShownLine) -> Snapshot:
    return replace(snapshot, log=(*snapshot.log, line)[-MAX_LOG:])
