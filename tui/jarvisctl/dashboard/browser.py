"""The dashboard in a browser of this host: who may open it, and how many at a time.

The address holds a token, so that other users and programs of the host cannot open it; requests
with a foreign Host or Origin are refused, so that no page of somebody else can, either. Nothing is
loaded from the network. It must never listen beyond this host.
"""

import logging
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web
from textual_serve.server import Server

HOST = "127.0.0.1"
MOST_SESSIONS = 4
TOKEN_BYTES = 16
PAGE = Path(__file__).with_name("page")
HEADERS = {
    "Content-Security-Policy": "default-src 'self' data:; connect-src 'self' ws:; "
    "script-src 'self'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",  # it would carry the token
    "X-Content-Type-Options": "nosniff",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class BrowserServer(Server):
    """Serves a terminal program, one process for each session, to clients that know ``address``."""

    def __init__(self, command: str, *, port: int, say: Callable[[str], None]) -> None:
        """``say`` gets the address when the port is open."""
        super().__init__(command, host=HOST, port=port, title="jarvisd", templates_path=PAGE)
        self.address = f"http://{HOST}:{port}/{secrets.token_urlsafe(TOKEN_BYTES)}"
        self.public_url = f"http://{HOST}:{port}"
        self._say = say
        self._sessions = 0

    async def application(self) -> web.Application:
        """What is served: everything lies behind the token."""
        inner = await super()._make_app()
        inner.on_startup.clear()  # it would print a banner and an address without the token
        outer = web.Application(middlewares=[self._guard])
        prefix = self.address.removeprefix(self.public_url)
        outer.add_subapp(prefix, inner)
        return outer

    def serve(self, debug: bool = False) -> None:
        """Serve until Ctrl-C or SIGTERM. Raises ``OSError`` where the port is taken.

        Nothing is logged: any program of this host could write to this terminal through a log.
        """
        self.debug = debug
        logging.basicConfig(handlers=[logging.NullHandler()], force=True)
        web.run_app(
            self.application(),
            host=self.host,
            port=self.port,
            access_log=None,
            print=lambda _: self._say(f"{self.address}/"),
        )

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """One session, where there is room for another one."""
        if self._sessions >= MOST_SESSIONS:
            raise web.HTTPServiceUnavailable(
                text=f"{MOST_SESSIONS} sessions are open, which is the limit. Close one.",
                headers={"Retry-After": "5"},
            )
        self._sessions += 1
        try:
            return await super().handle_websocket(request)
        finally:
            self._sessions -= 1

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse what does not come from this server's own page on this host."""
        own = {f"{name}:{self.port}" for name in (HOST, "localhost")}
        if self.port == 80:
            own |= {HOST, "localhost"}
        origin = request.headers.get("Origin")
        if request.host not in own or origin not in {None, *(f"http://{name}" for name in own)}:
            raise web.HTTPForbidden(text="Open the address that jarvisctl printed.")
        response = await handler(request)
        if not response.prepared:
            response.headers.update(HEADERS)
        return response
