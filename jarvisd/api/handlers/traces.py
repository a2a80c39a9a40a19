"""Traces: where the time of a reply went."""

from jarvisd.api.access import Role
from jarvisd.api.exchange import Exchange, route
from jarvisd.telemetry.trace_spans import info_of, response_of
from jarvisd.wire import LimitQuery, TraceResponse, TracesResponse


@route("GET /v1/traces", Role.OBSERVER, TracesResponse, query=LimitQuery)
async def traces(exchange: Exchange) -> TracesResponse:
    """The replies that were traced."""
    kept = exchange.services.telemetry.traces
    limit = exchange.query_as(LimitQuery).limit
    return TracesResponse(
        enabled=kept.enabled, traces=[info_of(trace) for trace in kept.newest()[:limit]]
    )


@route("GET /v1/traces/{reply}", Role.OBSERVER, TraceResponse)
async def trace(exchange: Exchange) -> TraceResponse:
    """Where the time of one reply went."""
    return response_of(exchange.services.telemetry.traces.get(exchange.path["reply"]))
