"""POST /v1/replies/{reply}/resume: let a paused reply go on."""

from jarvisd.api.exchange import Exchange
from jarvisd.wire import ReplyInfo


async def handle(exchange: Exchange) -> ReplyInfo:
    """Go on playing, and tell where the reply stands."""
    return exchange.services.replies.get(exchange.path["reply"]).resume()
