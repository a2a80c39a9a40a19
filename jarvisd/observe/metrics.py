"""Collects the values of the metrics from every room on request. Changes none."""

import asyncio
from collections.abc import Callable

from jarvisd.host.machine import HostReader
from jarvisd.observe.collector import Collector
from jarvisd.speech import Speech
from jarvisd.store import Store
from jarvisd.telemetry.metrics import MetricsInput, families
from jarvisd.telemetry.openmetrics import render
from jarvisd.telemetry.sampling import Sampler
from jarvisd.telemetry.telemetry import Telemetry
from jarvisd.wire import GovernorResponse, StatusResponse


class MetricsText:
    """``await text()`` for the whole of it, in OpenMetrics."""

    def __init__(
        self,
        telemetry: Telemetry,
        collector: Collector,
        *,
        sampler: Sampler,
        speech: Speech,
        store: Store,
        host: HostReader,
        status: Callable[[], StatusResponse],
        governor: Callable[[], GovernorResponse],
    ) -> None:
        self._telemetry = telemetry
        self._collector = collector
        self._sampler = sampler
        self._speech = speech
        self._store = store
        self._host = host
        self._status = status
        self._governor = governor

    async def text(self) -> str:
        """All metrics now. Each request takes a row of the series."""
        machine, _ = await asyncio.gather(self._host.read(), self._sampler.refresh())
        newest = self._sampler.history.newest()
        consumed = self._collector.consumed
        return render(
            families(
                MetricsInput(
                    status=self._status(),
                    counters=self._telemetry.counters,
                    spans=self._telemetry.records.spans,
                    tokens_per_s=newest.get("tokens_per_s"),
                    model_loss=self._governor().now.loss,
                    slack_s=newest.get("slack_s"),
                    speech_waiting=self._speech.waiting,
                    store_waiting=self._store.waiting,
                    store_dropped=self._store.dropped,
                    tasks=len(asyncio.all_tasks()),
                    worker_deaths=self._speech.worker_deaths(),
                    cpu_s={
                        "daemon": consumed.daemon_cpu_s,
                        "workers": consumed.workers_cpu_s,
                        "model": consumed.model_cpu_s,
                    },
                    cpu_pressure=consumed.cpu_pressure,
                    disk_free_bytes=machine.disk_free or None,
                    disk_size_bytes=machine.disk_total or None,
                )
            )
        )
