"""POST /v1/replies/{reply}/interrupt: stop a reply at once."""

from jarvisd.api.exchange import Exchange
from jarvisd.wire import InterruptRequest, InterruptResponse


async def handle(exchange: Exchange) -> InterruptResponse:
    """Stop it, and tell what had been heard; an empty body will do."""
    request = exchange.body_as(InterruptRequest)
    reply = exchange.services.replies.get(exchange.path["reply"])
    return await reply.interrupt(played=request.played, wait=request.wait)
