"""GET /v1/ready: whether a reply can be answered and spoken now, and if not, why."""

from collections.abc import Sequence

from jarvisd.api.exchange import Exchange
from jarvisd.wire import Component, ReadyResponse

# A component in one of these states does its part, or something does it instead.
_WORKING = frozenset({"ready", "idle", "degraded"})
_CONSIDERATE = frozenset({"cgroup"})


async def handle(exchange: Exchange) -> ReadyResponse:
    """Check every component; always 200, because the daemon itself is fine."""
    components = await exchange.services.components()
    return ReadyResponse(ready=is_ready(components), components=components)


def is_ready(components: Sequence[Component]) -> bool:
    """Whether every component that counts does its part."""
    return all(found.state in _WORKING for found in components if _counts(found))


def _counts(component: Component) -> bool:
    """``engine.piper`` is a detail of the voice, which has a component that speaks for all; without
    a control group of its own the daemon speaks too, only less considerately.
    """
    return "." not in component.name and component.name not in _CONSIDERATE
