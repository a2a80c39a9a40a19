"""One request and its answer, as handlers see them, and the route between them.

Values only. Handlers take an ``Exchange`` and return a wire struct or a ``Stream``; they never see
sockets or status lines.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from jarvisd.api.access import Peer, Role
from jarvisd.api.services import Services
from jarvisd.wire import Request, Response

R = TypeVar("R", bound=Request)


@dataclass(slots=True)
class Stream:
    """A body that is sent piece by piece, each as soon as ``pieces`` yields it.

    The response starts with the first piece: an error before it is answered with its status, a
    later one closes the connection, so that the client sees that the body is incomplete.
    ``abandoned`` is called when the client did not get all of it, and says whether it got the
    beginning.
    """

    content_type: str
    pieces: AsyncGenerator[bytes, None]
    headers: dict[str, str] = field(default_factory=dict)
    abandoned: Callable[[bool], None] | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A body that was encoded beforehand; a line end is put after it."""

    body: bytes
    content_type: str = "application/json"


Answer = Response | Stream | Document


class Messages(Protocol):
    """A WebSocket, as handlers see it."""

    def messages(self) -> AsyncIterator[str | bytes]:
        """Each message as a whole; ends when the client closes."""
        ...

    async def send(self, message: str | bytes) -> None:
        """Send one message; waits for a client that reads slowly."""
        ...


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a handler may know of a request. ``body`` and ``query`` are decoded and checked.

    ``pieces`` is the body as it arrives, of routes that take it so.
    """

    services: Services
    peer: Peer
    role: Role
    path: dict[str, str]
    query: Request | None
    body: Request | None
    accept: str
    pieces: AsyncIterator[bytes] | None
    routes: "tuple[Route, ...]"

    def body_as(self, kind: type[R]) -> R:
        """The decoded body, which the route declares to be ``kind``."""
        return _declared(self.body, kind)

    def query_as(self, kind: type[R]) -> R:
        """The decoded query, which the route declares to be ``kind``."""
        return _declared(self.query, kind)


def _declared(value: Request | None, kind: type[R]) -> R:
    if not isinstance(value, kind):
        raise TypeError(f"the route does not declare {kind.__name__}")
    return value


Handler = Callable[[Exchange], Awaitable[Answer]]
SocketHandler = Callable[[Exchange, Messages], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class StreamedBody:
    """A body of one of these media types that is passed on as it arrives.

    ``within_s`` bounds how long that may take altogether; its size has no bound.
    """

    media: tuple[str, ...]
    within_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One verb of the API. ``response`` are the structs it answers with; streams yield them.

    ``body`` is the request's JSON, ``streamed_body`` what is not; a route with ``socket`` is a
    WebSocket.
    """

    method: str
    path: str
    role: Role
    handler: Handler | None
    socket: SocketHandler | None = None
    name: str
    summary: str
    response: tuple[type[Response], ...]
    body: type[Request] | None = None
    body_optional: bool = False
    streamed_body: StreamedBody | None = None
    query: type[Request] | None = None
    streams: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What the table is sorted by."""
        return (self.path, self.method)


def route(
    verb: str,
    role: Role,
    *response: type[Response],
    body: type[Request] | None = None,
    body_optional: bool = False,
    streamed_body: StreamedBody | None = None,
    query: type[Request] | None = None,
    streams: tuple[str, ...] = (),
) -> Callable[[Handler], Route]:
    """Make a route of the handler below: ``verb`` is ``METHOD /path``, its docstring the summary.

    The docstring must be one line. It is what ``GET /v1/``, OpenAPI and docs/api.md say.
    """
    method, path = verb.split(" ")

    def declare(handler: Handler) -> Route:
        return Route(
            method=method,
            path=path,
            role=role,
            handler=handler,
            name=handler.__name__,
            summary=handler.__doc__ or "",
            response=response,
            body=body,
            body_optional=body_optional,
            streamed_body=streamed_body,
            query=query,
            streams=streams,
        )

    return declare


def websocket(path: str, role: Role) -> Callable[[SocketHandler], Route]:
    """Make a WebSocket route of the handler below."""

    def declare(handler: SocketHandler) -> Route:
        return Route(
            method="GET",
            path=path,
            role=role,
            handler=None,
            socket=handler,
            name=handler.__name__,
            summary=handler.__doc__ or "",
            response=(),
        )

    return declare
