"""GET /v1/traces/{reply}: where the time of one reply went."""

from jarvisd.api.exchange import Exchange
from jarvisd.telemetry.trace_spans import response_of
from jarvisd.wire import TraceResponse


async def handle(exchange: Exchange) -> TraceResponse:
    """Its spans, figures and marks."""
    return response_of(exchange.services.telemetry.traces.get(exchange.path["reply"]))
