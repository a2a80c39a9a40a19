"""Daily summaries on disk: kept, replaced, forgotten, small."""

from datetime import date, timedelta
from pathlib import Path

from jarvisd.store import Store
from jarvisd.store.days import GOING_ON
from jarvisd.store.model import DaySpan, DaySummary
from jarvisd.telemetry.sketch import BINS
from jarvisd.telemetry.spans import SPANS

FIRST = date(2026, 1, 1)


def summary(day: str, *, replies: int = 3, bins: int = 2) -> DaySummary:
    return DaySummary(
        day=day,
        replies=replies,
        errors=1,
        interrupted=0,
        utterances=12,
        fallback=2,
        skipped=1,
        spans=tuple(
            DaySpan(
                name=name,
                count=1_000_000,
                total_ms=12345.678,
                p50_ms=123.456,
                p95_ms=234.567,
                p99_ms=345.678,
                bins=dict.fromkeys(range(bins), 1000000),
            )
            for name in sorted(SPANS)
        ),
    )


async def test_a_day_is_kept_and_replaced(path: Path) -> None:
    store = await Store.open(path, queue=10)
    store.keep_day(summary("2026-11-21", replies=3), 366)
    store.keep_day(summary("2026-11-21", replies=4), 366)
    await store.close()
    store = await Store.open(path, queue=10)
    assert await store.days(10) == [summary("2026-11-21", replies=4)]
    await store.close()


async def test_of_a_day_that_is_long_over_only_percentiles_are_kept(path: Path) -> None:
    store = await Store.open(path, queue=10)
    for day in range(18, 19 + GOING_ON):
        store.keep_day(summary(f"2026-11-{day}"), 366)
    await store.flush(5)
    *going_on, over = await store.days(10)
    assert all(span.bins for day in going_on for span in day.spans)
    assert not any(span.bins for span in over.spans)
    assert [span.p95_ms for span in over.spans] == [span.p95_ms for span in going_on[0].spans]
    await store.close()


async def test_a_clock_that_was_wrong_for_a_moment_costs_no_summaries(path: Path) -> None:
    store = await Store.open(path, queue=10)
    days = ["2026-11-19", "2026-11-20", "2026-11-21"]
    for day in [*days, "2038-01-19", "1970-01-01", "2026-11-21"]:
        store.keep_day(summary(day), 366)
    await store.flush(5)
    kept = {one.day: one for one in await store.days(10)}
    assert set(days) <= set(kept)
    assert all(span.bins for span in kept["2026-11-21"].spans)
    await store.close()


async def test_all_but_the_newest_days_are_forgotten(path: Path) -> None:
    store = await Store.open(path, queue=10)
    for day in ("2026-11-19", "2026-11-20", "2026-11-21"):
        store.keep_day(summary(day), 2)
    await store.flush(5)
    assert [kept.day for kept in await store.days(10)] == ["2026-11-21", "2026-11-20"]
    await store.close()


async def test_a_year_takes_less_than_five_megabytes(path: Path) -> None:
    """Even if every bin of every sketch was used on every day."""
    store = await Store.open(path, queue=1_000)
    for number in range(366):
        day = (FIRST + timedelta(days=number)).isoformat()
        store.keep_day(summary(day, bins=BINS), 366)
        if number % 100 == 0:
            await store.flush(30)
    await store.close()
    assert size_of(path) < 5_000_000
    store = await Store.open(path, queue=10)
    assert len(await store.days(1_000)) == 366
    await store.close()


async def test_without_a_database_there_are_none() -> None:
    store = await Store.open(None, queue=10)
    store.keep_day(summary("2026-11-21"), 366)
    assert await store.days(10) == []
    await store.close()


def size_of(path: Path) -> int:
    return path.stat().st_size
