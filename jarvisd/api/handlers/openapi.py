"""GET /v1/openapi.json: the API described by its own wire structs."""

import functools

from jarvisd.api.exchange import Document, Exchange, Route
from jarvisd.api.openapi import describe


async def handle(exchange: Exchange) -> Document:
    """The OpenAPI document; made once, because the routes never change."""
    return _document(exchange.routes)


@functools.cache
def _document(routes: tuple[Route, ...]) -> Document:
    return Document(describe(routes))
