"""Makes spans and figures from a trace's notes. Pure; milliseconds since the request arrived.

Every span is a difference on one clock, and none is negative: a step noted out of order takes no
time.
"""

from collections.abc import Iterator, Mapping

from jarvisd.telemetry.traces import Trace
from jarvisd.wire import (
    ReplyStarted,
    TraceFigures,
    TraceInfo,
    TraceResponse,
    TraceSpan,
)

# Of the whole reply: a span's name, where it begins (the first of these that happened), its end.
_REPLY_SPANS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("preparing", ("received",), "request"),
    ("connecting", ("request",), "headers"),
    ("prefill", ("headers", "request", "received"), "first_token"),
    ("writing", ("first_token",), "last_token"),
    ("text_aggregation", ("first_token",), "first_utterance"),
    ("handing_over", ("first_audio",), "written"),
    ("freeing", ("interrupted",), "freed"),
)
# The same of an utterance.
_UTTERANCE_SPANS: tuple[tuple[str, str, str], ...] = (
    ("held_back", "text", "queued"),
    ("queued", "queued", "started"),
    ("synthesis", "started", "first_audio"),
    ("speaking", "first_audio", "finished"),
)
_DETAILS = frozenset({"skipped", "cached"})


def response_of(trace: Trace) -> TraceResponse:
    """The whole trace as it is sent to clients."""
    event = trace.event or _NOBODY
    offsets = _offsets(trace, event)
    return TraceResponse(
        reply=event.reply,
        started_at=trace.began,
        outcome=trace.outcome,
        provider=event.provider,
        engine=event.engine,
        voice=event.voice,
        fallback=event.fallback,
        figures=figures_of(trace),
        spans=sorted(_spans(trace, offsets, event), key=lambda span: (span.start_ms, span.name)),
        marks=offsets,
        client=list(trace.client),
        dropped=trace.dropped,
    )


def info_of(trace: Trace) -> TraceInfo:
    """One line of a list."""
    event = trace.event or _NOBODY
    return TraceInfo(
        reply=event.reply,
        started_at=trace.began,
        outcome=trace.outcome,
        voice=event.voice,
        figures=figures_of(trace),
    )


def figures_of(trace: Trace) -> TraceFigures:
    """The figures by the names that users know."""
    marks = _offsets(trace, trace.event or _NOBODY)
    silence = trace.leading_silence_s
    return TraceFigures(
        ttft_ms=marks.get("first_token"),
        text_aggregation_ms=_between(marks, "first_token", "first_utterance"),
        tts_ttfb_ms=_between(marks, "first_utterance", "first_audio"),
        ttfa_ms=marks.get("first_audio"),
        leading_silence_ms=None if silence is None else round(1_000 * silence, 3),
        e2e_ms=marks.get("written"),
    )


def _spans(trace: Trace, marks: Mapping[str, float], event: ReplyStarted) -> Iterator[TraceSpan]:
    for name, starts, end in _REPLY_SPANS:
        start = next((marks[one] for one in starts if one in marks), None)
        if start is not None and end in marks:
            yield _span(name, start, marks[end])
    utterances: dict[int, dict[str, float]] = {}
    for step, utterance, at in trace.notes:
        utterances.setdefault(utterance, {})[step] = at
    for utterance, steps in utterances.items():
        detail = next((word for word in steps if word in _DETAILS), "")
        for name, first, last in _UTTERANCE_SPANS:
            if first in steps and last in steps:
                began, ended = _ms(steps[first], event), _ms(steps[last], event)
                yield _span(name, began, ended, utterance, detail)
        if "skipped" in steps:
            at = _ms(steps["skipped"], event)
            yield _span("skipped", at, at, utterance)


def _span(
    name: str, start: float, end: float, utterance: int | None = None, detail: str = ""
) -> TraceSpan:
    return TraceSpan(
        name=name,
        start_ms=start,
        duration_ms=round(max(0.0, end - start), 3),
        utterance=utterance,
        detail=detail,
    )


def _offsets(trace: Trace, event: ReplyStarted) -> dict[str, float]:
    marks = {"received": 0.0}
    marks |= {step: _ms(at, event) for step, at in trace.marks.items()}
    return dict(sorted(marks.items(), key=lambda mark: mark[1]))


def _ms(at: float, event: ReplyStarted) -> float:
    return round(max(0.0, at - event.started_at) * 1_000, 3)


def _between(marks: Mapping[str, float], start: str, end: str) -> float | None:
    if start not in marks or end not in marks:
        return None
    return round(max(0.0, marks[end] - marks[start]), 3)


_NOBODY = ReplyStarted(
    reply="", seq=0, conversation="", provider="", engine="", voice="", sample_rate=0
)
