"""The composition root: builds every room, starts them in order, stops them in reverse.

Holds the order of things and nothing else; what the parts do is theirs.
"""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import structlog

import jarvisd
from jarvisd.api.server import ApiServer
from jarvisd.api.services import Services
from jarvisd.api.types import Component, ReloadResponse, ReplyEvent, ReplyStarted
from jarvisd.config import Settings
from jarvisd.errors import JarvisError, UnavailableError
from jarvisd.exposition import Exposition
from jarvisd.gauges import Gauges
from jarvisd.host import sockets
from jarvisd.host.notify import Notifier
from jarvisd.host.placement import Placement, place
from jarvisd.host.status_line import StatusLine
from jarvisd.host.steering import Steering
from jarvisd.host.supervision import Supervision, extended
from jarvisd.llm import Builtin, ChosenProvider, HostFacts, LlamaServer
from jarvisd.overview import Overview, rss_bytes
from jarvisd.reloading import Reloader
from jarvisd.reply.event_log import TERMINAL
from jarvisd.reply.replies import Replies
from jarvisd.speech import Speech
from jarvisd.store import Store
from jarvisd.telemetry import logs
from jarvisd.telemetry.events import EventBus
from jarvisd.telemetry.log_level import LevelSwitch
from jarvisd.telemetry.log_ring import KEPT_LINES, LogRing
from jarvisd.telemetry.telemetry import Telemetry
from jarvisd.vital_signs import VitalSigns

log = structlog.get_logger("jarvisd")

# Events after which the status line may be another one.
TELLING = (ReplyStarted, *TERMINAL)
# A database of years may have to be checked or migrated before the daemon is ready.
LONGEST_START_S = 300.0
LONGEST_CLOSE_S = 20.0
DATABASE_NAME = "jarvisd.sqlite3"
# Whatever else took its time, requests that are about to end get this long.
LEAST_STOP_S = 0.5


class Daemon:
    """One jarvisd. ``run`` serves until a signal (or ``stop``) and leaves nothing behind."""

    def __init__(
        self,
        settings: Settings,
        *,
        environ: Mapping[str, str],
        started_at: float | None = None,
        read: Callable[[], Settings] | None = None,
    ) -> None:
        """``read`` reads the configuration again, from where ``settings`` came from."""
        self.settings = settings
        self._read = read or (lambda: settings)
        self._reloader: Reloader | None = None
        self._environ = environ
        self._started_at = time.monotonic() if started_at is None else started_at
        self._reloading: asyncio.Task[None] | None = None
        self._hung_up = False
        self._looking: asyncio.Task[list[Component]] | None = None
        self._stopping = asyncio.Event()
        self._stopping_since = self._started_at
        self.state_dir = state_directory(settings, environ)

    async def run(self) -> None:
        """Start everything, serve, stop everything. Raises JarvisError where it cannot start."""
        notifier = Notifier(self._environ)
        try:
            async with AsyncExitStack() as stack:
                with extended(notifier, LONGEST_START_S):
                    await self._start(stack, notifier)
                await self._stopping.wait()
                # Server and replies have the deadline each, the database has its own.
                with extended(notifier, 2 * self._deadline_s + LONGEST_CLOSE_S):
                    await stack.aclose()
        finally:
            notifier.close()

    async def _start(self, stack: AsyncExitStack, notifier: Notifier) -> None:
        """Start every room, in order; ``stack`` stops them in reverse."""
        log_ring, level_switch = self._start_log(stack)
        self._start_signals(stack)
        supervision = self._start_supervision(stack, notifier)
        listening = self._open_sockets(stack)
        store = await self._start_store(stack)
        placement = await asyncio.to_thread(place, self.settings.host)
        speech = await self._start_speech(stack, placement)
        events = EventBus(self.settings.api.event_backlog)
        telemetry = Telemetry()
        telemetry.apply(self.settings.telemetry)
        self._start_days(stack, telemetry, store)
        overview, providers = self._make_overview(
            stack, speech=speech, store=store, telemetry=telemetry
        )
        line = StatusLine(notifier, overview.line)
        steering = self._start_steering(
            stack, speech=speech, placement=placement, overview=overview, events=events
        )
        replies = self._make_replies(
            speech=speech,
            store=store,
            providers=providers,
            events=events,
            telemetry=telemetry,
            steering=steering,
            line=line,
        )
        overview.replies = replies
        gauges = self._start_sampling(stack, telemetry, replies=replies, speech=speech, store=store)
        exposition = Exposition(
            telemetry,
            gauges,
            speech=speech,
            store=store,
            host=overview.host,
            status=overview.status,
            governor=steering.report,
        )
        overview.on_checked = telemetry.records.checked
        overview.standing = lambda: placement.standing
        services = Services(
            settings=self.settings,
            replies=replies,
            speech=speech,
            store=store,
            events=events,
            log_lines=log_ring.lines,
            log_level=level_switch,
            status=overview.status,
            components=overview.components,
            loop_lag_ms=telemetry.lag.recent_ms,
            telemetry=telemetry,
            metrics=exposition.text,
            governor=steering.report,
            reload=self.reload,
        )
        server = await self._start_api(stack, services, listening)
        # Before the server: what replies have to say at their end still reaches their clients.
        stack.push_async_callback(replies.close, self._deadline_s)
        overview.connections = lambda: server.connections
        self._announce(stack, listening, notifier, overview, line)
        self._follow_changes(line, overview, speech, store)
        signs = VitalSigns(self.settings, replies=replies, speech=speech, store=store)
        supervision.start(signs)
        stack.callback(supervision.wind_down)
        rooms: tuple[Callable[[Settings], None], ...] = (
            lambda settings: level_switch.configure(settings.log.level),
            lambda settings: providers.apply(settings.llm),
            lambda settings: overview.apply(settings.llm),
            lambda settings: speech.apply(settings.speech),
            steering.apply,
            lambda settings: server.apply(settings.api),
            replies.apply,
            signs.apply,
            lambda settings: telemetry.apply(settings.telemetry),
            lambda _: self._look(overview),
        )
        self._reloader = Reloader(
            self.settings, read=self._read, rooms=rooms, notifier=notifier, line=line
        )
        self._look(overview)
        stack.callback(self._look_no_more)

    def stop(self, reason: str) -> None:
        """Begin to stop; a second request ends the process at once."""
        if self._stopping.is_set():
            log.warning("daemon.forced", reason=reason)
            os._exit(1)
        log.info("daemon.stopping", reason=reason, deadline_s=self._deadline_s)
        self._stopping_since = time.monotonic()
        self._stopping.set()

    async def reload(self) -> ReloadResponse:
        """Read the configuration again; raises ConfigError where it is bad: nothing changed."""
        if self._reloader is None or self._stopping.is_set():
            raise UnavailableError(
                "The daemon is starting or stopping.", code="daemon.busy", hint="Try again."
            )
        return await self._reloader.reload()

    def _hang_up(self) -> None:
        """SIGHUP: reload; the log says what came of it."""
        self._hung_up = True
        if self._reloading is None or self._reloading.done():
            self._reloading = asyncio.create_task(self._reload_quietly(), name="reload")

    async def _reload_quietly(self) -> None:
        while self._hung_up:  # a signal during a reload asks for another one after it
            self._hung_up = False
            with suppress(JarvisError):
                await self.reload()

    @property
    def _deadline_s(self) -> float:
        return self.settings.daemon.shutdown_deadline_s

    # --- start and stop, in pairs ---------------------------------------------------------------

    def _start_log(self, stack: AsyncExitStack) -> tuple[LogRing, LevelSwitch]:
        ring = LogRing(EventBus(KEPT_LINES))
        ring.attach()
        stack.callback(ring.close)
        switch = LevelSwitch(self.settings.log.level, logs.set_level)
        stack.callback(switch.close)
        return ring, switch

    def _start_signals(self, stack: AsyncExitStack) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop, number.name)
            stack.callback(loop.remove_signal_handler, number)
        loop.add_signal_handler(signal.SIGHUP, self._hang_up)
        stack.callback(loop.remove_signal_handler, signal.SIGHUP)

    def _start_supervision(self, stack: AsyncExitStack, notifier: Notifier) -> Supervision:
        supervision = Supervision(notifier, environ=self._environ)
        stack.callback(supervision.stop)
        return supervision

    def _open_sockets(self, stack: AsyncExitStack) -> list[sockets.ControlSocket]:
        listening = sockets.listen(self.settings.api, environ=self._environ)
        for one in listening:
            stack.callback(one.close)
        return listening

    async def _start_store(self, stack: AsyncExitStack) -> Store:
        path = self.state_dir / DATABASE_NAME if self.settings.store.enabled else None
        store = await Store.open(path, queue=self.settings.store.queue)
        stack.push_async_callback(store.close)
        return store

    async def _start_speech(self, stack: AsyncExitStack, placement: Placement) -> Speech:
        speech = Speech(self.settings.speech, state_dir=self.state_dir, housing=placement)
        await speech.start()
        stack.push_async_callback(speech.stop)
        return speech

    def _make_overview(
        self,
        stack: AsyncExitStack,
        *,
        speech: Speech,
        store: Store,
        telemetry: Telemetry,
    ) -> tuple[Overview, ChosenProvider]:
        async def facts() -> HostFacts:
            # The builtin provider talks about the daemon, whose overview includes the providers:
            # the one knot in the tree, tied here.
            return await overview.facts()

        builtin = Builtin(facts)
        llm = self.settings.llm
        providers = ChosenProvider(llm, LlamaServer(llm), builtin)
        stack.push_async_callback(providers.close)
        overview = Overview(
            llm,
            speech=speech,
            store=store,
            providers=providers,
            tally=telemetry.tally,
            loop_lag_ms=telemetry.lag.recent_ms,
            state_dir=self.state_dir,
        )
        return overview, providers

    def _start_steering(
        self,
        stack: AsyncExitStack,
        *,
        speech: Speech,
        placement: Placement,
        overview: Overview,
        events: EventBus,
    ) -> Steering:
        steering = Steering(
            self.settings,
            speech=speech,
            placement=placement,
            pulses=overview.running,
            publish=events.publish,
            model=lambda: overview.model,
        )
        stack.push_async_callback(steering.stop)
        return steering

    def _make_replies(
        self,
        *,
        speech: Speech,
        store: Store,
        providers: ChosenProvider,
        events: EventBus,
        telemetry: Telemetry,
        steering: Steering,
        line: StatusLine,
    ) -> Replies:
        def publish(event: ReplyEvent) -> None:
            telemetry.observe(event)
            events.publish(event)
            steering.observe(event)
            if isinstance(event, TELLING):
                line.changed()

        return Replies(
            self.settings,
            speech=speech,
            store=store,
            providers=providers,
            publish=publish,
            measures=telemetry,
        )

    def _start_days(self, stack: AsyncExitStack, telemetry: Telemetry, store: Store) -> None:
        async def restore() -> None:
            kept = await store.days(1)
            telemetry.days.restore(kept[0] if kept else None)

        telemetry.days.keep = store.keep_day
        restoring = asyncio.create_task(restore(), name="today so far")
        stack.callback(telemetry.days.save)
        stack.callback(restoring.cancel)

    def _start_sampling(
        self,
        stack: AsyncExitStack,
        telemetry: Telemetry,
        *,
        replies: Replies,
        speech: Speech,
        store: Store,
    ) -> Gauges:
        gauges = Gauges(
            replies=replies,
            speech=speech,
            store=store,
            lag=telemetry.lag,
            tally=telemetry.tally,
            rss_bytes=rss_bytes,
        )
        telemetry.sampler.read = gauges.read
        telemetry.sampler.busy = lambda: bool(replies.active())
        stack.push_async_callback(telemetry.sampler.close)
        return gauges

    async def _start_api(
        self, stack: AsyncExitStack, services: Services, listening: list[sockets.ControlSocket]
    ) -> ApiServer:
        server = ApiServer(services, [one.socket for one in listening])
        await server.start()
        stack.push_async_callback(self._stop_api, server)
        return server

    async def _stop_api(self, server: ApiServer) -> None:
        """Let requests end in what the replies left of the deadline."""
        left = self._stopping_since + self._deadline_s - time.monotonic()
        await server.stop(max(LEAST_STOP_S, left))

    def _announce(
        self,
        stack: AsyncExitStack,
        listening: list[sockets.ControlSocket],
        notifier: Notifier,
        overview: Overview,
        line: StatusLine,
    ) -> None:
        def stopping() -> None:
            overview.state = "stopping"
            line.end()
            notifier.stopping(overview.line())

        overview.state = "running"
        log.info(
            "daemon.ready",
            version=jarvisd.__version__,
            sockets=[str(one.path) for one in listening],
            state_dir=str(self.state_dir),
            after_ms=round((time.monotonic() - self._started_at) * 1000),
        )
        notifier.ready(line.begin())
        stack.callback(stopping)

    def _follow_changes(
        self, line: StatusLine, overview: Overview, speech: Speech, store: Store
    ) -> None:
        """Whatever changes what the status line says has to say so."""
        overview.on_change = line.changed
        speech.on_change(line.changed)
        if store.writer is not None:
            store.writer.on_change = line.changed

    def _look(self, overview: Overview) -> None:
        """Ask the dependencies once, so that the next status is true; nothing waits for it."""
        self._look_no_more()
        self._looking = asyncio.create_task(overview.components(), name="look")

    def _look_no_more(self) -> None:
        if self._looking is not None:
            self._looking.cancel()


def state_directory(settings: Settings, environ: Mapping[str, str]) -> Path:
    """Where the daemon keeps what must survive it: setting, systemd's directory, or the user's."""
    if settings.daemon.state_dir:
        return Path(settings.daemon.state_dir)
    if given := environ.get("STATE_DIRECTORY"):
        return Path(given.split(":")[0])
    if given := environ.get("XDG_STATE_HOME"):
        return Path(given) / "jarvisd"
    return Path(environ.get("HOME", "/")) / ".local" / "state" / "jarvisd"
