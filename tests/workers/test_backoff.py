from jarvisd.workers.backoff import Backoff


def test_delays_double_up_to_a_bound_and_start_over_after_a_success() -> None:
    backoff = Backoff(first_s=0.5, most_s=3, chance=lambda: 0.0)

    assert [backoff.failed() for _ in range(5)] == [0.5, 1, 2, 3, 3]
    backoff.succeeded()
    assert backoff.failed() == 0.5


def test_however_often_it_failed_an_engine_is_tried_again_within_five_seconds() -> None:
    backoff = Backoff()

    assert all(backoff.failed() < 5 for _ in range(100))


def test_chance_takes_a_quarter_off_at_most() -> None:
    backoff = Backoff(first_s=1.0, chance=lambda: 1.0)

    assert [backoff.failed() for _ in range(3)] == [0.75, 1.5, 2.25]
