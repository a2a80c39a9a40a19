"""POST /v1/replies/{reply}/pause: hold a reply where it is."""

from jarvisd.api.exchange import Exchange
from jarvisd.wire import ReplyInfo


async def handle(exchange: Exchange) -> ReplyInfo:
    """Stop playback, and tell where the reply stands."""
    return exchange.services.replies.get(exchange.path["reply"]).pause()
