"""GET /v1/replies/recent: the replies that ended last, and how long things took."""

from jarvisd.api.exchange import Exchange
from jarvisd.wire import LimitQuery, RecentRepliesResponse


async def handle(exchange: Exchange) -> RecentRepliesResponse:
    """Newest first, with the quantiles of each span."""
    return exchange.services.telemetry.records.recent(exchange.query_as(LimitQuery).limit)
