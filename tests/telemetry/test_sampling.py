"""When rows are taken, and what of them is remembered."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from jarvisd.errors import NotFoundError
from jarvisd.telemetry.loop_lag import LoopLag
from jarvisd.telemetry.sampling import Sampler
from jarvisd.telemetry.series import COARSE_ROWS, FINE_ROWS, NAMES, SeriesHistory, row_of
from jarvisd.wire import SampleEvent


class Source:
    """Counts how often it is read."""

    def __init__(self) -> None:
        self.reads = 0
        self.busy = False
        self.broken = False

    async def read(self) -> list[float]:
        self.reads += 1
        if self.broken:
            raise RuntimeError("a figure that cannot be read")
        return row_of({"slots": self.reads})


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
async def sampler(source: Source) -> AsyncIterator[Sampler]:
    sampler = Sampler(LoopLag(), read=source.read, busy=lambda: source.busy)
    yield sampler
    await sampler.close()


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_daemon_at_rest_takes_no_rows(sampler: Sampler, source: Source) -> None:
    await settle()
    assert source.reads == 0


async def test_activity_takes_rows_until_it_ends(sampler: Sampler, source: Source) -> None:
    sampler.wake()
    await settle()
    assert source.reads == 1
    assert sampler._ticking is not None
    assert sampler._ticking.done()  # nothing was going on: it went to sleep again


async def test_whoever_asks_gets_a_fresh_row_but_not_twice(
    sampler: Sampler, source: Source
) -> None:
    await sampler.refresh()
    await sampler.refresh()
    assert source.reads == 1
    assert sampler.history.newest()["slots"] == 1


async def test_a_watcher_gets_every_row(sampler: Sampler) -> None:
    with sampler.watch() as rows:
        _, row = await anext(rows)
    assert isinstance(row, SampleEvent)
    assert row.values["slots"] == 1
    assert row.values["slack_s"] is None
    assert set(row.values) == set(NAMES)


async def test_watchers_end_with_the_sampler(sampler: Sampler) -> None:
    with sampler.watch() as rows:
        await anext(rows)
        await sampler.close()
        assert [row async for row in rows] == []


async def test_a_figure_that_cannot_be_read_ends_nothing(sampler: Sampler, source: Source) -> None:
    source.broken = True
    await sampler.refresh()
    assert sampler.history.newest() == {}


# --- history ------------------------------------------------------------------------------------


def test_memory_is_bounded_and_constant() -> None:
    history = SeriesHistory()
    before = history.nbytes
    for second in range(5_000):
        history.record(second, row_of({"slots": second}))
    assert history.nbytes == before == 8 * (len(NAMES) + 1) * (FINE_ROWS + COARSE_ROWS)
    assert len(history.since(0).times) == FINE_ROWS


def test_one_series_at_either_resolution() -> None:
    history = SeriesHistory()
    for second in range(21):
        history.record(second, row_of({"slots": second, "loop_lag_ms": second}))
    fine = history.since(17.5, ["slots"])
    assert (fine.times, fine.series) == ([18, 19, 20], {"slots": [18, 19, 20]})
    coarse = history.since(0, ["slots", "loop_lag_ms"], resolution_s=10)
    assert coarse.times == [10, 20]
    assert coarse.series == {"slots": [4.5, 14.5], "loop_lag_ms": [9, 19]}


def test_a_clock_that_is_set_back_begins_a_new_history() -> None:
    history = SeriesHistory()
    for second in range(100, 130):
        history.record(second, row_of({"slots": 1}))
    for time in (127.5, 40.0, 41.0, 1e9, 1e9 + 1):
        history.record(time, row_of({"slots": time}))
    assert history.since(0, ["slots"]).times == [40.0, 41.0, 1e9, 1e9 + 1]
    assert history.since(41.0, ["slots"]).times == [1e9, 1e9 + 1]


def test_a_clock_that_is_corrected_a_little_does_no_harm() -> None:
    history = SeriesHistory()
    for time in (100.0, 101.0, 100.5, 102.0):
        history.record(time, row_of({"slots": time}))
    assert history.since(0, ["slots"]).times == [100.0, 101.0, 101.0, 102.0]
    assert history.newest()["slots"] == 102.0


def test_an_unknown_series_is_named_with_those_that_exist() -> None:
    with pytest.raises(NotFoundError) as error:
        SeriesHistory().since(0, ["slot"])
    assert error.value.code == "series.unknown"
    assert "slots" in error.value.hint
