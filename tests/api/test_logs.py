"""The log over the API: what is kept, what follows, and the level."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from jarvisd.telemetry.events import LIFE
from jarvisd.wire import LogLevel, LogLine
from tests.api.conftest import Running, running


def write(api: Running, message: str, level: LogLevel = "info", component: str = "speech") -> None:
    lines = api.services.log_lines
    lines.publish(
        LogLine(event=lines.latest + 1, time=1.0, level=level, component=component, message=message)
    )


async def read(client: httpx.AsyncClient, **query: Any) -> list[str]:
    response = await client.get("/v1/logs", params=query)
    assert response.headers["content-type"] == "application/x-ndjson"
    return [msgspec.json.decode(line)["message"] for line in response.content.splitlines()]


async def test_what_is_kept_can_be_chosen_from(api: Running, client: httpx.AsyncClient) -> None:
    assert await read(client) == []
    write(api, "one", "debug")
    write(api, "two", "warning", "llm")
    write(api, "three", "error")
    assert await read(client) == ["one", "two", "three"]
    assert await read(client, level="warning") == ["two", "three"]
    assert await read(client, component="speech") == ["one", "three"]
    assert await read(client, limit=1) == ["three"]
    assert await read(client, limit=0) == []
    assert await read(client, since=2) == ["three"]
    line = msgspec.json.decode((await client.get("/v1/logs?limit=1")).content)
    assert line == {
        "type": "log", "event": 3, "time": 1.0, "level": "error", "component": "speech",
        "message": "three", "reply": "", "life": "",
    }  # fmt: skip


@pytest.mark.parametrize("query", [{"since": 9}, {"since": 1, "life": "another"}])
async def test_who_comes_from_another_life_is_told_and_gets_what_is_kept(
    api: Running, client: httpx.AsyncClient, query: dict[str, str]
) -> None:
    write(api, "one")
    write(api, "two")
    response = await client.get("/v1/logs", params=query)
    first, *lines = [msgspec.json.decode(line) for line in response.content.splitlines()]
    assert first == {"type": "lagged", "event": 0, "missed": 0, "life": LIFE}
    assert [line["message"] for line in lines] == ["one", "two"]


@pytest.mark.parametrize("query", ["level=loud", "limit=1001", "since=-1", "folow=true"])
async def test_what_cannot_be_asked_is_refused(client: httpx.AsyncClient, query: str) -> None:
    assert (await client.get(f"/v1/logs?{query}")).status_code == 400


async def test_following_goes_on_with_what_is_wanted(
    api: Running, client: httpx.AsyncClient
) -> None:
    write(api, "before")
    query = {"follow": "true", "level": "info"}
    async with client.stream("GET", "/v1/logs", params=query) as response:
        lines = response.aiter_lines()
        assert msgspec.json.decode(await anext(lines))["message"] == "before"
        write(api, "unwanted", "debug")
        write(api, "after")
        assert msgspec.json.decode(await anext(lines))["message"] == "after"


async def test_following_begins_before_anything_was_written(
    api: Running, client: httpx.AsyncClient
) -> None:
    async def first() -> Any:
        async with client.stream("GET", "/v1/logs", params={"follow": "true"}) as response:
            return msgspec.json.decode(await anext(response.aiter_lines()))

    reading = asyncio.create_task(first())
    while not api.services.log_lines.subscribers:
        await asyncio.sleep(0.001)
    write(api, "hello")
    assert (await reading)["message"] == "hello"


async def test_silence_is_filled_and_a_slow_reader_is_told(tmp_path: Path) -> None:
    async with (
        running(tmp_path, event_heartbeat_s=0.01) as api,
        api.client() as client,
        client.stream("GET", "/v1/logs", params={"follow": "true"}) as response,
    ):
        lines = response.aiter_lines()
        assert msgspec.json.decode(await anext(lines)) == {
            "type": "heartbeat",
            "event": 0,
            "life": LIFE,
        }
        for number in range(1_200):  # more than the ring holds, before the reader can look
            write(api, str(number))
        found = [msgspec.json.decode(line)["type"] async for line in lines]
        assert found[-1] == "lagged"


async def test_stopping_ends_followers(tmp_path: Path) -> None:
    async with running(tmp_path) as api, api.client() as client:
        write(api, "one")
        async with client.stream("GET", "/v1/logs", params={"follow": "true"}) as response:
            lines = response.aiter_lines()
            await anext(lines)
            await api.server.stop(5.0)
            assert [line async for line in lines] == []


async def test_the_level_is_changed_and_withdrawn(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/log/level")).json() == {
        "level": "info", "configured": "info", "reverts_in_s": None,
    }  # fmt: skip
    changed = (await client.put("/v1/log/level", json={"level": "debug", "for_s": 60})).json()
    assert (changed["level"], changed["configured"]) == ("debug", "info")
    assert 0 < changed["reverts_in_s"] <= 60
    back = (await client.put("/v1/log/level", json={"level": "configured"})).json()
    assert back == {"level": "info", "configured": "info", "reverts_in_s": None}


@pytest.mark.parametrize("body", [{}, {"level": "loud"}, {"level": "debug", "for_s": 0}])
async def test_levels_that_are_none_are_refused(client: httpx.AsyncClient, body: Any) -> None:
    assert (await client.put("/v1/log/level", json=body)).status_code == 400
