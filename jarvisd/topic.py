"""News from one part to others that do not know it: synchronous, typed, in order.

The composition root makes the topics, gives a part ``publish`` to tell with and subscribes those
who listen. Nothing is queued: ``publish`` returns when everybody was told. A listener that fails is
logged and harms neither the others nor whoever told the news.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

import structlog

# A bound, not a size: who subscribes for every request has made a mistake.
MOST_LISTENERS = 16

News = TypeVar("News")
log = structlog.get_logger("jarvisd")


class Topic(Generic[News]):
    """One kind of news. Belongs to the event loop's thread."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._listeners: list[Callable[[News], object]] = []

    def subscribe(self, listener: Callable[[News], object]) -> None:
        """Have ``listener`` called with all news from now on, after those before it."""
        if len(self._listeners) >= MOST_LISTENERS:
            raise ValueError(f"{self._name} has {MOST_LISTENERS} listeners already")
        self._listeners.append(listener)

    def publish(self, news: News) -> None:
        """Tell everybody, in the order in which they subscribed."""
        for listener in self._listeners:
            try:
                listener(news)
            except Exception:
                log.exception("topic.listener_failed", topic=self._name)
