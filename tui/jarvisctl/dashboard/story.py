"""What happened, in words: events and changes of state as lines of the log. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from jarvisctl.dashboard.snapshot import Level
from jarvisctl.terminal import printable
from jarvisctl.turn import MEANT_SKIPS, QUIET_SKIPS
from jarvisd.wire import (
    Chunk,
    ChunkSkipped,
    ReplyDone,
    ReplyEvent,
    ReplyFailed,
    ReplyInterrupted,
    ReplyStarted,
    StatusResponse,
    Token,
    UtteranceEvent,
)

# A reply that began this long ago and is in no status has ended, whatever we saw of it.
GONE_S = 3.0
_SHOWN_ELSEWHERE = {"type", "event", "reply", "seq"}
_WORSE: dict[str, Level] = {"degraded": "warning", "absent": "warning", "failed": "error"}


def told(event: ReplyEvent) -> tuple[Level, str]:
    """The level of an event, and what a person wants to know of it; nothing for a token."""
    match event:
        case ReplyStarted():
            fallback = f"; fallback: {event.fallback_reason}" if event.fallback else ""
            text = f"{event.provider}, {event.voice or 'no voice'}{fallback}"
            return ("warning" if event.fallback else "info"), text
        case Token():
            return "debug", ""
        case UtteranceEvent():
            return "debug", printable(f"#{event.utterance + 1} cut: {event.text.strip()}")
        case Chunk():
            length = event.samples / event.sample_rate
            first = event.timings.first_audio_ms - event.timings.started_ms
            source = "from the cache" if event.cached else f"first sound after {first:.0f} ms"
            return "debug", f"#{event.utterance + 1} {length:.1f} s made, {source}"
        case ChunkSkipped():
            said = event.message or event.reason
            return _skip_level(event.reason), f"#{event.utterance + 1} skipped: {said}"
    return _end(event)


def _skip_level(reason: str) -> Level:
    if reason in QUIET_SKIPS:
        return "debug"
    return "info" if reason in MEANT_SKIPS else "warning"


def _end(event: ReplyDone | ReplyInterrupted | ReplyFailed) -> tuple[Level, str]:
    totals = event.totals
    spoken = f"{totals.spoken} of {totals.utterances} spoken"
    match event:
        case ReplyDone():
            first = event.timings.first_audio_ms
            return "info", spoken + (f", first audio {first:.0f} ms" if first is not None else "")
        case ReplyInterrupted():
            return "warning", f"{spoken}, heard {event.heard_chars} characters"
        case ReplyFailed():
            return "error", f"{event.error.message} {event.error.hint}".strip()


def fields(event: Mapping[str, Any]) -> str:
    """The plain fields of an event that is new to us."""
    return printable(
        " ".join(
            f"{name}={value}"
            for name, value in event.items()
            if name not in _SHOWN_ELSEWHERE and not isinstance(value, dict | list) and value != ""
        )
    )


def changes(
    before: StatusResponse | None, after: StatusResponse
) -> Iterator[tuple[Level, str, str]]:
    """What is different between two statuses and worth a line: level, kind and text."""
    if before is None or before.pid != after.pid:
        return
    known = {part.name: part.state for part in before.components}
    for part in after.components:
        if known.get(part.name, part.state) != part.state:
            reason = f": {part.reason}" if part.reason else ""
            level: Level = "info" if part.optional else _WORSE.get(part.state, "info")
            yield level, "health", printable(f"{part.name} is {part.state}{reason}")
    known_workers, workers = (
        {worker.pid: worker.engine for worker in status.workers if worker.pid}  # 0: not yet started
        for status in (before, after)
    )
    for pid in sorted(known_workers.keys() - workers.keys()):
        yield "warning", "worker", f"{known_workers[pid]} worker {pid} is gone"
    for pid in sorted(workers.keys() - known_workers.keys()):
        yield "info", "worker", f"{workers[pid]} worker {pid} started"
