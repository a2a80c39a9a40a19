"""The order of jobs: slots for all engines together, given to the most urgent job that can start.

A slot is taken from the moment a worker gets a job until its native call has returned or its
process has ended. Driven by events only; nothing here waits, polls or looks into a job.
"""

import asyncio
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from jarvisd.errors import WorkerError
from jarvisd.workers.command import WorkerCommand
from jarvisd.workers.hang_monitor import HangMonitor
from jarvisd.workers.job import AnyJob
from jarvisd.workers.model import EngineState, Health, Limits, WorkerStatus
from jarvisd.workers.priority_queue import PriorityQueue
from jarvisd.workers.supervisor import Supervisor
from jarvisd.workers.worker import Worker, died


@dataclass(frozen=True, slots=True)
class EngineProgram:
    """How to run an engine, its limits, its health, and a job that tests it with a resource."""

    command: WorkerCommand
    limits: Limits
    health: Health
    proof: Callable[[str], AnyJob]


class Pool:
    """Every engine's workers behind one queue. All methods belong to the event loop's thread."""

    def __init__(
        self,
        engines: Iterable[EngineProgram],
        *,
        slots: int,
        on_change: Callable[[], None],
        on_resource_failed: Callable[[str, str, str], None],
    ) -> None:
        """``on_resource_failed`` gets engine, resource and reason."""
        self.slots = slots
        self._queue: PriorityQueue[AnyJob] = PriorityQueue()
        self._deadlines: dict[AnyJob, asyncio.TimerHandle] = {}
        self._stopping = False
        self.steps = 0
        self._on_change = on_change
        numbers = itertools.count(1)
        self._supervisors: Mapping[str, Supervisor] = {
            engine.command.engine: Supervisor(
                engine.command,
                engine.limits,
                engine.health,
                engine.proof,
                number=lambda: next(numbers),
                on_change=self._changed,
                on_job_lost=self._lost,
                on_resource_failed=_with_engine(engine.command.engine, on_resource_failed),
            )
            for engine in engines
        }
        # The engine whose workers wait for work: one spare for all, not one for each engine.
        self._preferred = next(iter(self._supervisors), "")
        self._monitor = HangMonitor(self._workers)

    @property
    def slots_in_use(self) -> int:
        """Jobs that occupy a worker, including cancelled ones until they have ended."""
        return sum(supervisor.in_use for supervisor in self._supervisors.values())

    @property
    def waiting(self) -> int:
        """Jobs that wait for a worker."""
        return len(self._queue)

    @property
    def expects_progress(self) -> bool:
        """Whether a step must follow soon: jobs wait or run, or workers start."""
        return bool(self._queue or self._deadlines) or any(
            supervisor.starting for supervisor in self._supervisors.values()
        )

    def workers(self) -> list[WorkerStatus]:
        """Every worker process."""
        return [
            status for supervisor in self._supervisors.values() for status in supervisor.statuses()
        ]

    def engine_states(self) -> dict[str, EngineState]:
        """The state of every engine's workers."""
        return {name: supervisor.state() for name, supervisor in self._supervisors.items()}

    def deaths(self) -> dict[str, int]:
        """How many workers of each engine ended unexpectedly."""
        return {name: supervisor.deaths for name, supervisor in self._supervisors.items()}

    def set_slots(self, slots: int) -> None:
        """Allow this many jobs at once; running ones are not affected."""
        self.slots = max(1, slots)
        self._dispatch()

    def replace_worker(self, pid: int, reason: str) -> None:
        """Replace this process after its job."""
        for supervisor in self._supervisors.values():
            supervisor.replace(pid, reason)
        self._dispatch()

    def warm(self, engine: str, resource: str) -> None:
        """Keep workers of ``engine`` ready from now on, instead of another engine's."""
        self._preferred = engine
        self._supervisors[engine].wake(resource)
        self._dispatch()

    def submit(self, job: AnyJob) -> None:
        """Queue a job. Never raises: errors come out of the job."""
        try:
            self._admit(job)
        except WorkerError as error:
            job.fail(error)
            job.release()
        else:
            self._dispatch()

    def cancel(self, job: AnyJob) -> None:
        """Called when a job ended on the caller's side: free its worker."""
        supervisor = self._supervisors.get(job.engine)
        if self._queue.remove(job):
            job.release()
        elif supervisor and (worker := supervisor.holding(job)):
            worker.cancel()
        self._forget_ended()

    def flow(self, job: AnyJob, *, flowing: bool) -> None:
        """Make a job's worker wait, or continue."""
        supervisor = self._supervisors.get(job.engine)
        if supervisor and (worker := supervisor.holding(job)):
            worker.flow(flowing=flowing)

    async def stop(self) -> None:
        """Cancel all jobs and wait until no worker is left."""
        self._stopping = True
        for job in [*self._queue, *self._deadlines]:
            job.cancel()
        await asyncio.gather(*(supervisor.stop() for supervisor in self._supervisors.values()))
        await self._monitor.stop()

    # --- inside ---------------------------------------------------------------------------------

    def _admit(self, job: AnyJob) -> None:
        supervisor = self._supervisors.get(job.engine)
        if self._stopping or supervisor is None:
            raise WorkerError(f"there is no engine {job.engine!r}", code="workers.engine_failed")
        if supervisor.health.failed:
            raise _engine_failed(supervisor)
        self._queue.add(job, job.priority)
        supervisor.wake(job.resource)

    def _changed(self) -> None:
        self._dispatch()
        self._on_change()

    def _dispatch(self) -> None:
        """Assign free slots, and start the workers that every engine needs."""
        if self._stopping:
            return
        self._forget_ended()
        self._give_up_on_failed()
        while self.slots_in_use < self.slots and (job := self._queue.take(self._can_start)):
            self._start(job)
        for name, supervisor in self._supervisors.items():
            waiting = sum(1 for job in self._queue if job.engine == name)
            free = max(0, self.slots - self.slots_in_use)
            spare = name == self._preferred
            supervisor.balance(waiting=waiting, free_slots=free, spare=spare)
            if not waiting:
                supervisor.rest()
        self._monitor.wake()

    def _can_start(self, job: AnyJob) -> bool:
        supervisor = self._supervisors[job.engine]
        return supervisor.has_room and supervisor.idle_worker(job.resource) is not None

    def _start(self, job: AnyJob) -> None:
        worker = self._supervisors[job.engine].idle_worker(job.resource)
        assert worker is not None  # noqa: S101 - _can_start was true a moment ago
        worker.run(job)
        if job not in self._deadlines:
            # Time in the queue is the others'. From here on it is the job's, a second try included.
            self._deadlines[job] = asyncio.get_running_loop().call_later(
                job.deadline_s, self._expire, job
            )

    def _lost(self, job: AnyJob, reason: str) -> None:
        """Its worker ended: another one repeats the job, if it had no piece yet."""
        supervisor = self._supervisors[job.engine]
        if job.may_be_retried and not self._stopping and not supervisor.health.failed:
            self._queue.put_back(job, job.priority)
        else:
            job.fail(_engine_failed(supervisor) if supervisor.health.failed else died(reason))
            job.release()

    def _workers(self) -> Iterator[Worker]:
        for supervisor in self._supervisors.values():
            yield from supervisor.workers

    def _expire(self, job: AnyJob) -> None:
        job.fail(WorkerError(f"not ready within {job.deadline_s:g} s", code="workers.deadline"))
        self.cancel(job)

    def _forget_ended(self) -> None:
        self.steps += 1
        for job in [one for one in self._deadlines if one.ended]:
            self._deadlines.pop(job).cancel()

    def _give_up_on_failed(self) -> None:
        """Waiting jobs of a failed engine fail with its reason."""
        for job in self._queue.remove_all(lambda one: self._supervisors[one.engine].health.failed):
            job.fail(_engine_failed(self._supervisors[job.engine]))
            job.release()


def _engine_failed(supervisor: Supervisor) -> WorkerError:
    return WorkerError(
        f"{supervisor.engine} does not work: {supervisor.health.reason}",
        code="workers.engine_failed",
    )


def _with_engine(
    engine: str, on_resource_failed: Callable[[str, str, str], None]
) -> Callable[[str, str], None]:
    return lambda resource, reason: on_resource_failed(engine, resource, reason)
