"""The ASGI application: from a request to its handler, and from what that returns to a response.

Responsible for the steps that all routes share: find the route, check the role, read and decode,
answer, and turn every failure into an error body with a stable code. Never knows what a route does.
"""

import asyncio
import difflib
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import aclosing
from typing import Any

import structlog
from starlette.routing import Route as PathRoute
from starlette.routing import Router

from jarvisd.api.access import AccessPolicy
from jarvisd.api.bodies import BodyDecoder, decode_query, encode, encode_error
from jarvisd.api.exchange import Answer, Document, Exchange, Route, Stream
from jarvisd.api.presence import ClientGoneError, Connection, present
from jarvisd.api.services import Services
from jarvisd.config.settings import ApiSettings
from jarvisd.errors import (
    AccessError,
    JarvisError,
    NotFoundError,
    RequestError,
    UnavailableError,
)
from jarvisd.wire import Request

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

log = structlog.get_logger("jarvisd.api")


class MethodError(RequestError):
    """The path exists, but not with this method."""

    status = 405
    default_code = "request.method"


class Application:
    """Serves ``routes``. Starlette matches paths; everything after that is ours."""

    def __init__(self, services: Services, routes: tuple[Route, ...], policy: AccessPolicy) -> None:
        self._paths = sorted({route.path for route in routes})
        self._endpoints: list[Endpoint] = []
        by_path: dict[str, dict[str, Endpoint]] = {path: {} for path in self._paths}
        for route in routes:
            endpoint = Endpoint(route, routes, services, policy)
            self._endpoints.append(endpoint)
            by_path[route.path][route.method] = endpoint
        endpoints = {path: PathEndpoint(methods) for path, methods in by_path.items()}
        # Most paths are fixed: one look-up instead of one regular expression per route.
        self._fixed = {path: found for path, found in endpoints.items() if "{" not in path}
        self._router = Router(
            [PathRoute(path, found) for path, found in endpoints.items() if "{" in path],
            redirect_slashes=False,
            default=self._unknown_path,
        )

    def apply(self, settings: ApiSettings) -> None:
        """New limits for the requests to come."""
        for endpoint in self._endpoints:
            endpoint.apply(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; whatever goes wrong is answered too."""
        started = False

        async def sending(message: MutableMapping[str, Any]) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._fixed.get(scope["path"], self._router)(scope, receive, sending)
        except ClientGoneError:
            connection = scope["state"]["connection"]
            if connection.gone:  # otherwise the connection itself has refused the request
                connection.truncate()
        except asyncio.CancelledError:
            # The server stops and this took too long; it is the task's end, so nobody else asks.
            stopping = UnavailableError("the daemon is stopping", code="daemon.stopping")
            await _fail(scope, send, stopping, started=started)
        except JarvisError as error:
            _log_refusal(scope, error, started=started)
            await _fail(scope, send, error, started=started)
        except Exception as bug:
            log.exception("request.crashed", path=_printable_path(scope), method=scope["method"])
            internal = JarvisError(
                f"internal error: {type(bug).__name__}", hint="See jarvisd's log."
            )
            await _fail(scope, send, internal, started=started)

    async def _unknown_path(self, scope: Scope, _receive: Receive, _send: Send) -> None:
        path = scope["path"]
        near = difflib.get_close_matches(path[:200], self._paths, n=1)
        hint = f"Did you mean {near[0]}?" if near else "GET /v1/ lists every route."
        raise NotFoundError(f"there is no route {path[:200]}", hint=hint)


class PathEndpoint:
    """All methods of one path."""

    def __init__(self, methods: dict[str, "Endpoint"]) -> None:
        self._methods = methods
        self._allow = ", ".join(sorted(methods))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand over to the method's endpoint, or refuse it naming those that exist."""
        endpoint = self._methods.get(scope["method"])
        if endpoint is None:
            scope["allow"] = self._allow
            raise MethodError(
                f"{scope['path'][:200]} does not take {scope['method']}",
                hint=f"Allowed: {self._allow}.",
            )
        await endpoint(scope, receive, send)


class Endpoint:
    """One route, made ready: its decoder is compiled and its role known."""

    def __init__(
        self, route: Route, routes: tuple[Route, ...], services: Services, policy: AccessPolicy
    ) -> None:
        self._route = route
        self._routes = routes
        self._services = services
        self._policy = policy
        self._decoder: BodyDecoder | None = None
        self.apply(services.settings.api)

    def apply(self, settings: ApiSettings) -> None:
        """New limits for the requests to come."""
        route = self._route
        if route.body is not None:
            self._decoder = BodyDecoder(
                route.body, max_text_chars=settings.max_text_chars, optional=route.body_optional
            )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, decode, handle, answer."""
        connection: Connection = scope["state"]["connection"]
        if connection.peer is None:
            raise AccessError("the kernel did not say who is calling")
        route = self._route
        role = self._policy.require(connection.peer, route.role)
        query = None
        if route.query is not None or scope["query_string"]:
            query = decode_query(scope["query_string"], route.query or Request)
        body = await self._read(receive)
        exchange = Exchange(
            services=self._services,
            peer=connection.peer,
            role=role,
            path=scope.get("path_params", {}),
            query=query,
            body=body,
            accept=_header(scope, b"accept"),
            routes=self._routes,
        )
        await _answer(await route.handler(exchange), connection, send)

    async def _read(self, receive: Receive) -> Request | None:
        if self._decoder is None:
            return None
        pieces = []
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGoneError
            pieces.append(message["body"])
            if not message["more_body"]:
                break
        return self._decoder.decode(b"".join(pieces))


async def _answer(answer: Answer, connection: Connection, send: Send) -> None:
    if isinstance(answer, Stream):
        await _stream(answer, connection, send)
        return
    document = answer if isinstance(answer, Document) else Document(encode(answer))
    await _send(send, 200, document.body + b"\n", content_type=document.content_type)


async def _stream(stream: Stream, connection: Connection, send: Send) -> None:
    """Send the pieces as they come; the response starts with the first, or with the end."""
    complete = False
    try:
        async with present(connection), aclosing(stream.pieces) as pieces:
            first = await anext(pieces, b"")
            await send(_start(200, _stream_headers(stream)))
            await send({"type": "http.response.body", "body": first, "more_body": True})
            async for piece in pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            complete = True
            await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        if not complete and stream.abandoned is not None:
            stream.abandoned()


def _stream_headers(stream: Stream) -> Headers:
    named = [(b"content-type", stream.content_type.encode())]
    return named + [(name.encode(), value.encode()) for name, value in stream.headers.items()]


def _start(status: int, headers: Headers) -> dict[str, Any]:
    return {"type": "http.response.start", "status": status, "headers": headers}


async def _send(
    send: Send,
    status: int,
    body: bytes,
    *,
    content_type: str = "application/json",
    extra: Headers | None = None,
) -> None:
    headers = [
        (b"content-type", content_type.encode()),
        (b"content-length", str(len(body)).encode()),
        *(extra or ()),
    ]
    await send(_start(status, headers))
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _fail(scope: Scope, send: Send, error: JarvisError, *, started: bool) -> None:
    if started:
        scope["state"]["connection"].truncate()
        return
    extra: Headers = []
    if "allow" in scope:
        extra.append((b"allow", scope["allow"].encode()))
    if error.retry_after_s is not None:
        extra.append((b"retry-after", str(max(1, round(error.retry_after_s))).encode()))
    await _send(send, status_for(error), encode_error(error), extra=extra)


def status_for(error: JarvisError) -> int:
    """The status of ``error``: what is not known is 404, whichever room says so."""
    return 404 if error.code.endswith("unknown") else error.status


def _log_refusal(scope: Scope, error: JarvisError, *, started: bool) -> None:
    peer = scope["state"]["connection"].peer
    ours = started or error.status >= 500 or isinstance(error, AccessError)
    (log.warning if ours else log.info)(
        "request.cut" if started else "request.refused",
        code=error.code,
        reason=error.message,
        method=scope["method"],
        path=_printable_path(scope),
        uid=peer.uid if peer else None,
        pid=peer.pid if peer else None,
    )


def _header(scope: Scope, name: bytes) -> str:
    return ",".join(value.decode("latin-1") for key, value in scope["headers"] if key == name)


def _printable_path(scope: Scope) -> str:
    """The path as it was sent, percent-encoded: decoded, it could forge lines of the log."""
    return str(scope["raw_path"][:200], "ascii", "replace")
