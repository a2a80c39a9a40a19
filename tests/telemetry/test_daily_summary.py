"""Today: counted, merged after a restart, and kept when a day ends or the clock is set."""

import asyncio

from jarvisd.store.model import DaySummary
from jarvisd.telemetry.daily_summary import DailySummaries, Today, day_of
from jarvisd.wire import ErrorDetail as Detail
from jarvisd.wire import ReplyDone, ReplyFailed, ReplyTimings, TokenUsage, Totals

MIDNIGHT = 1_795_219_200.0  # 2026-11-21, UTC


def done(first_audio_ms: float) -> ReplyDone:
    return ReplyDone(
        reply="r",
        seq=0,
        totals=Totals(),
        tokens=TokenUsage(),
        timings=ReplyTimings(first_audio_ms=first_audio_ms, total_ms=2 * first_audio_ms),
        samples=0,
    )


def failed() -> ReplyFailed:
    return ReplyFailed(
        reply="r",
        seq=0,
        totals=Totals(),
        tokens=TokenUsage(),
        timings=ReplyTimings(),
        error=Detail(code="llm.unavailable", message="gone"),
    )


def test_a_restart_in_the_middle_of_the_day_loses_nothing() -> None:
    whole, morning, evening = Today("2026-11-21"), Today("2026-11-21"), Today("2026-11-21")
    for number in range(1, 100):
        whole.observe(done(number))
        (morning if number % 3 else evening).observe(done(number))
    whole.observe(failed())
    evening.observe(failed())
    evening.merge(morning.summary())
    assert day_of(evening.summary()) == day_of(whole.summary())
    assert day_of(whole.summary()).errors == 1


class Clock:
    def __init__(self) -> None:
        self.now = MIDNIGHT + 3_600

    def __call__(self) -> float:
        return self.now


class Disk:
    """Keeps summaries, and gives them back when the test lets it."""

    def __init__(self, *kept: DaySummary) -> None:
        self.days = {summary.day: summary for summary in kept}
        self.may_read = asyncio.Event()
        self.may_read.set()
        self.most: set[int] = set()

    def keep(self, summary: DaySummary, most: int) -> None:
        self.days[summary.day] = summary
        self.most.add(most)

    async def read(self, day: str) -> DaySummary | None:
        await self.may_read.wait()
        return self.days.get(day)

    @property
    def replies(self) -> dict[str, int]:
        return {day: summary.replies for day, summary in self.days.items()}


async def counting(disk: Disk, clock: Clock) -> DailySummaries:
    days = DailySummaries(disk.keep, disk.read, wall_clock=clock)
    days.apply(2)
    days.start()
    await settled()
    return days


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def earlier(day: str, replies: int) -> DaySummary:
    counted = Today(day)
    for _ in range(replies):
        counted.observe(done(50))
    return counted.summary()


async def test_the_day_that_ended_is_kept_and_a_new_one_begins() -> None:
    clock, disk = Clock(), Disk()
    days = await counting(disk, clock)
    days.observe(done(100))
    clock.now += 86_400
    days.observe(done(100))
    await settled()
    days.close()
    assert disk.replies == {"2026-11-21": 1, "2026-11-22": 1}
    assert disk.most == {2}
    assert days.today().day == "2026-11-22"


async def test_nothing_is_written_over_a_day_that_was_not_read_yet() -> None:
    disk = Disk(earlier("2026-11-21", 1))
    disk.may_read.clear()
    days = await counting(disk, Clock())
    days.observe(done(100))
    days.save()
    assert disk.replies == {"2026-11-21": 1}
    disk.may_read.set()
    await settled()
    days.close()
    assert disk.replies == {"2026-11-21": 2}


async def test_yesterday_is_not_added_to_today() -> None:
    days = await counting(Disk(earlier("2026-11-20", 3)), Clock())
    assert days.today().replies == 0


async def test_a_clock_that_is_set_makes_no_day_begin_anew() -> None:
    """It starts in the past, is set right, is wrong by years for a moment, and right again."""
    clock, disk = Clock(), Disk(earlier("2026-11-21", 7))
    right, clock.now = clock.now, 0.0
    days = await counting(disk, clock)
    days.observe(done(100))
    for now in (right, right + 12 * 365 * 86_400, right, right - 3_600 * 2, right):
        clock.now = now
        days.observe(done(100))
        await settled()
    days.close()
    assert disk.replies["2026-11-21"] == 7 + 3
    assert disk.replies["1970-01-01"] == 1
    assert sum(disk.replies.values()) == 7 + 6


async def test_a_day_that_ends_before_it_was_read_is_kept_all_the_same() -> None:
    clock, disk = Clock(), Disk(earlier("2026-11-21", 1))
    disk.may_read.clear()
    days = await counting(disk, clock)
    days.observe(done(100))
    clock.now += 86_400
    days.observe(done(100))
    disk.may_read.set()
    await settled()
    assert disk.replies["2026-11-21"] == 2
    days.close()
