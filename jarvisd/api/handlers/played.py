"""POST /v1/replies/{reply}/played: the client tells how far it has played a reply."""

from jarvisd.api.exchange import Exchange
from jarvisd.wire import ClientTrace, PlayedRequest, ReplyInfo


async def handle(exchange: Exchange) -> ReplyInfo:
    """Record the position, and tell where the reply stands."""
    request = exchange.body_as(PlayedRequest)
    reply = exchange.services.replies.get(exchange.path["reply"])
    if request.at is not None:
        told = ClientTrace(
            samples=request.samples,
            played_s=request.at,
            offset_s=request.clock_offset_s,
            error_s=request.clock_error_s,
        )
        exchange.services.telemetry.traces.played(exchange.path["reply"], told)
    return reply.played(request.samples, request.ended)
