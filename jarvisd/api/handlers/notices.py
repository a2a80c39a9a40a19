"""GET /v1/notices: what happened that is worth knowing."""

from jarvisd.api.exchange import Exchange
from jarvisd.telemetry.records import newest
from jarvisd.wire import LimitQuery, NoticesResponse


async def handle(exchange: Exchange) -> NoticesResponse:
    """Newest first."""
    limit = exchange.query_as(LimitQuery).limit
    return NoticesResponse(notices=newest(exchange.services.telemetry.records.notices, limit))
