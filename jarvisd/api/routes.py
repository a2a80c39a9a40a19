"""The route table: every verb of the API, sorted by path and method.

A route is declared at its handler. Nothing else defines routes; ``GET /v1/`` and the OpenAPI
document are made from this table.
"""

from jarvisd.api.exchange import Route
from jarvisd.api.handlers import (
    conversations,
    daemon,
    events,
    logs,
    metrics,
    openai,
    replies,
    status,
    traces,
    voices,
)

NOUNS = (
    conversations,
    daemon,
    events,
    logs,
    metrics,
    openai,
    replies,
    status,
    traces,
    voices,
)

ROUTES: tuple[Route, ...] = tuple(
    sorted(
        (found for noun in NOUNS for found in vars(noun).values() if isinstance(found, Route)),
        key=lambda route: route.key,
    )
)
