"""The process: signals, sockets, rooms, API and supervision, started in order, stopped in reverse.

Together with ``wiring`` it is the composition root. It contains the order of starts and stops, and
no other logic.
"""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, suppress

import structlog

import jarvisd
from jarvisd.api.access import AccessPolicy
from jarvisd.api.limits import Connections
from jarvisd.api.server import ApiServer
from jarvisd.api.services import Services
from jarvisd.config import Loaded, Settings
from jarvisd.errors import JarvisError, UnavailableError
from jarvisd.host import sockets
from jarvisd.host.notify import Notifier
from jarvisd.host.state_lock import StateLock
from jarvisd.host.supervision import Extended, Supervision
from jarvisd.observe.health import DependencyCheck
from jarvisd.observe.liveness import Liveness
from jarvisd.observe.status import ProcessFigures
from jarvisd.reloading import Reloader, in_force
from jarvisd.telemetry import logs
from jarvisd.telemetry.events import EventBus
from jarvisd.telemetry.log_level import LevelSwitch
from jarvisd.telemetry.log_ring import KEPT_LINES, LogRing
from jarvisd.wire import Component, ConfigResponse, ReloadResponse
from jarvisd.wiring import Parts, start_parts

log = structlog.get_logger("jarvisd")

# A database of years may have to be checked or migrated before the daemon is ready.
LONGEST_START_S = 300.0
LONGEST_CLOSE_S = 20.0
# Whatever else took its time, requests that are about to end get this long.
LEAST_STOP_S = 0.5


class Daemon:
    """One jarvisd. ``run`` serves until a signal (or ``stop``) and leaves nothing behind."""

    def __init__(
        self,
        loaded: Loaded,
        *,
        environ: Mapping[str, str],
        started_at: float | None = None,
        read: Callable[[], Loaded],
    ) -> None:
        """``read`` reads the configuration again, from where ``loaded`` came from."""
        self.settings = loaded.settings
        self._loaded = loaded
        self._read = read
        self._reloader: Reloader | None = None
        self._environ = environ
        self._started_at = time.monotonic() if started_at is None else started_at
        self._reloading: asyncio.Task[None] | None = None
        self._hung_up = False
        self._looking: asyncio.Task[list[Component]] | None = None
        self._state = "starting"
        self._stopping = asyncio.Event()
        self._stopping_since = self._started_at
        self.state_dir = loaded.settings.daemon.directory(environ)

    async def run(self) -> None:
        """Start everything, serve, stop everything. Raises JarvisError where it cannot start."""
        notifier = Notifier(self._environ)
        try:
            async with AsyncExitStack() as stack:
                with Extended(notifier, LONGEST_START_S):
                    await self._start(stack, notifier)
                await self._stopping.wait()
                # Server and replies have the deadline each, the database has its own.
                with Extended(notifier, 2 * self._deadline_s + LONGEST_CLOSE_S):
                    await stack.aclose()
        finally:
            notifier.close()

    async def _start(self, stack: AsyncExitStack, notifier: Notifier) -> None:
        """Start every room, in order; ``stack`` stops them in reverse."""
        log_ring, level_switch = self._start_log(stack)
        self._start_signals(stack)
        supervision = self._start_supervision(stack, notifier)
        listening = self._open_sockets(stack)
        stack.callback(StateLock(self.state_dir).close)
        connections = Connections(self.settings.api, AccessPolicy(self.settings.api))
        process = ProcessFigures(
            state=lambda: self._state,
            uptime_s=lambda: time.monotonic() - self._started_at,
            connections=lambda: connections.open,
        )
        parts = await start_parts(
            stack, self.settings, state_dir=self.state_dir, notifier=notifier, process=process
        )
        services = self._services(parts, log_ring, level_switch)
        server = await self._start_api(stack, services, listening, connections)
        # Before the server: what replies have to say at their end still reaches their clients.
        stack.push_async_callback(parts.replies.close, self._deadline_s)
        self._announce(stack, listening, notifier, parts)
        liveness = self._start_watching(stack, supervision, parts)
        told: tuple[Callable[[Settings], None], ...] = (
            lambda settings: level_switch.configure(settings.log.level),
            parts.apply,
            lambda settings: server.apply(settings.api),
            liveness.apply,
            lambda _: self._look(parts.check),
        )
        self._reloader = Reloader(
            self._loaded,
            read=self._read,
            rooms=told,
            reloaded=parts.store.reloaded,
            notifier=notifier,
            line=parts.line,
        )
        self._look(parts.check)
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

    def configuration(self) -> ConfigResponse:
        """The settings in force, and where each was set."""
        return in_force(self._reloader.loaded if self._reloader is not None else self._loaded)

    def _hang_up(self) -> None:
        """SIGHUP: reload, and log the result."""
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

    def _start_watching(
        self, stack: AsyncExitStack, supervision: Supervision, parts: Parts
    ) -> Liveness:
        liveness = Liveness(
            self.settings, replies=parts.replies, speech=parts.speech, store=parts.store
        )
        supervision.start(liveness)
        stack.callback(supervision.wind_down)
        return liveness

    def _services(self, parts: Parts, log_ring: LogRing, level_switch: LevelSwitch) -> Services:
        return Services(
            settings=self.settings,
            replies=parts.replies,
            speech=parts.speech,
            store=parts.store,
            events=parts.events,
            log_lines=log_ring.lines,
            log_level=level_switch,
            status=parts.status.status,
            components=parts.check,
            loop_lag_ms=parts.telemetry.lag.recent_ms,
            telemetry=parts.telemetry,
            sampler=parts.sampler,
            metrics=parts.metrics.text,
            governor=parts.governor.report,
            configuration=self.configuration,
            reload=self.reload,
        )

    async def _start_api(
        self,
        stack: AsyncExitStack,
        services: Services,
        listening: list[sockets.ControlSocket],
        connections: Connections,
    ) -> ApiServer:
        server = ApiServer(services, [one.socket for one in listening], connections=connections)
        await server.start()
        stack.push_async_callback(self._stop_api, server)
        return server

    async def _stop_api(self, server: ApiServer) -> None:
        """Let requests end in the rest of the deadline, after the replies."""
        left = self._stopping_since + self._deadline_s - time.monotonic()
        await server.stop(max(LEAST_STOP_S, left))

    def _announce(
        self,
        stack: AsyncExitStack,
        listening: list[sockets.ControlSocket],
        notifier: Notifier,
        parts: Parts,
    ) -> None:
        def stopping() -> None:
            self._state = "stopping"
            parts.line.end()
            notifier.stopping(parts.status.line())

        self._state = "running"
        log.info(
            "daemon.ready",
            version=jarvisd.__version__,
            sockets=[str(one.path) for one in listening],
            state_dir=str(self.state_dir),
            after_ms=round((time.monotonic() - self._started_at) * 1000),
        )
        notifier.ready(parts.line.begin())
        stack.callback(stopping)

    def _look(self, check: DependencyCheck) -> None:
        """Check the dependencies once in the background, so that the next status is up to date."""
        self._look_no_more()
        self._looking = asyncio.create_task(check(), name="look")

    def _look_no_more(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
