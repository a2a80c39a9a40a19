from jarvisd.speech.backoff import Backoff
from jarvisd.speech.health import EngineHealth


def test_delays_double_up_to_a_bound_and_start_over_after_a_success() -> None:
    backoff = Backoff(first_s=0.5, most_s=3)

    assert [backoff.failed() for _ in range(5)] == [0.5, 1, 2, 3, 3]
    backoff.succeeded()
    assert backoff.failed() == 0.5


def test_an_engine_that_cannot_start_has_failed_until_a_worker_proves_it() -> None:
    health = EngineHealth()

    health.start_failed("no library")
    assert (health.failed, health.reason) == (True, "no library")
    health.proved()
    assert not health.failed


def test_three_deaths_within_a_minute_are_a_failure() -> None:
    health = EngineHealth()

    health.died(0, "SIGSEGV")
    health.died(30, "SIGSEGV")
    assert not health.failed
    health.died(59, "SIGSEGV")
    assert "SIGSEGV" in health.reason


def test_deaths_far_apart_are_not() -> None:
    health = EngineHealth()

    for now in (0, 50, 100, 150):
        health.died(now, "SIGSEGV")

    assert not health.failed


def test_three_results_without_audio_in_a_row_are_a_failure() -> None:
    health = EngineHealth()

    health.made_nothing("silent")
    health.made_nothing("silent")
    health.spoke()
    health.made_nothing("silent")
    health.made_nothing("silent")
    assert not health.failed
    health.made_nothing("silent")
    assert health.failed
