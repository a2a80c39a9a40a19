"""GET /v1/series: what is measured over time, once or as it goes on."""

from collections.abc import AsyncGenerator

from jarvisd.api import audio
from jarvisd.api.exchange import Exchange, Stream
from jarvisd.api.streams import line
from jarvisd.telemetry.sampling import Sampler
from jarvisd.wire import LaggedEvent, SampleEvent, SeriesQuery, SeriesResponse


async def handle(exchange: Exchange) -> SeriesResponse | Stream:
    """The rows that there are; with ``watch`` as the first line, and then a row a second."""
    query = exchange.query_as(SeriesQuery)
    sampler = exchange.services.telemetry.sampler
    await sampler.refresh()
    names = [name for name in query.names.split(",") if name]
    past = sampler.history.since(query.since, names, resolution_s=query.resolution)
    if not query.watch:
        return past
    return Stream(audio.NDJSON, _lines(sampler, past))


async def _lines(sampler: Sampler, past: SeriesResponse) -> AsyncGenerator[bytes, None]:
    with sampler.watch() as rows:
        yield line(past)
        async for _, row in rows:
            if isinstance(row, SampleEvent):
                values = {name: row.values[name] for name in past.series}
                yield line(SampleEvent(time=row.time, values=values))
        if rows.missed:
            yield line(LaggedEvent(event=rows.position, missed=rows.missed))
