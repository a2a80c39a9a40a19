"""HTTP over a Unix socket, on the loop's own streams.

Left to itself httpx has anyio watch the bare socket. On uvloop that sets the result of a read that
was cancelled just as data came, which is an InvalidStateError out of the loop whenever a reply is
interrupted in that moment. Streams look before they wake anybody. Never speaks TCP or TLS.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import httpcore
import httpx


class UnixTransport(httpx.AsyncHTTPTransport):
    """Every request goes to the server that listens at ``path``."""

    def __init__(self, path: str, limits: httpx.Limits) -> None:
        super().__init__(verify=False, trust_env=False)
        self._pool = httpcore.AsyncConnectionPool(
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            uds=path,
            network_backend=_Backend(),
        )


class _Backend(httpcore.AsyncNetworkBackend):
    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        async with _limited(timeout, httpcore.ConnectTimeout, httpcore.ConnectError):
            return _Stream(*await asyncio.open_unix_connection(path))

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _Stream(httpcore.AsyncNetworkStream):
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        async with _limited(timeout, httpcore.ReadTimeout, httpcore.ReadError):
            return await self._reader.read(max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        async with _limited(timeout, httpcore.WriteTimeout, httpcore.WriteError):
            self._writer.write(buffer)
            await self._writer.drain()

    async def aclose(self) -> None:
        # At once: what a server that does not read was not sent yet is of no use to anybody.
        self._writer.transport.abort()

    def get_extra_info(self, info: str) -> bool | None:
        # What httpcore asks of a connection that it kept: whether the server has closed it.
        return self._reader.at_eof() if info == "is_readable" else None


@asynccontextmanager
async def _limited(
    limit_s: float | None, late: type[Exception], broken: type[Exception]
) -> AsyncIterator[None]:
    """The block within ``limit_s``, its failures in httpcore's words."""
    try:
        async with asyncio.timeout(limit_s):
            yield
    except TimeoutError as error:
        raise late(str(error)) from error
    except OSError as error:
        raise broken(str(error)) from error
