from pathlib import Path

import httpx
import msgspec
import pytest

from jarvisd.wire import Token
from tests.api.conftest import Running, running, until


def token(text: str) -> Token:
    return Token(reply="r1", seq=0, text=text)


async def test_state_comes_first_then_what_happens(api: Running, client: httpx.AsyncClient) -> None:
    api.services.events.publish(token("before"))
    async with client.stream("GET", "/v1/events") as response:
        lines = response.aiter_lines()
        state = msgspec.json.decode(await anext(lines))
        assert (state["type"], state["event"]) == ("state", 1)
        assert state["status"]["provider"] == "builtin"
        api.services.events.publish(token("after"))
        assert msgspec.json.decode(await anext(lines)) == {
            "event": 2,
            "type": "token",
            "reply": "r1",
            "seq": 0,
            "text": "after",
        }


async def test_since_repeats_what_was_missed(api: Running, client: httpx.AsyncClient) -> None:
    for text in ("one", "two", "three"):
        api.services.events.publish(token(text))
    async with client.stream("GET", "/v1/events", params={"since": 1}) as response:
        lines = response.aiter_lines()
        await anext(lines)
        numbers = [msgspec.json.decode(await anext(lines))["event"] for _ in range(2)]
    assert numbers == [2, 3]


async def test_a_reader_that_fell_behind_is_told_and_dropped(tmp_path: Path) -> None:
    async with running(tmp_path, event_backlog=10) as api, api.client() as client:
        for number in range(25):
            api.services.events.publish(token(str(number)))
        response = await client.get("/v1/events", params={"since": 3})
        *_, last = response.content.splitlines()
        assert msgspec.json.decode(last) == {"type": "lagged", "event": 3, "missed": 12}


async def test_silence_is_filled_with_heartbeats(tmp_path: Path) -> None:
    async with (
        running(tmp_path, event_heartbeat_s=0.01) as api,
        api.client() as client,
        client.stream("GET", "/v1/events") as response,
    ):
        lines = response.aiter_lines()
        await anext(lines)
        assert msgspec.json.decode(await anext(lines)) == {"type": "heartbeat", "event": 0}


async def test_readers_that_leave_are_forgotten(api: Running, client: httpx.AsyncClient) -> None:
    async with client.stream("GET", "/v1/events") as response:
        await anext(response.aiter_raw())
        assert api.services.events.subscribers == 1
    await until(lambda: api.services.events.subscribers == 0)


async def test_streams_end_well_when_the_server_stops(
    api: Running, client: httpx.AsyncClient
) -> None:
    async with client.stream("GET", "/v1/events") as response:
        pieces = response.aiter_raw()
        await anext(pieces)
        await api.server.stop(5.0)
        assert [piece async for piece in pieces] == []


@pytest.mark.parametrize("query", ["since=x", "since=-1", "sinc=1", "since=%ff"])
async def test_bad_queries(client: httpx.AsyncClient, query: str) -> None:
    response = await client.get(f"/v1/events?{query}")
    assert response.status_code == 400
    assert response.json()["error"]["code"] in {"request.invalid", "request.unknown_field"}
