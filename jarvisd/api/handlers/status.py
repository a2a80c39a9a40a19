"""GET /v1/status: everything an owner looks at first."""

from jarvisd.api.exchange import Exchange
from jarvisd.wire import StatusResponse


async def handle(exchange: Exchange) -> StatusResponse:
    """The daemon's state, from memory."""
    return exchange.services.status()
