"""POST /v1/replies/{reply}/played: the client tells how far it has played a reply."""

from jarvisd.api.exchange import Exchange
from jarvisd.api.types import PlayedRequest, ReplyInfo


async def handle(exchange: Exchange) -> ReplyInfo:
    """Record the position, and tell where the reply stands."""
    request = exchange.body_as(PlayedRequest)
    reply = exchange.services.replies.get(exchange.path["reply"])
    return reply.played(request.samples, request.ended)
