"""A trace in the JSON of OpenTelemetry's protocol (OTLP 1.x), for whatever reads such files.

Pure, and without OpenTelemetry. Identifiers follow from the reply's id: exporting twice gives the
same trace. What the client told stays in attributes, on its own clock.
"""

import hashlib
from typing import Any

from jarvisd import __version__
from jarvisd.wire import TraceFigures, TraceResponse, TraceSpan

_INTERNAL = 1
_OK, _ERROR = 1, 2


def document(traces: list[TraceResponse]) -> dict[str, Any]:
    """All of ``traces`` as one export request."""
    service = [_attribute("service.name", "jarvisd"), _attribute("service.version", __version__)]
    scope = {"name": "jarvisd.telemetry", "version": __version__}
    spans = [span for trace in traces for span in _spans(trace)]
    return {
        "resourceSpans": [
            {"resource": {"attributes": service}, "scopeSpans": [{"scope": scope, "spans": spans}]}
        ]
    }


def _spans(trace: TraceResponse) -> list[dict[str, Any]]:
    trace_id = _identifier(trace.reply, "trace", 16)
    root = _identifier(trace.reply, "reply", 8)
    end_ms = max(
        [span.start_ms + span.duration_ms for span in trace.spans] + list(trace.marks.values()),
        default=0.0,
    )
    whole = {
        "traceId": trace_id,
        "spanId": root,
        "name": "reply",
        "kind": _INTERNAL,
        "startTimeUnixNano": _nanoseconds(trace, 0.0),
        "endTimeUnixNano": _nanoseconds(trace, end_ms),
        "attributes": _attributes(trace),
        "events": [
            {"name": name, "timeUnixNano": _nanoseconds(trace, at)}
            for name, at in trace.marks.items()
        ],
        "status": {"code": _ERROR if trace.outcome == "failed" else _OK},
    }
    parts = [
        _part(trace, span, trace_id, root, f"{index}") for index, span in enumerate(trace.spans)
    ]
    return [whole, *parts]


def _part(
    trace: TraceResponse, span: TraceSpan, trace_id: str, parent: str, salt: str
) -> dict[str, Any]:
    attributes = []
    if span.utterance is not None:
        attributes.append(_attribute("jarvisd.utterance", span.utterance))
    if span.detail:
        attributes.append(_attribute("jarvisd.detail", span.detail))
    return {
        "traceId": trace_id,
        "spanId": _identifier(trace.reply, salt, 8),
        "parentSpanId": parent,
        "name": span.name,
        "kind": _INTERNAL,
        "startTimeUnixNano": _nanoseconds(trace, span.start_ms),
        "endTimeUnixNano": _nanoseconds(trace, span.start_ms + span.duration_ms),
        "attributes": attributes,
        "status": {},
    }


def _attributes(trace: TraceResponse) -> list[dict[str, Any]]:
    found = [
        _attribute(f"jarvisd.{name}", getattr(trace, name))
        for name in ("reply", "outcome", "provider", "engine", "voice", "fallback")
    ]
    figures = {name: getattr(trace.figures, name) for name in TraceFigures.__struct_fields__}
    found += [_attribute(f"jarvisd.{name}", at) for name, at in figures.items() if at is not None]
    for index, told in enumerate(trace.client):
        found.append(_attribute(f"jarvisd.client.{index}.samples", told.samples))
        found.append(_attribute(f"jarvisd.client.{index}.played_s", told.played_s))
    return found


def _attribute(key: str, value: str | bool | float) -> dict[str, Any]:
    match value:
        case bool():
            kind: dict[str, Any] = {"boolValue": value}
        case int():
            kind = {"intValue": str(value)}  # 64-bit numbers are text in this JSON
        case float():
            kind = {"doubleValue": value}
        case _:
            kind = {"stringValue": value}
    return {"key": key, "value": kind}


def _nanoseconds(trace: TraceResponse, offset_ms: float) -> str:
    return str(round(trace.started_at * 1e9) + round(offset_ms * 1e6))


def _identifier(reply: str, what: str, size: int) -> str:
    return hashlib.blake2b(f"{reply} {what}".encode(), digest_size=size).hexdigest()
