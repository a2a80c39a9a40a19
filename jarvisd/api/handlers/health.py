"""GET /v1/health: every component with what helps, and the checks made so far."""

from jarvisd.api.exchange import Exchange
from jarvisd.api.handlers.ready import is_ready
from jarvisd.api.types import HealthResponse, LimitQuery
from jarvisd.telemetry.records import newest


async def handle(exchange: Exchange) -> HealthResponse:
    """Ask every component, as recently as its own cache allows."""
    services = exchange.services
    components = await services.components()
    limit = exchange.query_as(LimitQuery).limit
    checks = newest(services.telemetry.records.checks, limit)
    return HealthResponse(ready=is_ready(components), components=components, checks=checks)
