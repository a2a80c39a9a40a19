"""GET /v1/version: versions of the daemon, the protocol and what it runs on."""

import functools
import platform
from importlib import metadata

from jarvisd.api.exchange import Exchange
from jarvisd.wire import SCHEMA, VersionResponse

PACKAGES = ("httpx", "msgspec", "soxr", "starlette", "structlog", "uvicorn", "uvloop")


async def handle(_exchange: Exchange) -> VersionResponse:
    """Versions, read once."""
    return _versions()


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
