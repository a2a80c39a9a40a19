"""GET /v1/traces: the replies that were traced."""

from jarvisd.api.exchange import Exchange
from jarvisd.telemetry.trace_spans import info_of
from jarvisd.wire import LimitQuery, TracesResponse


async def handle(exchange: Exchange) -> TracesResponse:
    """Newest first."""
    traces = exchange.services.telemetry.traces
    limit = exchange.query_as(LimitQuery).limit
    found = [info_of(trace) for trace in traces.newest()[:limit]]
    return TracesResponse(enabled=traces.enabled, traces=found)
