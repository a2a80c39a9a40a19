from pathlib import Path

import httpx
import msgspec
import pytest

from jarvisd.telemetry.events import LIFE
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
            "life": LIFE,
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
        assert msgspec.json.decode(last) == {
            "type": "lagged", "event": 3, "missed": 12, "life": LIFE,
        }  # fmt: skip


async def test_silence_is_filled_with_heartbeats(tmp_path: Path) -> None:
    async with (
        running(tmp_path, event_heartbeat_s=0.01) as api,
        api.client() as client,
        client.stream("GET", "/v1/events") as response,
    ):
        lines = response.aiter_lines()
        await anext(lines)
        assert msgspec.json.decode(await anext(lines)) == {
            "type": "heartbeat", "event": 0, "life": LIFE,
        }  # fmt: skip


@pytest.mark.parametrize(
    "query", [{"since": 2, "life": "another"}, {"life": "another"}, {"since": 4, "life": LIFE}]
)
async def test_who_comes_from_another_life_is_told_and_gets_the_state(
    api: Running, client: httpx.AsyncClient, query: dict[str, str]
) -> None:
    for text in ("one", "two", "three"):
        api.services.events.publish(token(text))
    async with client.stream("GET", "/v1/events", params=query) as response:
        lines = response.aiter_lines()
        lagged, state = [msgspec.json.decode(await anext(lines)) for _ in range(2)]
        assert lagged == {"type": "lagged", "event": 0, "missed": 0, "life": LIFE}
        assert (state["type"], state["event"], state["life"]) == ("state", 3, LIFE)
        api.services.events.publish(token("four"))
        assert msgspec.json.decode(await anext(lines))["event"] == 4
    onward = {"since": lagged["event"] + lagged["missed"], "life": lagged["life"]}
    async with client.stream("GET", "/v1/events", params=onward) as response:
        lines = response.aiter_lines()
        assert msgspec.json.decode(await anext(lines))["type"] == "state"
        assert msgspec.json.decode(await anext(lines))["event"] == 1


async def test_every_line_names_the_life(tmp_path: Path) -> None:
    async with (
        running(tmp_path, event_backlog=10, event_heartbeat_s=0.01) as api,
        api.client() as client,
        client.stream("GET", "/v1/events", params={"since": 9, "life": "x"}) as response,
    ):
        lines = response.aiter_lines()
        found = [msgspec.json.decode(await anext(lines)) for _ in range(3)]
        for number in range(25):
            api.services.events.publish(token(str(number)))
        found += [msgspec.json.decode(line) async for line in lines]
    assert {"lagged", "state", "heartbeat"} <= {each["type"] for each in found}
    assert {each["life"] for each in found} == {LIFE}


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
