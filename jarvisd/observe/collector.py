"""One row of all series: reads every room, and the machine in a thread. Changes none of them.

Counters become rates here: per second since the row before.
"""

import asyncio
import time
from collections.abc import Callable

from jarvisd.host.consumption import Consumed, Consumption
from jarvisd.host.pressure import Share
from jarvisd.host.processes import own_rss_bytes
from jarvisd.reply.replies import Replies
from jarvisd.reply.reply import Reply
from jarvisd.speech import Speech
from jarvisd.store import Store
from jarvisd.telemetry.counters import Counters
from jarvisd.telemetry.loop_lag import LoopLag
from jarvisd.telemetry.series import row_of


class Collector:
    """``await read()`` for a row."""

    def __init__(
        self,
        *,
        replies: Replies,
        speech: Speech,
        store: Store,
        lag: LoopLag,
        counters: Counters,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._replies = replies
        self._speech = speech
        self._store = store
        self._lag = lag
        self._counters = counters
        self._clock = clock
        self._consumption = Consumption()
        self._daemon, self._workers, self._model = Share(), Share(), Share()
        self._pieces = Share()
        self._lag_seen_at = clock()
        self.consumed = Consumed(0.0, 0.0, None, None)

    async def read(self) -> list[float]:
        """Everything now, in the order of the series."""
        workers = self._speech.workers()
        consumed = await asyncio.to_thread(self._consumption.read, [w.pid for w in workers])
        self.consumed = consumed
        now = self._clock()
        since, self._lag_seen_at = self._lag_seen_at, now
        audible = self._replies.active()
        return row_of(
            {
                "daemon_cpu": self._daemon.update(now, consumed.daemon_cpu_s),
                "workers_cpu": self._workers.update(now, consumed.workers_cpu_s),
                "model_cpu": self._model.update(now, consumed.model_cpu_s),
                "cpu_pressure": consumed.cpu_pressure,
                "tokens_per_s": self._tokens_per_s(now, audible),
                "slack_s": min((reply.vitals.slack_s for reply in audible), default=None),
                "replies": len(audible),
                "speech_waiting": self._speech.waiting,
                "store_waiting": self._store.waiting,
                "slots": self._speech.slots,
                "slots_in_use": self._speech.slots_in_use,
                "loop_lag_ms": 1_000 * self._lag.worst_since(since),
                "daemon_rss_bytes": own_rss_bytes(),
                "workers_rss_bytes": sum(worker.rss_bytes for worker in workers),
            }
        )

    def _tokens_per_s(self, now: float, audible: list[Reply]) -> float | None:
        """No value while no model writes."""
        rate = self._pieces.update(now, float(self._counters.pieces))
        writing = any(not reply.over for reply in audible)
        return rate if rate or writing else None
