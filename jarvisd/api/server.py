"""The API's server: accepts on sockets that it is given, and ends in time.

uvicorn's protocol, without its ``Server``: that one takes the process's signals, which are the
daemon's, and wakes ten times a second even when nothing happens. Here an idle server sleeps.
"""

import asyncio
import socket
from contextlib import suppress

import structlog
from uvicorn.config import Config
from uvicorn.server import ServerState

from jarvisd.api.access import AccessPolicy
from jarvisd.api.application import Application
from jarvisd.api.connections import ConnectionCounters
from jarvisd.api.exchange import Route
from jarvisd.api.protocol import ControlProtocol
from jarvisd.api.routes import ROUTES
from jarvisd.api.services import Services
from jarvisd.config.settings import ApiSettings

BACKLOG = 128
# After its time is up, a cancelled handler gets this long to clean up and say so.
CANCEL_S = 0.5

log = structlog.get_logger("jarvisd.api")


class ApiServer:
    """Serves the control API on ``sockets``, which stay the caller's to unlink."""

    def __init__(
        self,
        services: Services,
        sockets: list[socket.socket],
        *,
        routes: tuple[Route, ...] = ROUTES,
        policy: AccessPolicy | None = None,
        counters: ConnectionCounters | None = None,
    ) -> None:
        self._services = services
        self._sockets = sockets
        self._servers: list[asyncio.Server] = []
        self._state = ServerState()
        self.counters = counters or ConnectionCounters()
        self._settings = services.settings.api
        policy = policy or AccessPolicy(self._settings)
        self._application = Application(services, routes, policy)
        self._config = Config(
            self._application,
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=self._settings.idle_timeout_s,  # type: ignore[arg-type]  # a delay
        )

    @property
    def connections(self) -> int:
        """How many connections are open now."""
        return self.counters.open

    def apply(self, settings: ApiSettings) -> None:
        """New limits, for the connections to come."""
        self._settings = settings
        self._application.apply(settings)

    async def start(self) -> None:
        """Begin to accept."""
        self._config.load()
        loop = asyncio.get_running_loop()
        for listening in self._sockets:
            server = await loop.create_server(self._protocol, sock=listening, backlog=BACKLOG)
            self._servers.append(server)

    async def stop(self, deadline_s: float) -> None:
        """Accept no more, let running requests end until ``deadline_s``, then cut them."""
        for server in self._servers:
            server.close()
        self._services.events.close()
        self._services.log_lines.close()
        self._services.sampler.dismiss()
        for connection in list(self._state.connections):
            connection.shutdown()
        await self._wait_until_empty(deadline_s)
        if self._state.tasks:
            log.warning("api.cut", requests=len(self._state.tasks))
            for task in list(self._state.tasks):
                task.cancel()
        await self._wait_until_empty(CANCEL_S)
        for connection in list(self._state.connections):
            connection.transport.abort()
        for server in self._servers:
            await server.wait_closed()
        self._servers.clear()

    async def _wait_until_empty(self, seconds: float) -> None:
        """Wait until the last connection is closed: then all that was owed has been sent."""
        empty = asyncio.Event()
        self.counters.on_empty = empty.set
        if self.counters.open == 0:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await empty.wait()

    def _protocol(self) -> ControlProtocol:
        return ControlProtocol(
            self._config,
            self._state,
            settings=self._settings,
            counters=self.counters,
            loop=asyncio.get_running_loop(),
        )
