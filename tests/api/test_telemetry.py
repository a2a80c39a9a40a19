"""What is measured, as the API gives it out."""

import asyncio

import httpx
import msgspec
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from jarvisd.telemetry.openmetrics import CONTENT_TYPE
from jarvisd.telemetry.series import NAMES
from jarvisd.wire import ReplyStarted, SampleEvent, SeriesResponse
from tests.api.conftest import SOON_S, Running, until


async def test_series_of_a_daemon_at_rest_are_of_this_moment(client: httpx.AsyncClient) -> None:
    series = (await client.get("/v1/series")).json()
    assert set(series["series"]) == set(series["units"]) == set(NAMES)
    assert series["series"]["slots"] == [2.0]
    assert series["series"]["slack_s"] == [None]
    assert len(series["times"]) == 1


async def test_some_series_by_name_and_since(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/series", params={"names": "slots,slack_s", "since": 1e12})
    assert answer.json()["series"] == {"slots": [], "slack_s": []}
    unknown = await client.get("/v1/series", params={"names": "slot"})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "series.unknown")
    assert (await client.get("/v1/series", params={"resolution": 5})).status_code == 400


async def test_watching_gives_the_past_and_then_every_row(
    api: Running, client: httpx.AsyncClient
) -> None:
    path = "/v1/series?watch=true&names=slots"
    async with asyncio.timeout(SOON_S), client.stream("GET", path) as response:
        lines = response.aiter_lines()
        past = msgspec.json.decode(await anext(lines), type=SeriesResponse)
        row = msgspec.json.decode(await anext(lines), type=SampleEvent)
        assert past.series == {"slots": [2.0]}
        assert row.values == {"slots": 2.0}
        assert row.time > past.times[-1]
    sampler = api.services.sampler
    await until(lambda: not sampler._watchers)
    await sampler.close()


async def test_a_server_that_stops_ends_its_watchers(
    api: Running, client: httpx.AsyncClient
) -> None:
    async with asyncio.timeout(SOON_S), client.stream("GET", "/v1/series?watch=true") as response:
        lines = response.aiter_lines()
        await anext(lines)
        stopping = asyncio.create_task(api.server.stop(1.0))
        assert [line async for line in lines] == []
        await stopping


async def test_metrics_pass_the_official_parser(client: httpx.AsyncClient) -> None:
    answer = await client.get("/metrics")
    assert answer.headers["content-type"] == CONTENT_TYPE
    assert answer.text.endswith("# EOF\n")
    assert list(text_string_to_metric_families(answer.text)) == []  # the fake has none


async def test_a_trace_is_listed_and_shown(api: Running, client: httpx.AsyncClient) -> None:
    traces = api.services.telemetry.traces
    trace = traces.begin(wanted=True)
    trace.started(begun("r1", started_at=10.0), {"first_audio": 10.5})
    trace.ended("done")
    listed = (await client.get("/v1/traces")).json()
    assert listed["enabled"] is False
    assert listed["traces"][0]["figures"]["ttfa_ms"] == 500.0
    shown = (await client.get("/v1/traces/r1")).json()
    assert shown["marks"] == {"received": 0.0, "first_audio": 500.0}
    missing = await client.get("/v1/traces/r2")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "trace.unknown")


async def test_what_the_client_played_is_kept_beside(
    api: Running, client: httpx.AsyncClient
) -> None:
    reply = (await client.post("/v1/say", json={"text": "Hi"})).headers["x-jarvis-reply"]
    trace = api.services.telemetry.traces.begin(wanted=True)
    trace.started(begun(reply, started_at=0.0), {})
    trace.ended("done")
    body = {"samples": 10, "at": 5.0, "clock_offset_s": -3.0, "clock_error_s": 0.001}
    assert (await client.post(f"/v1/replies/{reply}/played", json=body)).status_code == 200
    assert (await client.get(f"/v1/traces/{reply}")).json()["client"] == [
        {"samples": 10, "played_s": 5.0, "offset_s": -3.0, "error_s": 0.001}
    ]


async def test_the_daemons_clock_goes_on(client: httpx.AsyncClient) -> None:
    first, second = [(await client.get("/v1/clock")).json() for _ in range(2)]
    assert second["monotonic"] > first["monotonic"]


async def test_health_lists_components_and_checks(client: httpx.AsyncClient) -> None:
    health = (await client.get("/v1/health", params={"limit": 1})).json()
    assert health["ready"] is True
    assert {found["name"] for found in health["components"]} >= {"llm", "voice", "store"}
    assert health["checks"] == []  # the fake components are not asked by the daemon's overview


@pytest.mark.parametrize("path", ["/v1/replies/recent", "/v1/notices", "/v1/days"])
async def test_lists_of_records_are_bounded(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path, params={"limit": 0})).status_code == 200
    assert (await client.get(path, params={"limit": 1_001})).status_code == 400


def begun(reply: str, *, started_at: float) -> ReplyStarted:
    return ReplyStarted(
        reply=reply,
        seq=0,
        conversation="c",
        provider="builtin",
        engine="espeak",
        voice="espeak:en-us",
        sample_rate=22_050,
        started_at=started_at,
    )
