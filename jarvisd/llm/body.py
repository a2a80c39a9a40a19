"""Reads the body of a streaming response within its time limits.

Only waiting counts against a limit, never the time that the consumer takes between two reads.
Pings do not count as progress: a server can be alive and stuck.
"""

import asyncio
from collections.abc import Callable

import httpx

from jarvisd.llm import failures


class StreamBody:
    """The bytes of one response, as they arrive."""

    def __init__(
        self,
        response: httpx.Response,
        *,
        first_token_s: float,
        token_s: float,
        clock: Callable[[], float],
    ) -> None:
        self._response = response
        self._pieces = response.aiter_raw()
        self._first_token_s = first_token_s
        self._token_s = token_s
        self._clock = clock
        self._tokens = 0
        self._waited_s = 0.0

    async def read(self, tokens: int) -> bytes:
        """What arrives next, or nothing at the end; ``tokens`` is how many came so far.

        Raises ``LlmError``: ``llm.first_token_timeout``, ``llm.stalled``, ``llm.truncated``.
        """
        if tokens != self._tokens:
            self._tokens, self._waited_s = tokens, 0.0
        limit_s = self._token_s if tokens else self._first_token_s
        began = self._clock()
        try:
            async with asyncio.timeout(max(0.0, limit_s - self._waited_s)):
                return await anext(self._pieces, b"")
        except TimeoutError as error:
            expired = failures.stalled if tokens else failures.no_first_token
            raise expired(limit_s) from error
        except httpx.HTTPError as error:
            raise failures.connection_lost(error) from error
        finally:
            self._waited_s += self._clock() - began

    async def close(self) -> None:
        """Disconnect, which is how llama-server is told to stop."""
        await self._response.aclose()


async def read_body(response: httpx.Response, *, limit_s: float, max_bytes: int = 65_536) -> bytes:
    """The body of a response that is no stream: as much as came in time, at most ``max_bytes``."""
    body = bytearray()
    try:
        async with asyncio.timeout(limit_s):
            async for data in response.aiter_raw():
                body += data
                if len(body) >= max_bytes:
                    break
    except (TimeoutError, httpx.HTTPError):
        pass  # the status alone says enough
    finally:
        await response.aclose()
    return bytes(body[:max_bytes])
