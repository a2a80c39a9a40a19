"""GET /v1/replies/{reply}: where a reply stands."""

from jarvisd.api.exchange import Exchange
from jarvisd.wire import ReplyInfo


async def handle(exchange: Exchange) -> ReplyInfo:
    """State, voice and positions of one reply."""
    return exchange.services.replies.get(exchange.path["reply"]).info()
