"""One worker of the pool: at most one job at a time.

On a cancel it asks first, and ends the process if the native call has not returned within the grace
period.
"""

import asyncio
import time
from collections.abc import Callable

import msgspec

from jarvisd.errors import WorkerError
from jarvisd.workers import protocol
from jarvisd.workers.command import WorkerCommand
from jarvisd.workers.job import AnyJob
from jarvisd.workers.model import Outcome, WorkerState, WorkerStatus
from jarvisd.workers.process import WorkerProcess
from jarvisd.workers.stillness import Activity, Stillness

CANCEL_GRACE_S = 0.04  # leaves the kernel 10 ms to end a process within 50 ms of the cancel
_STOP_GRACE_S = 0.5
_START_HANG_TIMEOUT_S = 5.0
_TRIES_WITHIN_DEADLINE = 4


class Worker:
    """``on_free(worker, job, outcome, message)`` when it can take the next job,
    ``on_gone(worker, job, reason, expected)`` when its process has ended, with the job it did.
    """

    def __init__(
        self,
        number: int,
        command: WorkerCommand,
        *,
        on_free: Callable[["Worker", AnyJob, Outcome, str], None],
        on_gone: Callable[["Worker", AnyJob | None, str, bool], None],
        hang_timeout_s: float,
    ) -> None:
        self.number = number
        self._state: WorkerState = "starting"
        self.resources: set[str] = set()
        self.rss_bytes = 0
        self.served = 0
        self._outgrown = False
        self._hung = False
        self._proving = False
        self.job: AnyJob | None = None
        self._hang_timeout_s = hang_timeout_s
        self._held_back = False
        self._reports = 0
        # Before its first job it starts: what an engine loads may come from far away.
        self._stillness = Stillness(max(hang_timeout_s, _START_HANG_TIMEOUT_S), time.monotonic())
        self._on_free = on_free
        self._on_gone = on_gone
        self._process = WorkerProcess(command, on_report=self._report, on_gone=self._gone)
        self._job_number = 0
        self._loading: asyncio.Future[None] | None = None
        self._grace: asyncio.TimerHandle | None = None

    @property
    def state(self) -> WorkerState:
        """What it is up to."""
        return self._state

    @property
    def proving(self) -> bool:
        """Whether its job is to prove the engine, or did not: it takes no slot."""
        return self._proving

    @property
    def outgrown(self) -> bool:
        """Whether it is to be replaced after its job."""
        return self._outgrown

    @property
    def hung(self) -> bool:
        """Whether it was ended because it stood still."""
        return self._hung

    @property
    def status(self) -> WorkerStatus:
        """For the status report."""
        return WorkerStatus(
            self.number,
            self._process.pid,
            self._process.command.engine,
            self.state,
            self.rss_bytes,
            self.served,
        )

    @property
    def stillness(self) -> Stillness | None:
        """Its stillness; ``None`` while it has nothing to do."""
        moving = self.state == "starting" or (self.state == "busy" and not self._held_back)
        return self._stillness if moving else None

    def judge(self, now: float, activity: Activity | None) -> None:
        """End the process if it hangs."""
        still = self.stillness
        if still and activity and still.hangs(now, self._reports, activity):
            self._hung = True
            self._process.kill(f"it hung: no output and no CPU time for {still.timeout_s:g} s")

    async def start(self, timeout_s: float, resource: str) -> None:
        """Start the process and test ``resource``.

        Raises ``WorkerError``: ``workers.resource_failed`` leaves a usable worker, others none.
        """
        try:
            async with asyncio.timeout(timeout_s):
                await self._process.start(timeout_s)
                await self._load(resource)
        except TimeoutError:
            self._process.kill(f"{resource} was not ready in time")
            raise WorkerError(
                f"{resource} was not ready within {timeout_s:g} s", code="workers.start_failed"
            ) from None
        except WorkerError as error:
            if error.code == "workers.resource_failed":
                self._state = "idle"  # it is another resource's to use
            raise
        self._state = "idle"

    async def _load(self, resource: str) -> None:
        self._loading = asyncio.get_running_loop().create_future()
        self._job_number += 1
        self._process.send(protocol.Load(self._job_number, resource))
        await self._loading

    def run(self, job: AnyJob) -> None:
        """Do a job; only while idle."""
        self._job_number += 1
        self._state, self.job = "busy", job
        self._held_back = False
        # Of one deadline a hung worker may cost a part only: there is a second try within it.
        hang_timeout_s = min(self._hang_timeout_s, job.deadline_s / _TRIES_WITHIN_DEADLINE)
        self._stillness = Stillness(hang_timeout_s, time.monotonic())
        job.started(time.monotonic(), self.number)
        work = protocol.Work(self._job_number, job.kind, job.resource, msgspec.Raw(job.body))
        self._process.send(work)

    def prove(self, job: AnyJob) -> None:
        """Do a job that proves the engine."""
        self._proving = True
        self.run(job)

    def proved(self) -> None:
        """Its job proved the engine: it works like any other from now on."""
        self._proving = False

    def outgrow(self) -> None:
        """Have it replaced: now if it is idle, else after its job."""
        self._outgrown = True
        if self._state == "idle":
            self.end()

    def cancel(self) -> None:
        """Cancel the job; the process is ended if its native call does not return in time."""
        if self.state != "busy":
            return
        self._state = "cancelling"
        self._process.resume_reading()
        self._process.send(protocol.Cancel(self._job_number))
        self._grace = asyncio.get_running_loop().call_later(CANCEL_GRACE_S, self._cancel_timed_out)

    def flow(self, *, flowing: bool) -> None:
        """Make the worker wait, or continue."""
        self._held_back = not flowing
        if flowing:
            self._process.resume_reading()
        else:
            self._process.pause_reading()

    def end(self) -> None:
        """Ask the process to end, and kill it if it does not."""
        self._state = "ending"
        self._process.send(protocol.Stop())
        self._timer(_STOP_GRACE_S, lambda: self._process.kill("it did not stop"))

    def kill(self, reason: str) -> None:
        """End the process now."""
        self._state = "ending"
        self._process.kill(reason)

    async def gone(self) -> None:
        """Wait for the process's end."""
        await self._process.gone()

    # --- reports --------------------------------------------------------------------------------

    def _report(self, report: protocol.Report) -> None:
        try:
            self._understand(report)
        except msgspec.MsgspecError as error:
            self._process.kill(f"it sent an invalid message: {error}")

    def _understand(self, report: protocol.Report) -> None:
        self._reports += 1
        self.rss_bytes = getattr(report, "rss_bytes", self.rss_bytes)
        if getattr(report, "job", None) != self._job_number:
            return  # of a job that was given up
        match report:
            case protocol.Piece() if self.job:
                self.job.receive(report.body)
            case protocol.End() if self.job:
                self.job.conclude(report.body)
                self._free("done", "")
            case protocol.Failure():
                self._failed(report)
            case protocol.ResourceLoaded():
                self.resources.add(report.resource)
                if self._loading and not self._loading.done():
                    self._loading.set_result(None)

    def _failed(self, report: protocol.Failure) -> None:
        error = WorkerError(report.message, code=f"workers.{report.code}")
        if self._loading and not self._loading.done():
            self._loading.set_exception(error)
        elif self.job:
            self.job.fail(error)
            self._free(report.code, report.message)

    def _free(self, outcome: Outcome, message: str) -> None:
        job, self.job = self.job, None
        assert job is not None  # noqa: S101 - the callers looked
        self._no_timer()
        self.served += 1
        if self.state != "ending":
            self._state = "idle"
        if outcome == "done":
            self.resources.add(job.resource)
        job.release()
        self._on_free(self, job, outcome, message)

    def _gone(self, reason: str) -> None:
        expected = self.state not in {"idle", "busy"}
        self._state = "ending"
        self._no_timer()
        if self._loading and not self._loading.done():
            self._loading.set_exception(died(reason))
        job, self.job = self.job, None
        self._on_gone(self, job, reason, expected)

    # --- timers ---------------------------------------------------------------------------------

    def _cancel_timed_out(self) -> None:
        self._process.kill("its native call did not return after a cancel")

    def _timer(self, delay_s: float, action: Callable[[], None]) -> None:
        self._no_timer()
        self._grace = asyncio.get_running_loop().call_later(delay_s, action)

    def _no_timer(self) -> None:
        if self._grace:
            self._grace.cancel()
            self._grace = None


def died(reason: str) -> WorkerError:
    """The error for a job whose worker ended."""
    return WorkerError(f"the engine's worker ended: {reason}", code="workers.died")
