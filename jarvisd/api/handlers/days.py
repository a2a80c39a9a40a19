"""GET /v1/days: a summary of each day."""

from jarvisd.api.exchange import Exchange
from jarvisd.telemetry.daily_summary import day_of
from jarvisd.wire import DaysResponse, LimitQuery


async def handle(exchange: Exchange) -> DaysResponse:
    """Today from memory, and the days before it from disk."""
    services = exchange.services
    limit = exchange.query_as(LimitQuery).limit
    today = services.telemetry.daily.today()
    kept = await services.store.days(limit)
    days = [today, *(day_of(summary) for summary in kept if summary.day < today.day)]
    return DaysResponse(days=days[:limit])
