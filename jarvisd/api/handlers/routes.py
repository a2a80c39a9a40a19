"""GET /v1/: every route of the API."""

from jarvisd.api.exchange import Exchange
from jarvisd.wire import RouteInfo, RoutesResponse


async def handle(exchange: Exchange) -> RoutesResponse:
    """The route table, sorted."""
    return RoutesResponse(
        routes=[
            RouteInfo(
                method=route.method, path=route.path, role=route.role.label, summary=route.summary
            )
            for route in exchange.routes
        ]
    )
