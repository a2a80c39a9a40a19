"""Reads the body of a streaming response within its time limits.

Time counts from one token to the next, with pings in between: a server can send pings and still
hang. The time that the reader needs for a token does not count.
"""

import asyncio
from collections.abc import Callable

import httpx

from jarvisd.errors import LlmError
from jarvisd.llm.providers.llama_server import failures


class StreamBody:
    """The bytes of one response, as they arrive."""

    def __init__(
        self,
        response: httpx.Response,
        *,
        first_token_s: float,
        token_s: float,
        answer_s: float,
        clock: Callable[[], float],
    ) -> None:
        self._response = response
        self._pieces = response.aiter_raw()
        self._first_token_s = first_token_s
        self._token_s = token_s
        self._answer_s = answer_s
        self._clock = clock
        self._tokens = 0
        self._since = clock()
        self._waited_s = 0.0

    async def read(self, tokens: int) -> bytes:
        """The next bytes, or nothing at the end; ``tokens`` is how many came so far.

        Raises ``LlmError``: ``llm.first_token_timeout``, ``llm.stalled``, ``llm.endless``,
        ``llm.truncated``.
        """
        began = self._clock()
        if tokens != self._tokens:
            self._tokens, self._since = tokens, began
        limit_s = self._token_s if tokens else self._first_token_s
        left_s = min(limit_s - (began - self._since), self._answer_s - self._waited_s)
        if left_s <= 0:  # whoever always has something to read never lets a time-out expire
            raise self._expired(limit_s, began)
        try:
            async with asyncio.timeout(left_s):
                return await anext(self._pieces, b"")
        except TimeoutError as error:
            raise self._expired(limit_s, began) from error
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise failures.connection_lost(error) from error
        finally:
            self._waited_s += self._clock() - began

    def _expired(self, limit_s: float, began: float) -> LlmError:
        """The first limit that was passed after ``began``."""
        if self._tokens and self._answer_s - self._waited_s < limit_s - (began - self._since):
            return failures.endless(self._answer_s)
        return failures.stalled(limit_s) if self._tokens else failures.no_first_token(limit_s)

    async def close(self) -> None:
        """Disconnect, which is how llama-server is told to stop."""
        await self._response.aclose()


async def read_body(response: httpx.Response, *, limit_s: float, max_bytes: int = 65_536) -> bytes:
    """The body of a response that is no stream: what arrived in time, at most ``max_bytes``."""
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
