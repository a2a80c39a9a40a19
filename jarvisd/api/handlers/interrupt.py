"""POST /v1/replies/{reply}/interrupt: stop a reply at once."""

from jarvisd.api.exchange import Exchange
from jarvisd.api.types import InterruptResponse


async def handle(exchange: Exchange) -> InterruptResponse:
    """Stop it, and tell what had been heard."""
    return await exchange.services.replies.get(exchange.path["reply"]).interrupt()
