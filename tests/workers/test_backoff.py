from jarvisd.workers.backoff import Backoff


def test_delays_double_up_to_a_bound_and_start_over_after_a_success() -> None:
    backoff = Backoff(first_s=0.5, most_s=3)

    assert [backoff.failed() for _ in range(5)] == [0.5, 1, 2, 3, 3]
    backoff.succeeded()
    assert backoff.failed() == 0.5
