"""The daemon's state: alive, ready, healthy, and the whole status."""

from collections.abc import Sequence

import msgspec

from jarvisd.api.access import Role
from jarvisd.api.exchange import Exchange, route
from jarvisd.api.handlers.replies import visible
from jarvisd.telemetry.records import newest
from jarvisd.wire import (
    Component,
    GovernorResponse,
    HealthQuery,
    HealthResponse,
    LiveResponse,
    ReadyResponse,
    StatusResponse,
)

# A component in one of these states does its part, or something does it instead.
_WORKING = frozenset({"ready", "idle", "degraded"})
_CONSIDERATE = frozenset({"cgroup"})


@route("GET /v1/status", Role.OBSERVER, StatusResponse)
async def status(exchange: Exchange) -> StatusResponse:
    """The state of the daemon."""
    found = exchange.services.status()
    replies = [visible(info, exchange.role) for info in found.replies]
    return msgspec.structs.replace(found, replies=replies)


@route("GET /v1/live", Role.OBSERVER, LiveResponse)
async def live(exchange: Exchange) -> LiveResponse:
    """Answers while the daemon makes progress."""
    return LiveResponse(loop_lag_ms=exchange.services.loop_lag_ms())


@route("GET /v1/ready", Role.OBSERVER, ReadyResponse)
async def ready(exchange: Exchange) -> ReadyResponse:
    """Whether a reply can be answered now, and every component's state."""
    components = await exchange.services.components()
    return ReadyResponse(ready=is_ready(components), components=components)


@route("GET /v1/health", Role.OBSERVER, HealthResponse, query=HealthQuery)
async def health(exchange: Exchange) -> HealthResponse:
    """Every component: its state, since when, and what helps; the last checks."""
    services, query = exchange.services, exchange.query_as(HealthQuery)
    components = await services.components(query.max_age_s)
    checks = newest(services.telemetry.records.checks, query.limit)
    return HealthResponse(ready=is_ready(components), components=components, checks=checks)


@route("GET /v1/governor", Role.OBSERVER, GovernorResponse)
async def governor(exchange: Exchange) -> GovernorResponse:
    """How much CPU speech may use, and why."""
    return exchange.services.governor()


def is_ready(components: Sequence[Component]) -> bool:
    """Whether every component that counts does its part."""
    return all(found.state in _WORKING for found in components if _counts(found))


def _counts(component: Component) -> bool:
    """``engine.piper`` is a detail of the voice, which has a component that speaks for all; without
    a control group of its own the daemon speaks too, only less considerately.
    """
    return "." not in component.name and component.name not in _CONSIDERATE
