"""The workers of one engine: started, replaced when they crash or grow, ended when idle.

Starts one worker at a time, waits longer after every failure until a job was done, and reports to
the engine's health. The pool decides which job goes to which worker.
"""

import asyncio
import time
from collections.abc import Callable, Sequence

import structlog

from jarvisd.errors import WorkerError
from jarvisd.workers.backoff import Backoff
from jarvisd.workers.command import WorkerCommand
from jarvisd.workers.job import AnyJob
from jarvisd.workers.model import EngineState, Health, Limits, Outcome, WorkerStatus
from jarvisd.workers.worker import Worker, died

_ABLE = frozenset({"idle", "busy", "cancelling"})
_log = structlog.get_logger("jarvisd.workers")


class Supervisor:
    """``on_change`` is called whenever a worker became free, ready or lost, or health changed;
    ``on_resource_failed(resource, reason)`` when a resource cannot be loaded.
    """

    def __init__(
        self,
        command: WorkerCommand,
        limits: Limits,
        health: Health,
        proof: Callable[[str], AnyJob],
        *,
        number: Callable[[], int],
        on_change: Callable[[], None],
        on_job_lost: Callable[[AnyJob, str], None],
        on_resource_failed: Callable[[str, str], None],
    ) -> None:
        self.engine = command.engine
        self.health = health
        # Workers that ended without having been told to, since the daemon started.
        self.deaths = 0
        self._command = command
        self._resource = ""
        self.limits = limits
        self._number = number
        self._on_change = on_change
        self._proof = proof
        self._on_job_lost = on_job_lost
        self._on_resource_failed = on_resource_failed
        self._workers: list[Worker] = []
        self._backoff = Backoff()
        self._active = False
        self._starting: asyncio.Task[None] | None = None
        self._retry: asyncio.TimerHandle | None = None
        self._idle: asyncio.TimerHandle | None = None

    # --- what the pool asks ---------------------------------------------------------------------

    @property
    def in_use(self) -> int:
        """Workers whose slot is taken: busy, or not yet free after a cancel."""
        return sum(1 for worker in self._workers if worker.job and not worker.proving)

    @property
    def has_room(self) -> bool:
        """Whether the engine's own limit allows one more job."""
        return not self.limits.slots or self.in_use < self.limits.slots

    @property
    def starting(self) -> bool:
        """Whether a worker is being started."""
        return self._starting is not None

    def idle_worker(self, resource: str) -> Worker | None:
        """A worker that is free, if possible one with the resource loaded."""
        idle = [worker for worker in self._workers if worker.state == "idle"]
        return next(
            (worker for worker in idle if resource in worker.resources), idle[0] if idle else None
        )

    def holding(self, job: AnyJob) -> Worker | None:
        """The worker of ``job``."""
        return next((worker for worker in self._workers if worker.job is job), None)

    @property
    def workers(self) -> Sequence[Worker]:
        """Every worker of the engine."""
        return self._workers

    def statuses(self) -> list[WorkerStatus]:
        """Every worker of the engine."""
        return [worker.status for worker in self._workers]

    def state(self) -> EngineState:
        """The state of the workers, and why the engine failed, if so."""
        if self.health.failed:
            return EngineState("failed", self.health.reason)
        if any(worker.state in _ABLE for worker in self._workers):
            return EngineState("ready")
        return EngineState("starting" if self._starting else "idle")

    def wake(self, resource: str) -> None:
        """Prepare workers with ``resource``."""
        self._active, self._resource = True, resource
        self._stop_idle_timer()

    def balance(self, *, waiting: int, free_slots: int, spare: bool) -> None:
        """Start the next missing worker, unless one is starting or a failure was just now.

        ``spare`` keeps workers ready beyond those that are needed now.
        """
        if not self._active or self._starting or self._retry or self.health.failed:
            return
        needed = self.in_use + min(waiting, free_slots)
        ready = 1 + self.limits.spares if spare else 0
        wanted = max(min(needed, self.limits.slots or needed), ready)
        alive = sum(1 for worker in self._workers if worker.state != "ending")
        if alive < wanted:
            self._begin_start()

    def rest(self) -> None:
        """No job waits for this engine: start the idle timer of its workers."""
        if self._active and not self.in_use and not self.health.failed and self._idle is None:
            loop = asyncio.get_running_loop()
            self._idle = loop.call_later(self.limits.idle_s, self._end_idle)

    def replace(self, pid: int, reason: str) -> None:
        """End the worker with this pid, now if it is idle, else after its job."""
        for worker in self._workers:
            if worker.status.pid == pid and not worker.outgrown:
                _log.info("worker.outgrown", engine=self.engine, pid=pid, reason=reason)
                worker.outgrow()

    async def stop(self) -> None:
        """End every worker and wait until they are gone."""
        self._active = False
        self._stop_idle_timer()
        if self._retry:
            self._retry.cancel()
            self._retry = None
        workers = list(self._workers)
        for worker in workers:
            worker.kill("the daemon stops")
        if self._starting:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        for worker in workers:
            await worker.gone()

    # --- starting -------------------------------------------------------------------------------

    def _begin_start(self) -> None:
        worker = Worker(
            self._number(),
            self._command,
            on_free=self._free,
            on_gone=self._gone,
            hang_timeout_s=self.limits.hang_timeout_s,
        )
        self._workers.append(worker)
        self._starting = asyncio.get_running_loop().create_task(self._start(worker))

    async def _start(self, worker: Worker) -> None:
        resource = self._resource
        try:
            await worker.start(self.limits.start_timeout_s, resource)
            if self.health.failed:
                await self._prove(worker, resource)
        except WorkerError as error:
            if error.code == "workers.resource_failed":
                self.health.proved()  # the engine itself works
                self._resource_failed(resource, error.message)
            else:
                worker.kill(error.message)
                self._start_failed(error.message)
        else:
            self.health.proved()
            if not self._active:
                worker.end()  # everybody went to rest while it started
            _log.info("worker.ready", engine=self.engine, worker=worker.number, resource=resource)
        finally:
            self._starting = None
        self._on_change()

    async def _prove(self, worker: Worker, resource: str) -> None:
        """Make a new worker do a job: loading alone does not test an engine that hung."""
        job = self._proof(resource)
        worker.prove(job)
        self._on_change()
        try:
            async with asyncio.timeout(self.limits.start_timeout_s):
                await job.freed()
        except TimeoutError:
            raise WorkerError("its first job took too long", code="workers.failed") from None
        if job.result is None:
            why = job.error.message if job.error else "it made nothing"
            raise WorkerError(f"its first job failed: {why}", code="workers.failed")
        worker.proved()

    def _start_failed(self, reason: str) -> None:
        """Without other workers the engine failed; else it counts as one worker's crash."""
        if any(worker.state in _ABLE for worker in self._workers):
            self._died(reason)
        else:
            self.health.start_failed(reason)
            self._distrust_workers()

    def _wait_before_retry(self) -> None:
        if self._retry is None:
            delay = self._backoff.failed()
            self._retry = asyncio.get_running_loop().call_later(delay, self._try_again)

    def _try_again(self) -> None:
        self._retry = None
        if self.health.failed and self._active and not self._starting:
            self._begin_start()  # the probe: it must start, prove its resource and do a job
        self._on_change()

    # --- what workers report --------------------------------------------------------------------

    def _free(self, worker: Worker, job: AnyJob, outcome: Outcome, why: str) -> None:
        match outcome:
            case _ if worker.proving:
                return  # whoever proves it judges
            case "done":
                self.health.job_done()
                self._backoff.succeeded()
            case "empty" if job.must_make_something:
                self.health.job_failed(why)
            case "failed":
                self.health.job_failed(why)
        if self.health.failed:
            self._distrust_workers()
        elif worker.outgrown or worker.rss_bytes > self.limits.max_rss_bytes:
            _log.info("worker.recycled", engine=self.engine, rss_bytes=worker.rss_bytes)
            worker.end()
        if outcome == "resource_failed":
            self._resource_failed(job.resource, why)
        self._on_change()

    def _gone(self, worker: Worker, job: AnyJob | None, reason: str, expected: bool) -> None:
        if worker in self._workers:
            self._workers.remove(worker)
        if not expected:
            self._died(reason, hung=worker.hung)
        if job and (worker.proving or job.ended):
            job.fail(died(reason))
            job.release()
        elif job:
            self._on_job_lost(job, reason)
        self._on_change()

    def _died(self, reason: str, *, hung: bool = False) -> None:
        self.deaths += 1
        _log.warning("worker.died", engine=self.engine, reason=reason, hung=hung)
        judge = self.health.hung if hung else self.health.died
        judge(time.monotonic(), reason)
        self._wait_before_retry()
        if self.health.failed:
            self._distrust_workers()

    def _resource_failed(self, resource: str, reason: str) -> None:
        _log.error("resource.failed", engine=self.engine, resource=resource, reason=reason)
        self._on_resource_failed(resource, reason)

    def _distrust_workers(self) -> None:
        """The engine failed: only a new worker can prove that it works again."""
        _log.error("engine.failed", engine=self.engine, reason=self.health.reason)
        for worker in self._workers:
            if worker.state == "idle":
                worker.end()
        self._wait_before_retry()

    # --- idling ---------------------------------------------------------------------------------

    def _end_idle(self) -> None:
        self._idle = None
        if self.health.failed:
            return  # it goes on being probed
        self._active = False
        for worker in self._workers:
            if worker.state == "idle":
                worker.end()

    def _stop_idle_timer(self) -> None:
        if self._idle:
            self._idle.cancel()
            self._idle = None
