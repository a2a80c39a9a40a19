"""How fast a model writes in silence, and how fast it writes now."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisd.governor.baseline import KEYS, Baselines, Circumstances, TokenRate

HERE = Circumstances("llama", 300)


def learnt(*rates: float, at: Circumstances = HERE) -> Baselines:
    baselines = Baselines()
    for rate in rates:
        baselines.learn(at, rate)
    return baselines


def test_a_few_measurements_are_needed() -> None:
    assert learnt(40, 41).of(HERE) is None
    assert learnt(40, 41, 42).of(HERE) == 41


def test_a_hiccup_changes_nothing() -> None:
    assert learnt(40, 41, 42, 3, 41).of(HERE) == 41


def test_it_follows_when_the_model_has_really_become_another() -> None:
    assert learnt(*[40] * 31, *[20] * 31).of(HERE) == 20


def test_each_model_length_and_company_has_its_own() -> None:
    baselines = learnt(40, 40, 40)
    assert baselines.of(HERE._replace(context=500)) == 40
    assert baselines.of(HERE._replace(model="other")) is None
    assert baselines.of(HERE._replace(parallel=2)) is None


def test_a_shorter_context_stands_in_but_never_a_longer_one() -> None:
    baselines = learnt(40, 40, 40)
    assert baselines.of(HERE._replace(context=5_000)) == 40
    assert baselines.of(HERE._replace(context=10)) is None


def test_memory_is_bounded() -> None:
    baselines = Baselines()
    for number in range(KEYS + 10):
        for _ in range(3):
            baselines.learn(Circumstances(f"model {number}", 10), 1.0)
    assert baselines.of(Circumstances("model 0", 10)) is None
    assert baselines.of(Circumstances(f"model {KEYS + 9}", 10)) == 1.0


def written(times: list[float]) -> TokenRate:
    rate = TokenRate()
    for time in times:
        rate.token(time)
    return rate


def test_a_steady_rate() -> None:
    times = [index / 40 for index in range(400)]
    assert written(times).per_s(10.0) == pytest.approx(40)


def test_a_slow_model_has_a_rate_too() -> None:
    times = [index / 2 for index in range(20)]
    assert written(times).per_s(9.5) == pytest.approx(2)


def test_few_tokens_tell_nothing() -> None:
    assert written([0.1, 0.2, 0.3]).per_s(0.3) is None


def test_a_stall_is_seen_before_the_next_token() -> None:
    rate = written([index / 40 for index in range(80)])
    rates = [rate.per_s(2.0 + later / 4) for later in range(8)]
    assert all(a is not None and b is not None and a > b for a, b in pairwise(rates))


@given(st.lists(st.floats(0.001, 2.0), max_size=200))
def test_rates_are_never_wild(gaps: list[float]) -> None:
    now, rate = 0.0, TokenRate()
    for gap in gaps:
        now += gap
        rate.token(now)
    found = rate.per_s(now)
    assert found is None or 0 < found <= 1_001
