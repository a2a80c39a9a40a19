"""From a request to its handler, and from the handler's result to an answer.

Responsible for the steps that all routes share: find the route, check the caller, read and decode,
answer, and turn every failure into an error body with a stable code. Never knows what a route does.
"""

import asyncio
import difflib
import re
from collections.abc import AsyncIterator
from contextlib import aclosing

import structlog

from jarvisd.api.access import AccessPolicy
from jarvisd.api.bodies import BodyDecoder, decode_query, encode, encode_error, error_headers
from jarvisd.api.browsers import JSON_TYPES, check_caller, check_media_type
from jarvisd.api.disconnect import ClientGoneError, disconnect_guard
from jarvisd.api.exchange import Answer, Document, Exchange, Handler, Route, SocketHandler, Stream
from jarvisd.api.request import HttpRequest
from jarvisd.api.services import Services
from jarvisd.api.websocket import FAILED, GOING_AWAY, WebSocket
from jarvisd.config.settings import ApiSettings
from jarvisd.errors import (
    AccessError,
    JarvisError,
    NotFoundError,
    RequestError,
    UnavailableError,
)
from jarvisd.wire import Request

_PARAMETER = re.compile(r"\{(\w+)\}")

log = structlog.get_logger("jarvisd.api")


class MethodError(RequestError):
    """The path exists, but not with this method."""

    status = 405
    default_code = "request.method"

    def __init__(self, path: str, method: str, allowed: str) -> None:
        super().__init__(f"{path} does not take {method}", hint=f"Allowed: {allowed}.")
        self.allowed = allowed


class Application:
    """Serves ``routes``."""

    def __init__(self, services: Services, routes: tuple[Route, ...], policy: AccessPolicy) -> None:
        self._endpoints = [Endpoint(route, routes, services, policy) for route in routes]
        methods: dict[str, dict[str, Endpoint]] = {}
        for endpoint in self._endpoints:
            methods.setdefault(endpoint.route.path, {})[endpoint.route.method] = endpoint
        # Most paths are fixed: one look-up instead of one regular expression per route.
        self._fixed = {path: found for path, found in methods.items() if "{" not in path}
        self._patterns = [
            (re.compile(_PARAMETER.sub(r"(?P<\1>[^/]+)", path)), found)
            for path, found in methods.items()
            if "{" in path
        ]
        self._paths = sorted(methods)

    def apply(self, settings: ApiSettings) -> None:
        """New limits for the requests to come."""
        for endpoint in self._endpoints:
            endpoint.apply(settings)

    async def __call__(self, request: HttpRequest) -> None:
        """Answer one request; every failure becomes an error response."""
        try:
            check_caller(request.head)
            endpoint, parameters = self._find(request.head.path, request.head.method)
            await endpoint(request, parameters)
        except ClientGoneError:
            request.client.truncate()
        except asyncio.CancelledError:
            # The server stops and this took too long; it is the task's end, so nobody else asks.
            await _fail(request, UnavailableError("the daemon is stopping", code="daemon.stopping"))
        except JarvisError as error:
            _log_refusal(request, error)
            await _fail(request, error)
        except Exception as bug:
            head = request.head
            log.exception("request.crashed", path=head.printable_path, method=head.method)
            name = type(bug).__name__
            await _fail(request, JarvisError(f"internal error: {name}", hint="See jarvisd's log."))

    def _find(self, path: str, method: str) -> tuple["Endpoint", dict[str, str]]:
        methods, parameters = self._fixed.get(path), {}
        for pattern, found in () if methods else self._patterns:
            if match := pattern.fullmatch(path):
                methods, parameters = found, match.groupdict()
                break
        if methods is None:
            near = difflib.get_close_matches(path[:200], self._paths, n=1)
            hint = f"Did you mean {near[0]}?" if near else "GET /v1/ lists every route."
            raise NotFoundError(f"there is no route {path[:200]}", hint=hint)
        if method not in methods:
            raise MethodError(path[:200], method, ", ".join(sorted(methods)))
        return methods[method], parameters


class Endpoint:
    """One route, made ready: its decoder is compiled and its role known."""

    def __init__(
        self, route: Route, routes: tuple[Route, ...], services: Services, policy: AccessPolicy
    ) -> None:
        self.route = route
        self._routes = routes
        self._services = services
        self._policy = policy
        self._decoder: BodyDecoder | None = None
        self.apply(services.settings.api)

    def apply(self, settings: ApiSettings) -> None:
        """New limits for the requests to come."""
        self._settings = settings
        route = self.route
        if route.body is not None:
            self._decoder = BodyDecoder(
                route.body, max_text_chars=settings.max_text_chars, optional=route.body_optional
            )

    async def __call__(self, request: HttpRequest, parameters: dict[str, str]) -> None:
        """Check, decode, handle, answer."""
        route, head = self.route, request.head
        peer = request.client.peer
        if peer is None:
            raise AccessError("the kernel did not say who is calling")
        role = self._policy.require(peer, route.role)
        check_media_type(head, route.streamed_body.media if route.streamed_body else JSON_TYPES)
        query = None
        if route.query is not None or head.query:
            query = decode_query(head.query, route.query or Request)
        exchange = Exchange(
            services=self._services,
            peer=peer,
            role=role,
            path=parameters,
            query=query,
            body=await self._read(request),
            accept=head.header(b"accept"),
            pieces=self._pieces(request),
            routes=self._routes,
        )
        if route.socket is not None:
            await self._talk(route.socket, exchange, request)
        elif route.handler is not None:
            await _answer(await self._handled(route.handler, exchange, request), request)

    async def _read(self, request: HttpRequest) -> Request | None:
        """The whole body, decoded; the body of a route that declares none is dropped."""
        if self.route.streamed_body is not None:
            return None
        body = await request.body.read(self._settings.max_body_bytes)
        return None if self._decoder is None else self._decoder.decode(body)

    def _pieces(self, request: HttpRequest) -> AsyncIterator[bytes] | None:
        if self.route.streamed_body is None:
            return None
        request.body.expect_within(self.route.streamed_body.within_s)
        return request.body.pieces()

    async def _handled(self, handler: Handler, exchange: Exchange, request: HttpRequest) -> Answer:
        """What the handler makes of it; of a stream nothing is made for a client that has gone."""
        if not self.route.streams:
            return await handler(exchange)
        async with disconnect_guard(request.client):
            return await handler(exchange)

    async def _talk(self, handler: SocketHandler, exchange: Exchange, request: HttpRequest) -> None:
        """Open the WebSocket and pass it on; it ends when its handler or its client ends."""
        settings = self._settings
        socket = WebSocket(
            request, limit=settings.max_body_bytes, silence_s=settings.idle_timeout_s
        )
        try:
            async with disconnect_guard(request.client):
                await handler(exchange, socket)
        except (ClientGoneError, asyncio.CancelledError):
            socket.close(GOING_AWAY)
            raise
        except Exception as error:
            socket.close(FAILED, error.code if isinstance(error, JarvisError) else "")
            raise
        socket.close()


async def _answer(answer: Answer, request: HttpRequest) -> None:
    if isinstance(answer, Stream):
        await _stream(answer, request)
        return
    document = answer if isinstance(answer, Document) else Document(encode(answer))
    headers = {"content-type": document.content_type}
    await request.answer(200, document.body + b"\n", headers=headers)


async def _stream(stream: Stream, request: HttpRequest) -> None:
    """Send the pieces as they come; the response starts with the first, or with the end."""
    complete = False
    try:
        async with disconnect_guard(request.client), aclosing(stream.pieces) as pieces:
            first = await anext(pieces, b"")
            await request.start({"content-type": stream.content_type, **stream.headers})
            await request.send(first)
            async for piece in pieces:
                await request.send(piece)
            complete = True
            request.end()
    finally:
        if not complete and stream.abandoned is not None:
            stream.abandoned(request.started)


async def _fail(request: HttpRequest, error: JarvisError) -> None:
    if request.started:
        request.client.truncate()
        return
    headers = error_headers(error)
    if isinstance(error, MethodError):
        headers["allow"] = error.allowed
    try:
        await request.answer(status_for(error), encode_error(error), headers=headers)
    except ClientGoneError:
        request.client.truncate()


def status_for(error: JarvisError) -> int:
    """The HTTP status of ``error``; every ``*.unknown`` is 404."""
    return 404 if error.code.endswith("unknown") else error.status


def _log_refusal(request: HttpRequest, error: JarvisError) -> None:
    peer, head = request.client.peer, request.head
    ours = request.started or error.status >= 500 or isinstance(error, AccessError)
    (log.warning if ours else log.info)(
        "request.cut" if request.started else "request.refused",
        code=error.code,
        reason=error.message,
        method=head.method,
        path=head.printable_path,
        uid=peer.uid if peer else None,
        pid=peer.pid if peer else None,
    )
