"""Measurements: metrics, series over time, days, and notices."""

from collections.abc import AsyncGenerator

from jarvisd.api.access import Role
from jarvisd.api.audio import NDJSON
from jarvisd.api.exchange import Document, Exchange, Stream, route
from jarvisd.api.streams import line
from jarvisd.telemetry.daily_summary import day_of
from jarvisd.telemetry.openmetrics import CONTENT_TYPE
from jarvisd.telemetry.records import newest
from jarvisd.telemetry.sampling import Sampler
from jarvisd.wire import (
    DaysResponse,
    LaggedEvent,
    LimitQuery,
    NoticesResponse,
    SampleEvent,
    SeriesQuery,
    SeriesResponse,
)


@route("GET /metrics", Role.OBSERVER, streams=(CONTENT_TYPE,))
async def metrics(exchange: Exchange) -> Document:
    """All metrics, in OpenMetrics format."""
    text = await exchange.services.metrics()
    return Document(text.encode(), CONTENT_TYPE)


@route(
    "GET /v1/series",
    Role.OBSERVER,
    *(SeriesResponse, SampleEvent, LaggedEvent),
    query=SeriesQuery,
    streams=("application/json", NDJSON),
)
async def series(exchange: Exchange) -> SeriesResponse | Stream:
    """Measurements over time; with watch, a line per second."""
    query = exchange.query_as(SeriesQuery)
    sampler = exchange.services.sampler
    await sampler.refresh()
    names = [name for name in query.names.split(",") if name]
    past = sampler.history.since(query.since, names, resolution_s=query.resolution)
    if not query.watch:
        return past
    return Stream(NDJSON, _watch(sampler, past))


@route("GET /v1/days", Role.OBSERVER, DaysResponse, query=LimitQuery)
async def days(exchange: Exchange) -> DaysResponse:
    """A summary of each day."""
    services = exchange.services
    limit = exchange.query_as(LimitQuery).limit
    today = services.telemetry.daily.today()
    kept = await services.store.days(limit)
    earlier = (day_of(summary) for summary in kept if summary.day < today.day)
    return DaysResponse(days=[today, *earlier][:limit])


@route("GET /v1/notices", Role.OBSERVER, NoticesResponse, query=LimitQuery)
async def notices(exchange: Exchange) -> NoticesResponse:
    """Recent problems and changes."""
    limit = exchange.query_as(LimitQuery).limit
    return NoticesResponse(notices=newest(exchange.services.telemetry.records.notices, limit))


async def _watch(sampler: Sampler, past: SeriesResponse) -> AsyncGenerator[bytes, None]:
    with sampler.watch() as rows:
        yield line(past)
        async for _, row in rows:
            if isinstance(row, SampleEvent):
                values = {name: row.values[name] for name in past.series}
                yield line(SampleEvent(time=row.time, values=values))
        if rows.missed:
            yield line(LaggedEvent(event=rows.position, missed=rows.missed))
