"""The API's server: accepts connections on given sockets, and stops in time.

Never handles signals (the daemon does), and never wakes up when idle.
"""

import asyncio
import socket
from contextlib import suppress

import structlog

from jarvisd.api.access import AccessPolicy
from jarvisd.api.application import Application
from jarvisd.api.connection import Connection
from jarvisd.api.exchange import Route
from jarvisd.api.limits import Connections
from jarvisd.api.routes import ROUTES
from jarvisd.api.services import Services
from jarvisd.config.settings import ApiSettings

BACKLOG = 128
# After its time is up, a cancelled handler gets this long to clean up and say so.
CANCEL_S = 0.5

log = structlog.get_logger("jarvisd.api")


class ApiServer:
    """Serves the control API on ``sockets``; the caller removes their files."""

    def __init__(
        self,
        services: Services,
        sockets: list[socket.socket],
        *,
        routes: tuple[Route, ...] = ROUTES,
        connections: Connections | None = None,
    ) -> None:
        self._services = services
        self._sockets = sockets
        self._servers: list[asyncio.Server] = []
        settings = services.settings.api
        self.counters = connections or Connections(settings, AccessPolicy(settings))
        self._application = Application(services, routes, self.counters.policy)

    @property
    def connections(self) -> int:
        """How many connections are open now."""
        return self.counters.open

    def apply(self, settings: ApiSettings) -> None:
        """New limits, for the connections to come."""
        self.counters.settings = settings
        self._application.apply(settings)

    async def start(self) -> None:
        """Begin to accept."""
        loop = asyncio.get_running_loop()
        for listening in self._sockets:
            server = await loop.create_server(self._connection, sock=listening, backlog=BACKLOG)
            self._servers.append(server)

    async def stop(self, deadline_s: float) -> None:
        """Accept no more, let running requests end until ``deadline_s``, then cut them."""
        for server in self._servers:
            server.close()
        self._services.events.close()
        self._services.log_lines.close()
        self._services.sampler.dismiss()
        for connection in self.counters.each():
            connection.shutdown()
        await self._wait_until_none(deadline_s)
        working = [connection for connection in self.counters.each() if connection.cancel()]
        if working:
            log.warning("api.cut", requests=len(working))
        await self._wait_until_none(CANCEL_S)
        for connection in self.counters.each():
            connection.abort()
        for server in self._servers:
            await server.wait_closed()
        self._servers.clear()

    async def _wait_until_none(self, seconds: float) -> None:
        """Wait until the last connection is closed: then every answer has been sent."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.counters.wait_until_none()

    def _connection(self) -> Connection:
        return Connection(self._application, self.counters)
