"""GET /v1/health: every component with what helps, and the checks made so far."""

from jarvisd.api.exchange import Exchange
from jarvisd.api.handlers.ready import is_ready
from jarvisd.telemetry.records import newest
from jarvisd.wire import HealthQuery, HealthResponse


async def handle(exchange: Exchange) -> HealthResponse:
    """Ask every component, as recently as its cache and the query allow."""
    services, query = exchange.services, exchange.query_as(HealthQuery)
    components = await services.components(query.max_age_s)
    checks = newest(services.telemetry.records.checks, query.limit)
    return HealthResponse(ready=is_ready(components), components=components, checks=checks)
