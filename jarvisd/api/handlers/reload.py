"""POST /v1/reload: read the configuration again."""

from jarvisd.api.exchange import Exchange
from jarvisd.wire import ReloadResponse


async def handle(exchange: Exchange) -> ReloadResponse:
    """Put what can change in force, and name what waits for a restart."""
    return await exchange.services.reload()
