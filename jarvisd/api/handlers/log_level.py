"""GET /v1/log/level: which severity is logged."""

from jarvisd.api.exchange import Exchange
from jarvisd.wire import LogLevelResponse


async def handle(exchange: Exchange) -> LogLevelResponse:
    """The level in force, the configured one, and when that returns."""
    return exchange.services.log_level.state()
