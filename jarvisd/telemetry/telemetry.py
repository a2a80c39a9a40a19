"""All measurements and records, for the API."""

from dataclasses import dataclass, field

from jarvisd.config import TelemetrySettings
from jarvisd.telemetry.counters import Counters
from jarvisd.telemetry.daily_summary import DailySummaries
from jarvisd.telemetry.loop_lag import LoopLag
from jarvisd.telemetry.records import Records
from jarvisd.telemetry.traces import Traces, Tracing
from jarvisd.wire import ReplyEvent


@dataclass(slots=True, kw_only=True)
class Telemetry:
    """Gets every event of every reply by ``observe``, which takes microseconds."""

    lag: LoopLag = field(default_factory=LoopLag)
    counters: Counters = field(default_factory=Counters)
    records: Records = field(default_factory=Records)
    traces: Traces = field(default_factory=Traces)
    daily: DailySummaries = field(default_factory=DailySummaries)

    def apply(self, settings: TelemetrySettings) -> None:
        """Apply the settings, at the start and after a reload."""
        self.traces.enabled = settings.traces
        self.daily.apply(settings.summary_days)

    def trace(self, *, wanted: bool) -> Tracing:
        """The trace of a reply that begins."""
        return self.traces.begin(wanted)

    def span(self, name: str, milliseconds: float) -> None:
        """Record a span that is in no event."""
        self.records.spans[name].record(milliseconds)
        self.daily.span(name, milliseconds)

    def observe(self, event: ReplyEvent) -> None:
        """Record one event of a reply."""
        self.counters.observe(event)
        self.records.observe(event)
        self.daily.observe(event)
