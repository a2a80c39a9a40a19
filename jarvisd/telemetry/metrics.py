"""The metrics: stable names with units, and their values. Pure.

Names are added, never changed: alert rules and dashboards of other people use them. A family is
always there, even without a sample.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from jarvisd.telemetry.counters import Counters
from jarvisd.telemetry.openmetrics import (
    Family,
    MetricSample,
    counter,
    gauge,
    gauges,
    histogram,
    total,
)
from jarvisd.telemetry.sketch import Sketch
from jarvisd.wire import StatusResponse

_GOOD = frozenset({"ready", "idle"})
# Seconds. Around the figures that are promised: 5 and 40 ms, 0.3 and 0.5 s.
_SHORT = (0.001, 0.002, 0.005, 0.01, 0.02, 0.04, 0.05, 0.1, 0.25, 0.5, 1.0)
_LONG = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_HISTOGRAMS = (
    ("ttft", "time_to_first_token", "From the message to the model's first token.", _LONG),
    ("text_aggregation", "text_aggregation", "From the first token to an utterance.", _LONG),
    ("tts_ttfb", "synthesis_first_audio", "From an utterance to its first audio.", _LONG),
    ("ttfa", "time_to_first_audio", "From the message to the first audio.", _LONG),
    ("reply", "reply_duration", "From the message to the end of the reply.", _LONG),
    ("interrupt", "interrupt", "From an interrupt until its synthesis has stopped.", _SHORT),
    ("frame", "frame_lateness", "How late paced frames of audio were sent.", _SHORT),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsInput:
    """The values of the metrics at one moment; ``None``: unknown."""

    status: StatusResponse
    counters: Counters
    spans: Mapping[str, Sketch]
    tokens_per_s: float | None = None
    model_loss: float | None = None
    slack_s: float | None = None
    speech_waiting: int = 0
    store_waiting: int = 0
    store_dropped: int = 0
    tasks: int = 0
    worker_deaths: Mapping[str, int] = field(default_factory=dict)
    cpu_s: Mapping[str, float | None] = field(default_factory=dict)
    cpu_pressure: float | None = None
    disk_free_bytes: int | None = None
    disk_size_bytes: int | None = None


def families(now: MetricsInput) -> Iterator[Family]:
    """Every metric with its current value."""
    yield from _process(now)
    yield from _replies(now)
    yield from _speech(now)
    yield from _machine(now)
    for span, name, about, bounds in _HISTOGRAMS:
        yield _seconds(f"jarvisd_{name}_seconds", about, bounds, now.spans[span])


def _process(now: MetricsInput) -> Iterator[Family]:
    status = now.status
    version = [MetricSample(1, {"version": status.version}, "_info")]
    yield Family("jarvisd_build", "info", "Version of the daemon.", version)
    yield gauge(
        "jarvisd_uptime_seconds", "Time since the daemon started.", status.uptime_s, "seconds"
    )
    yield gauges(
        "jarvisd_component_up",
        "1 if a component works, 0 if it does not.",
        {found.name: found.state in _GOOD for found in status.components},
        "component",
    )
    yield gauge("jarvisd_connections", "Open connections to the API.", status.connections)
    yield gauge(
        "jarvisd_loop_lag_seconds",
        "The event loop's worst delay in the last minute.",
        status.loop_lag_ms / 1_000,
        "seconds",
    )
    yield gauge("jarvisd_tasks", "Tasks on the event loop.", now.tasks)
    yield gauge(
        "jarvisd_store_waiting", "Changes that wait to be written to disk.", now.store_waiting
    )
    yield total(
        "jarvisd_store_dropped", "Changes lost because the disk was too slow.", now.store_dropped
    )


def _replies(now: MetricsInput) -> Iterator[Family]:
    counters = now.counters
    yield counter("jarvisd_replies", "Replies that ended.", counters.outcomes, "outcome")
    yield counter("jarvisd_reply_errors", "Replies that failed.", counters.errors, "code")
    yield gauge("jarvisd_replies_active", "Replies in progress.", len(now.status.replies))
    yield counter("jarvisd_tokens", "Tokens as the model counts them.", counters.tokens, "kind")
    yield gauge(
        "jarvisd_tokens_per_second",
        "Tokens per second that the model writes now.",
        now.tokens_per_s,
    )
    yield gauge(
        "jarvisd_model_loss_ratio",
        "Share of the model's tokens per second that speaking costs it.",
        now.model_loss,
        "ratio",
    )


def _speech(now: MetricsInput) -> Iterator[Family]:
    counters, status = now.counters, now.status
    # Engines that may speak have workers that may die, so that they are named there.
    spoken = dict.fromkeys(now.worker_deaths, 0) | counters.engines
    yield counter("jarvisd_utterances", "Utterances spoken.", spoken, "engine")
    yield total(
        "jarvisd_fallback_utterances", "Utterances spoken by a fallback voice.", counters.fallback
    )
    yield counter("jarvisd_skipped_utterances", "Utterances not spoken.", counters.skips, "reason")
    yield gauge("jarvisd_speech_waiting", "Utterances that wait for a worker.", now.speech_waiting)
    yield gauge(
        "jarvisd_slots", "Utterances that may be synthesised at the same time.", status.slots
    )
    yield gauge("jarvisd_slots_in_use", "Utterances being synthesised now.", status.slots_in_use)
    yield gauge("jarvisd_workers", "Engine worker processes.", len(status.workers))
    yield counter(
        "jarvisd_worker_restarts",
        "Engine workers that ended unexpectedly.",
        now.worker_deaths,
        "engine",
    )
    yield gauge(
        "jarvisd_playback_slack_seconds",
        "Audio synthesised and not yet played, of the reply with the least of it.",
        now.slack_s,
        "seconds",
    )


def _machine(now: MetricsInput) -> Iterator[Family]:
    used = {who: spent for who, spent in now.cpu_s.items() if spent is not None}
    yield counter(
        "jarvisd_cpu_seconds", "CPU time used since the first measurement.", used, "who", "seconds"
    )
    yield gauges(
        "jarvisd_memory_bytes",
        "Resident memory.",
        {
            "daemon": now.status.rss_bytes,
            "workers": sum(worker.rss_bytes for worker in now.status.workers),
        },
        "who",
        "bytes",
    )
    pressure = None if now.cpu_pressure is None else now.cpu_pressure / 100
    yield gauge(
        "jarvisd_cpu_pressure_ratio",
        "CPU pressure: share of the last ten seconds in which a task waited for a CPU.",
        pressure,
        "ratio",
    )
    yield gauge(
        "jarvisd_disk_free_bytes",
        "Free space on the file system with the state directory.",
        now.disk_free_bytes,
        "bytes",
    )
    yield gauge(
        "jarvisd_disk_size_bytes", "Size of that file system.", now.disk_size_bytes, "bytes"
    )


def _seconds(name: str, about: str, bounds: tuple[float, ...], sketch: Sketch) -> Family:
    """The sketch counts milliseconds, to within a percent."""
    buckets = [(bound, sketch.at_most(1_000 * bound)) for bound in bounds]
    return histogram(
        name, about, buckets, count=sketch.count, total=sketch.total / 1_000, unit="seconds"
    )
