"""GET /metrics: everything that is measured, in OpenMetrics."""

from jarvisd.api.exchange import Document, Exchange
from jarvisd.telemetry.openmetrics import CONTENT_TYPE


async def handle(exchange: Exchange) -> Document:
    """The whole exposition."""
    text = await exchange.services.metrics()
    return Document(text.encode(), CONTENT_TYPE)
