"""Today: counted, merged after a restart, and kept when a day ends."""

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


async def test_the_day_that_ended_is_kept_and_a_new_one_begins() -> None:
    clock, kept = Clock(), []

    def keep(summary: DaySummary, oldest: str) -> None:
        kept.append((summary.day, summary.replies, oldest))

    days = DailySummaries(keep, wall_clock=clock)
    days.apply(2)
    days.restore(None)
    days.observe(done(100))
    clock.now += 86_400
    days.observe(done(100))
    days.save()
    assert kept == [("2026-11-21", 1, "2026-11-21"), ("2026-11-22", 1, "2026-11-21")]
    assert days.today().day == "2026-11-22"


async def test_nothing_is_written_over_a_day_that_was_not_read_yet() -> None:
    kept: list[DaySummary] = []
    days = DailySummaries(lambda summary, _oldest: kept.append(summary), wall_clock=Clock())
    days.apply(2)
    days.observe(done(100))
    days.save()
    assert kept == []
    earlier = Today("2026-11-21")
    earlier.observe(done(50))
    days.restore(earlier.summary())
    days.save()
    assert kept[0].replies == 2


async def test_yesterday_is_not_added_to_today() -> None:
    days = DailySummaries(wall_clock=Clock())
    days.restore(Today("2026-11-20").summary())
    assert days.today().replies == 0
