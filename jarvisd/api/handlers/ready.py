"""GET /v1/ready: whether a reply can be answered and spoken now, and if not, why."""

from jarvisd.api.exchange import Exchange
from jarvisd.api.types import ReadyResponse

# A component in one of these states does its part.
_WORKING = frozenset({"ready", "idle", "degraded"})


async def handle(exchange: Exchange) -> ReadyResponse:
    """Check every component; always 200, because the daemon itself is fine."""
    components = await exchange.services.components()
    ready = all(component.state in _WORKING for component in components)
    return ReadyResponse(ready=ready, components=components)
