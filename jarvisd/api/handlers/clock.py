"""GET /v1/clock: the daemon's clocks, so that a client can tell how far its own are from them."""

import time

from jarvisd.api.exchange import Exchange
from jarvisd.wire import ClockResponse


async def handle(_exchange: Exchange) -> ClockResponse:
    """Both, read together."""
    return ClockResponse(monotonic=time.monotonic(), wall=time.time())
