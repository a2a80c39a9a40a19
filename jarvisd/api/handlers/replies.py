"""GET /v1/replies: the replies in flight."""

from jarvisd.api.exchange import Exchange
from jarvisd.wire import RepliesResponse


async def handle(exchange: Exchange) -> RepliesResponse:
    """All replies that have not ended, oldest first."""
    return RepliesResponse(replies=[reply.info() for reply in exchange.services.replies.active()])
