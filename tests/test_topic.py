"""News reach everybody who listens, in order, whatever one of them does."""

import pytest
from structlog.testing import capture_logs

from jarvisd.topic import MOST_LISTENERS, Topic


def test_everybody_is_told_in_the_order_in_which_they_subscribed() -> None:
    topic: Topic[int] = Topic("numbers")
    told: list[tuple[str, int]] = []
    topic.subscribe(lambda news: told.append(("first", news)))
    topic.publish(1)
    topic.subscribe(lambda news: told.append(("second", news)))
    topic.publish(2)
    assert told == [("first", 1), ("first", 2), ("second", 2)]


def test_a_listener_that_fails_harms_nobody_and_is_logged() -> None:
    topic: Topic[int] = Topic("numbers")
    told: list[int] = []

    def fail(news: int) -> None:
        raise RuntimeError(f"cannot take {news}")

    topic.subscribe(fail)
    topic.subscribe(told.append)
    with capture_logs() as logged:
        topic.publish(1)
    assert told == [1]
    assert [(line["event"], line["topic"]) for line in logged] == [
        ("topic.listener_failed", "numbers")
    ]


def test_listeners_are_bounded() -> None:
    topic: Topic[int] = Topic("numbers")
    for _ in range(MOST_LISTENERS):
        topic.subscribe(lambda _news: None)
    with pytest.raises(ValueError, match="numbers has 16 listeners"):
        topic.subscribe(lambda _news: None)
