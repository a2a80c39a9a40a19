"""DELETE /v1/conversations/{conversation}: forget a conversation for good."""

from jarvisd.api.exchange import Exchange
from jarvisd.wire import DeletedResponse


async def handle(exchange: Exchange) -> DeletedResponse:
    """Delete it; tells how many messages are gone."""
    deleted = await exchange.services.store.forget(exchange.path["conversation"])
    return DeletedResponse(deleted=deleted)
