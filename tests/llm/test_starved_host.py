"""A host so busy that nothing was learnt in time: that is said, and nothing is made up."""

import asyncio

import httpx
import pytest

from jarvisd.llm.providers.llama_server import health

URL = "http://127.0.0.1:8080"


class NeverConnected(httpx.AsyncBaseTransport):
    """A kernel that has not yet come to refusing the connection."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError


class NeverAnswered(NeverConnected):
    """A server that took the request and says nothing."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.extensions["trace"]("http11.send_request_headers.started", {})
        return await super().handle_async_request(request)


async def no_key() -> dict[str, str]:
    return {}


async def checked(transport: httpx.AsyncBaseTransport) -> tuple[str, str]:
    async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
        found = await health.check(client, URL, no_key)
    return found.state, found.reason


async def test_what_was_not_learnt_is_not_known_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LIMIT_S", 0.01)
    state, reason = await checked(NeverConnected())
    assert state == "unknown"
    assert "not known yet" in reason


async def test_a_server_that_took_the_request_does_not_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(health, "LIMIT_S", 0.01)
    state, reason = await checked(NeverAnswered())
    assert (state, "accepts connections but does not answer" in reason) == ("failed", True)
