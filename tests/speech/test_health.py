from jarvisd.speech.health import EngineHealth


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

    health.job_failed("silent")
    health.job_failed("silent")
    health.job_done()
    health.job_failed("silent")
    health.job_failed("silent")
    assert not health.failed
    health.job_failed("silent")
    assert health.failed


def test_two_hangs_in_a_row_are_a_failure() -> None:
    health = EngineHealth()

    health.hung(0, "it hung")
    health.job_done()
    health.hung(1, "it hung")
    health.proved()  # a spare was started meanwhile: that proves nothing
    assert not health.failed
    health.hung(2, "it hung")
    assert "it hung" in health.reason


def test_an_engine_that_was_ill_is_on_probation_until_it_has_spoken() -> None:
    health = EngineHealth()
    health.start_failed("no library")
    health.proved()
    assert not health.failed

    health.hung(100, "it hung")
    assert health.failed

    health.proved()
    health.job_done()
    health.died(300, "SIGSEGV")
    assert not health.failed
