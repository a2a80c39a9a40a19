"""PUT /v1/log/level: log more or less than configured, for a while or until the restart."""

from jarvisd.api.exchange import Exchange
from jarvisd.wire import LogLevelRequest, LogLevelResponse


async def handle(exchange: Exchange) -> LogLevelResponse:
    """Change the level, or go back to the configured one."""
    wanted = exchange.body_as(LogLevelRequest)
    level = None if wanted.level == "configured" else wanted.level
    return exchange.services.log_level.ask(level, wanted.for_s)
