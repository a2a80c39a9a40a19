"""Builds the parts in the order in which they need each other, and connects them.

A function that starts something puts its stop onto the stack, so that everything stops in reverse.
Events between parts go through topics, which are made first. Signals, sockets and supervision are
in ``daemon``.
"""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from jarvisd.config import Settings
from jarvisd.governor.governor import Governor
from jarvisd.host.machine import HostReader
from jarvisd.host.notify import Notifier
from jarvisd.host.placement import Placement, place
from jarvisd.llm.choosing import ChosenProvider
from jarvisd.llm.model import ProviderNews
from jarvisd.llm.opening import open_providers
from jarvisd.observe.collector import Collector
from jarvisd.observe.facts import FactFinder
from jarvisd.observe.health import ComponentHealth, DependencyCheck
from jarvisd.observe.metrics import MetricsText
from jarvisd.observe.status import ProcessFigures, StatusReport
from jarvisd.observe.status_line import StatusLine
from jarvisd.reply.replies import Replies
from jarvisd.speech import Speech
from jarvisd.store import Store, StoreNews
from jarvisd.store.model import DaySummary
from jarvisd.telemetry.daily_summary import DailySummaries
from jarvisd.telemetry.events import EventBus
from jarvisd.telemetry.sampling import Sampler
from jarvisd.telemetry.telemetry import Telemetry
from jarvisd.topic import Topic
from jarvisd.wire import GovernorDecision, ReplyEvent

DATABASE_NAME = "jarvisd.sqlite3"
# Among these is today's, or nothing of today was kept yet.
DAYS_READ = 366


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics between parts."""

    # Every event of every reply.
    replies: Topic[ReplyEvent] = field(default_factory=lambda: Topic("replies"))
    decisions: Topic[GovernorDecision] = field(default_factory=lambda: Topic("decisions"))
    # How a language model was found to be.
    provider: Topic[ProviderNews] = field(default_factory=lambda: Topic("provider"))
    # What becomes of the disk.
    store: Topic[StoreNews] = field(default_factory=lambda: Topic("store"))
    # The state of this part may be another one.
    changed: Topic[str] = field(default_factory=lambda: Topic("changed"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Every part, started."""

    store: Store
    speech: Speech
    providers: ChosenProvider
    replies: Replies
    governor: Governor
    events: EventBus
    telemetry: Telemetry
    sampler: Sampler
    health: ComponentHealth
    check: DependencyCheck
    status: StatusReport
    line: StatusLine
    metrics: MetricsText

    def apply(self, settings: Settings) -> None:
        """Apply the settings that can change while running."""
        self.providers.apply(settings.llm)
        self.health.apply(settings.llm)
        self.speech.apply(settings.speech)
        self.governor.apply(settings)
        self.replies.apply(settings)
        self.telemetry.apply(settings.telemetry)


async def start_parts(
    stack: AsyncExitStack,
    settings: Settings,
    *,
    state_dir: Path,
    notifier: Notifier,
    process: ProcessFigures,
) -> Parts:
    """Start every part; ``stack`` stops them in reverse."""
    topics = Topics()
    store = await _start_store(stack, settings, topics, state_dir)
    placement = await asyncio.to_thread(place, settings.host)
    speech = await _start_speech(stack, settings, topics, state_dir, placement)
    events = EventBus(settings.api.event_backlog)
    telemetry = _start_telemetry(stack, settings, store)
    health = ComponentHealth(settings.llm, speech=speech, store=store, cgroup=placement.status)
    host = HostReader(state_dir)
    facts = FactFinder(host, health=health, counters=telemetry.counters, uptime_s=process.uptime_s)
    providers = _start_providers(stack, settings, topics, facts)
    replies = Replies(
        settings,
        speech=speech,
        store=store,
        providers=providers,
        publish=topics.replies.publish,
        rewrite=events.rewrite,
        measures=telemetry,
    )
    collector = Collector(
        replies=replies,
        speech=speech,
        store=store,
        lag=telemetry.lag,
        counters=telemetry.counters,
    )
    sampler = _start_sampler(stack, telemetry, collector, replies)
    governor = _start_governor(
        stack, settings, topics, speech=speech, placement=placement, replies=replies, health=health
    )
    status = StatusReport(
        process,
        health=health,
        replies=replies,
        speech=speech,
        counters=telemetry.counters,
        lag=telemetry.lag,
    )
    metrics = MetricsText(
        telemetry,
        collector,
        sampler=sampler,
        speech=speech,
        store=store,
        host=host,
        status=status.status,
        governor=governor.report,
    )
    parts = Parts(
        store=store,
        speech=speech,
        providers=providers,
        replies=replies,
        governor=governor,
        events=events,
        telemetry=telemetry,
        sampler=sampler,
        health=health,
        check=DependencyCheck(
            health, providers=providers, store=store, checked=telemetry.records.checked
        ),
        status=status,
        line=StatusLine(notifier, status.line),
        metrics=metrics,
    )
    _subscribe(topics, parts)
    return parts


def _subscribe(topics: Topics, parts: Parts) -> None:
    """Subscribe the parts to the topics, in this order."""
    for told in (
        parts.telemetry.observe,
        parts.events.publish,
        parts.governor.observe,
        parts.sampler.observe,
        parts.line.observe,
    ):
        topics.replies.subscribe(told)
    topics.decisions.subscribe(parts.events.publish)
    topics.provider.subscribe(parts.health.learn)
    topics.provider.subscribe(lambda _: topics.changed.publish("llm"))
    topics.store.subscribe(
        lambda news: parts.telemetry.records.notice(news.level, news.name, news.message)
    )
    topics.store.subscribe(lambda _: topics.changed.publish("store"))
    topics.changed.subscribe(lambda _: parts.line.changed())


# --- start and stop, in pairs -------------------------------------------------------------------


async def _start_store(
    stack: AsyncExitStack, settings: Settings, topics: Topics, state_dir: Path
) -> Store:
    store = await Store.open(
        state_dir / DATABASE_NAME if settings.store.enabled else None,
        queue=settings.store.queue,
        on_news=topics.store.publish,
    )
    stack.push_async_callback(store.close)
    return store


async def _start_speech(
    stack: AsyncExitStack,
    settings: Settings,
    topics: Topics,
    state_dir: Path,
    placement: Placement,
) -> Speech:
    speech = Speech(
        settings.speech,
        state_dir=state_dir,
        placement=placement,
        on_change=lambda: topics.changed.publish("speech"),
    )
    await speech.start()
    stack.push_async_callback(speech.stop)
    return speech


def _start_telemetry(stack: AsyncExitStack, settings: Settings, store: Store) -> Telemetry:
    async def kept(day: str) -> DaySummary | None:
        return next((one for one in await store.days(DAYS_READ) if one.day == day), None)

    daily = DailySummaries(store.keep_day, kept)
    daily.start()
    stack.callback(daily.close)
    telemetry = Telemetry(daily=daily)
    telemetry.apply(settings.telemetry)
    return telemetry


def _start_providers(
    stack: AsyncExitStack, settings: Settings, topics: Topics, facts: FactFinder
) -> ChosenProvider:
    providers = ChosenProvider(
        settings.llm,
        *open_providers(settings.llm, facts),
        on_news=topics.provider.publish,
    )
    stack.push_async_callback(providers.close)
    return providers


def _start_sampler(
    stack: AsyncExitStack, telemetry: Telemetry, collector: Collector, replies: Replies
) -> Sampler:
    sampler = Sampler(telemetry.lag, read=collector.read, busy=lambda: bool(replies.active()))
    stack.push_async_callback(sampler.close)
    return sampler


def _start_governor(
    stack: AsyncExitStack,
    settings: Settings,
    topics: Topics,
    *,
    speech: Speech,
    placement: Placement,
    replies: Replies,
    health: ComponentHealth,
) -> Governor:
    governor = Governor(
        settings,
        speech=speech,
        placement=placement,
        turns=replies.running,
        publish=topics.decisions.publish,
        model=lambda: health.model,
    )
    stack.push_async_callback(governor.stop)
    return governor
