"""Which level is in force, as a value of time; and the switch that puts it in force."""

import asyncio

from hypothesis import given
from hypothesis import strategies as some

from jarvisd.telemetry.log_level import LevelChoice, LevelSwitch
from jarvisd.wire import LogLevel

LEVELS = some.sampled_from(["debug", "info", "warning", "error"])


def test_without_a_wish_it_is_as_configured() -> None:
    choice = LevelChoice("info")
    assert (choice.level(5.0), choice.remaining_s(5.0)) == ("info", None)
    choice.configured = "error"
    assert choice.level(6.0) == "error"


def test_a_wish_with_a_time_ends_by_itself() -> None:
    choice = LevelChoice("info")
    choice.ask("debug", now=100.0, for_s=60.0)
    assert (choice.level(159.9), choice.remaining_s(130.0)) == ("debug", 30.0)
    assert (choice.level(160.0), choice.remaining_s(160.0)) == ("info", None)


def test_a_wish_without_a_time_stays_until_it_is_withdrawn() -> None:
    choice = LevelChoice("info")
    choice.ask("debug", now=0.0)
    choice.configured = "warning"
    assert (choice.level(1e9), choice.remaining_s(1e9)) == ("debug", None)
    choice.ask(None, now=1e9, for_s=5.0)
    assert (choice.level(1e9), choice.remaining_s(1e9)) == ("warning", None)


@given(
    configured=LEVELS,
    wishes=some.lists(
        some.tuples(some.none() | LEVELS, some.floats(0, 50), some.none() | some.floats(0.1, 50)),
        max_size=20,
    ),
)
def test_the_newest_wish_counts_while_it_lasts(
    configured: LogLevel, wishes: list[tuple[LogLevel | None, float, float | None]]
) -> None:
    choice, now = LevelChoice(configured), 0.0
    for level, pause, for_s in wishes:
        choice.ask(level, now=now, for_s=for_s)
        asked_at, now = now, now + pause
        over = level is None or (for_s is not None and now >= asked_at + for_s)
        assert choice.level(now) == (configured if over else level)
        remaining = choice.remaining_s(now)
        assert (remaining is None) == (over or for_s is None)
        assert remaining is None or 0 < remaining <= 50


def test_no_more_remains_than_was_asked_for() -> None:
    choice = LevelChoice("info")
    choice.ask("debug", now=4044.324, for_s=60.0)
    assert choice.remaining_s(4044.324) == 60.0


async def test_the_switch_applies_changes_and_reverts() -> None:
    reverted = asyncio.Event()
    applied: list[str] = []

    def apply(level: LogLevel) -> None:
        applied.append(level)
        if level == "info":
            reverted.set()

    switch = LevelSwitch("info", apply)
    assert switch.state().level == "info"
    state = switch.ask("debug", 0.01)
    assert (state.level, state.configured) == ("debug", "info")
    assert state.reverts_in_s is not None
    await reverted.wait()
    assert applied == ["debug", "info"]
    assert switch.state().reverts_in_s is None
    switch.close()


async def test_a_reload_does_not_end_a_wish() -> None:
    applied: list[str] = []
    switch = LevelSwitch("info", applied.append)
    switch.ask("debug", None)
    switch.configure("error")
    assert applied == ["debug"]
    assert switch.ask(None, None).level == "error"
    assert applied == ["debug", "error"]
    switch.configure("warning")
    assert applied[-1] == "warning"
