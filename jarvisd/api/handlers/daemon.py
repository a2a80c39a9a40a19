"""The daemon itself: its version, its clocks, its routes, and its configuration."""

import functools
import platform
import time
from importlib import metadata

from jarvisd.api.access import Role
from jarvisd.api.exchange import Document, Exchange, Route, route
from jarvisd.api.openapi import describe
from jarvisd.wire import (
    SCHEMA,
    ClockResponse,
    ConfigResponse,
    ReloadResponse,
    RouteInfo,
    RoutesResponse,
    VersionResponse,
)

PACKAGES = ("httptools", "httpx", "msgspec", "soxr", "structlog", "uvloop", "wsproto")


@route("GET /v1/", Role.OBSERVER, RoutesResponse)
async def routes(exchange: Exchange) -> RoutesResponse:
    """List the routes."""
    return RoutesResponse(
        routes=[
            RouteInfo(
                method=found.method, path=found.path, role=found.role.label, summary=found.summary
            )
            for found in exchange.routes
        ]
    )


@route("GET /v1/openapi.json", Role.OBSERVER)
async def openapi(exchange: Exchange) -> Document:
    """This description."""
    return _document(exchange.routes)


@route("GET /v1/version", Role.OBSERVER, VersionResponse)
async def version(_exchange: Exchange) -> VersionResponse:
    """Versions of the daemon, the protocol, Python and the platform."""
    return _versions()


@route("GET /v1/clock", Role.OBSERVER, ClockResponse)
async def clock(_exchange: Exchange) -> ClockResponse:
    """The daemon's clocks."""
    return ClockResponse(monotonic=time.monotonic(), wall=time.time())


@route("GET /v1/config", Role.OPERATOR, ConfigResponse)
async def config(exchange: Exchange) -> ConfigResponse:
    """The settings in force, and where each was set."""
    return exchange.services.configuration()


@route("POST /v1/reload", Role.ADMIN, ReloadResponse)
async def reload(exchange: Exchange) -> ReloadResponse:
    """Reload the configuration."""
    return await exchange.services.reload()


@functools.cache
def _document(routes: tuple[Route, ...]) -> Document:
    """Made once, because the routes never change."""
    return Document(describe(routes))


@functools.cache
def _versions() -> VersionResponse:
    return VersionResponse(
        version=_version("jarvisd") or "unknown",
        schema=SCHEMA,
        python=platform.python_version(),
        platform=platform.platform(),
        packages={name: found for name in PACKAGES if (found := _version(name))},
    )


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
