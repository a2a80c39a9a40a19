"""GET /v1/live: this process makes progress."""

from jarvisd.api.exchange import Exchange
from jarvisd.wire import LiveResponse


async def handle(exchange: Exchange) -> LiveResponse:
    """Say so; dependencies are /v1/ready's business."""
    return LiveResponse(loop_lag_ms=exchange.services.loop_lag_ms())
