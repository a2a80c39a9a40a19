"""Typed events between parts that do not know each other: synchronous, in order.

The composition root makes the topics, gives ``publish`` to one part and subscribes the others.
Nothing is queued: ``publish`` returns when all listeners were called. An error in a listener is
logged, and affects neither the others nor the publisher.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

import structlog

# A bound, not a size: who subscribes for every request has made a mistake.
MOST_LISTENERS = 16

News = TypeVar("News")
log = structlog.get_logger("jarvisd")


class Topic(Generic[News]):
    """One kind of event. Belongs to the event loop's thread."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._listeners: list[Callable[[News], object]] = []

    def subscribe(self, listener: Callable[[News], object]) -> None:
        """Call ``listener`` with all events from now on, after the earlier listeners."""
        if len(self._listeners) >= MOST_LISTENERS:
            raise ValueError(f"{self._name} has {MOST_LISTENERS} listeners already")
        self._listeners.append(listener)

    def publish(self, news: News) -> None:
        """Call all listeners, in the order in which they subscribed."""
        for listener in self._listeners:
            try:
                listener(news)
            except Exception:
                log.exception("topic.listener_failed", topic=self._name)
