"""GET /v1/notices: what happened that is worth knowing."""

from jarvisd.api.exchange import Exchange
from jarvisd.api.types import LimitQuery, NoticesResponse
from jarvisd.telemetry.records import newest


async def handle(exchange: Exchange) -> NoticesResponse:
    """Newest first."""
    limit = exchange.query_as(LimitQuery).limit
    return NoticesResponse(notices=newest(exchange.services.telemetry.records.notices, limit))
