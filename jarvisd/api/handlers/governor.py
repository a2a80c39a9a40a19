"""GET /v1/governor: how much of the machine speech may have, and why."""

from jarvisd.api.exchange import Exchange
from jarvisd.wire import GovernorResponse


async def handle(exchange: Exchange) -> GovernorResponse:
    """What is in force, and the newest decisions."""
    return exchange.services.governor()
