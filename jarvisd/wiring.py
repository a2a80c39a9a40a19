"""The rooms that answer: store, speech, providers, governor, replies, and what watches them.

Builds them in the order in which they need each other and pushes what stops each onto the stack.
What makes a process of them (signals, sockets, supervision) is the daemon's.
"""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from jarvisd.config import Settings
from jarvisd.governor.steering import Steering
from jarvisd.host.notify import Notifier
from jarvisd.host.placement import Placement, place
from jarvisd.host.status_line import StatusLine
from jarvisd.llm import Builtin, ChosenProvider, HostFacts, LlamaServer
from jarvisd.observe.collector import Collector
from jarvisd.observe.metrics import MetricsText
from jarvisd.observe.status import StatusReport, rss_bytes
from jarvisd.reply.event_log import TERMINAL
from jarvisd.reply.replies import Replies
from jarvisd.speech import Speech
from jarvisd.store import Store
from jarvisd.telemetry.events import EventBus
from jarvisd.telemetry.telemetry import Telemetry
from jarvisd.wire import ReplyEvent, ReplyStarted

# Events after which the status line may be another one.
TELLING = (ReplyStarted, *TERMINAL)
DATABASE_NAME = "jarvisd.sqlite3"


@dataclass(frozen=True, slots=True)
class Rooms:
    """Every room, started."""

    store: Store
    speech: Speech
    events: EventBus
    telemetry: Telemetry
    exposition: MetricsText
    overview: StatusReport
    providers: ChosenProvider
    steering: Steering
    replies: Replies
    line: StatusLine

    def apply(self, settings: Settings) -> None:
        """Take over what of new settings can change while running; each room as it can."""
        self.providers.apply(settings.llm)
        self.overview.apply(settings.llm)
        self.speech.apply(settings.speech)
        self.steering.apply(settings)
        self.replies.apply(settings)
        self.telemetry.apply(settings.telemetry)


async def start_rooms(
    stack: AsyncExitStack, settings: Settings, *, state_dir: Path, notifier: Notifier
) -> Rooms:
    """Start every room; ``stack`` stops them in reverse."""
    store = await _start_store(stack, settings, state_dir)
    placement = await asyncio.to_thread(place, settings.host)
    speech = await _start_speech(stack, settings, state_dir, placement)
    events = EventBus(settings.api.event_backlog)
    telemetry = Telemetry()
    telemetry.apply(settings.telemetry)
    _start_days(stack, telemetry, store)
    overview, providers = _make_overview(
        stack, settings, speech=speech, store=store, telemetry=telemetry, state_dir=state_dir
    )
    overview.on_checked = telemetry.records.checked
    overview.standing = lambda: placement.status
    steering = _start_steering(
        stack, settings, speech=speech, placement=placement, overview=overview, events=events
    )
    line = StatusLine(notifier, overview.line)

    def publish(event: ReplyEvent) -> None:
        telemetry.observe(event)
        events.publish(event)
        steering.observe(event)
        if isinstance(event, TELLING):
            line.changed()

    replies = Replies(
        settings,
        speech=speech,
        store=store,
        providers=providers,
        publish=publish,
        measures=telemetry,
    )
    overview.replies = replies
    gauges = _start_sampling(stack, telemetry, replies=replies, speech=speech, store=store)
    exposition = MetricsText(
        telemetry,
        gauges,
        speech=speech,
        store=store,
        host=overview.host,
        status=overview.status,
        governor=steering.report,
    )
    _follow_changes(line, overview, speech, store)
    return Rooms(
        store=store,
        speech=speech,
        events=events,
        telemetry=telemetry,
        exposition=exposition,
        overview=overview,
        providers=providers,
        steering=steering,
        replies=replies,
        line=line,
    )


async def _start_store(stack: AsyncExitStack, settings: Settings, state_dir: Path) -> Store:
    path = state_dir / DATABASE_NAME if settings.store.enabled else None
    store = await Store.open(path, queue=settings.store.queue)
    stack.push_async_callback(store.close)
    return store


async def _start_speech(
    stack: AsyncExitStack, settings: Settings, state_dir: Path, placement: Placement
) -> Speech:
    speech = Speech(settings.speech, state_dir=state_dir, placement=placement)
    await speech.start()
    stack.push_async_callback(speech.stop)
    return speech


def _make_overview(
    stack: AsyncExitStack,
    settings: Settings,
    *,
    speech: Speech,
    store: Store,
    telemetry: Telemetry,
    state_dir: Path,
) -> tuple[StatusReport, ChosenProvider]:
    async def facts() -> HostFacts:
        # The builtin provider talks about the daemon, whose overview includes the providers: the
        # one knot in the tree, tied here.
        return await overview.facts()

    providers = ChosenProvider(settings.llm, LlamaServer(settings.llm), Builtin(facts))
    stack.push_async_callback(providers.close)
    overview = StatusReport(
        settings.llm,
        speech=speech,
        store=store,
        providers=providers,
        counters=telemetry.counters,
        loop_lag_ms=telemetry.lag.recent_ms,
        state_dir=state_dir,
    )
    return overview, providers


def _start_steering(
    stack: AsyncExitStack,
    settings: Settings,
    *,
    speech: Speech,
    placement: Placement,
    overview: StatusReport,
    events: EventBus,
) -> Steering:
    steering = Steering(
        settings,
        speech=speech,
        placement=placement,
        pulses=overview.running,
        publish=events.publish,
        model=lambda: overview.model,
    )
    stack.push_async_callback(steering.stop)
    return steering


def _start_days(stack: AsyncExitStack, telemetry: Telemetry, store: Store) -> None:
    async def restore() -> None:
        kept = await store.days(1)
        telemetry.daily.restore(kept[0] if kept else None)

    telemetry.daily.keep = store.keep_day
    restoring = asyncio.create_task(restore(), name="today so far")
    stack.callback(telemetry.daily.save)
    stack.callback(restoring.cancel)


def _start_sampling(
    stack: AsyncExitStack,
    telemetry: Telemetry,
    *,
    replies: Replies,
    speech: Speech,
    store: Store,
) -> Collector:
    gauges = Collector(
        replies=replies,
        speech=speech,
        store=store,
        lag=telemetry.lag,
        counters=telemetry.counters,
        rss_bytes=rss_bytes,
    )
    telemetry.sampler.read = gauges.read
    telemetry.sampler.busy = lambda: bool(replies.active())
    stack.push_async_callback(telemetry.sampler.close)
    return gauges


def _follow_changes(line: StatusLine, overview: StatusReport, speech: Speech, store: Store) -> None:
    """Whatever changes what the status line says has to say so."""
    overview.on_change = line.changed
    speech.on_change(line.changed)
    if store.writer is not None:
        store.writer.on_change = line.changed
