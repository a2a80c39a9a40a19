import asyncio

from hypothesis import given
from hypothesis import strategies as st

from jarvisd.telemetry.loop_lag import MAX_SAMPLES, WINDOW_S, LoopLag


class Clock:
    """Time that moves when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def test_a_late_callback_is_seen_by_the_next_call() -> None:
    clock = Clock()
    lag = LoopLag(clock=clock)
    assert lag.recent_ms() == 0.0
    clock.now += 0.25  # what the loop did instead of running the callback
    await asyncio.sleep(0)
    assert lag.recent_ms() == 250.0


def test_old_samples_are_forgotten() -> None:
    lag = LoopLag(clock=Clock())
    lag.record(10.0, 0.5)
    lag.record(20.0, 0.1)
    assert lag.worst(20.0) == 0.5
    assert lag.worst(20.0 + WINDOW_S) == 0.1
    assert lag.worst(21.0 + WINDOW_S) == 0.0


@given(st.lists(st.tuples(st.floats(0, 30), st.floats(0, 10)), max_size=50))
def test_it_is_the_largest_lag_of_the_window(steps: list[tuple[float, float]]) -> None:
    lag = LoopLag(clock=Clock())
    now = 0.0
    recorded = []
    for step, late in steps:
        now += step
        lag.record(now, late)
        recorded.append((now, late))
        assert lag.worst(now) == max(late for at, late in recorded if at >= now - WINDOW_S)


def test_the_number_of_samples_is_bounded() -> None:
    lag = LoopLag(clock=Clock())
    for number in range(2 * MAX_SAMPLES):
        lag.record(1.0, 5_000.0 - number)  # falling: none makes another superfluous
    assert len(lag._samples) == MAX_SAMPLES
    assert lag.worst(1.0) == 5_000.0


async def test_it_ticks_only_while_somebody_measures() -> None:
    def ticks(lag: LoopLag) -> bool:
        return lag._tick is not None

    lag = LoopLag()
    assert not ticks(lag)
    with lag.measured(), lag.measured():
        assert ticks(lag)
    assert not ticks(lag)
