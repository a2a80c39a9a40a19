"""The run of one reply: its tasks from the first to the last event, and how they stop.

The result is remembered in the same step of the loop in which the reply ends; the last event waits
for the disk, with a time limit.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

import structlog

from jarvisd.errors import JarvisError
from jarvisd.llm.model import LlmEvent
from jarvisd.reply.life import ReplyLife
from jarvisd.reply.record import ReplyRecord
from jarvisd.reply.reorder_buffer import UtteranceCounts
from jarvisd.reply.reply_events import ReplyEvents
from jarvisd.reply.speaking import Speaker
from jarvisd.reply.writing import TextWriter
from jarvisd.speech import Synthesis
from jarvisd.store import Receipt

# How long a reply's beginning waits for the disk before it says that its question is not kept. Its
# beginning is where the audio is fetched from, so that it cannot wait for long.
BEGIN_KEPT_S = 0.25

log = structlog.get_logger("jarvisd.reply")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyParts:
    """The parts that make a reply; ``speaker`` is ``None`` if it is not spoken."""

    life: ReplyLife
    writer: TextWriter
    speaker: Speaker | None
    events: ReplyEvents
    record: ReplyRecord


class ReplyRun:
    """The run of reply ``id_``.

    ``on_made`` is called once, as soon as it is made and its result is remembered.
    """

    def __init__(self, id_: str, parts: ReplyParts, on_made: Callable[[], object]) -> None:
        self._id = id_
        self._life, self._writer, self._speaker = parts.life, parts.writer, parts.speaker
        self._events, self._record = parts.events, parts.record
        self._on_made = on_made
        self._freeing: list[Synthesis] = []
        self._task: asyncio.Task[None] | None = None
        self._question: asyncio.Task[None] | None = None
        # How long freeing takes is measured; nothing waits for it.
        self._telling: asyncio.Task[None] | None = None

    @property
    def active(self) -> bool:
        """Whether any task of it still runs, even if only the last one."""
        return self._task is not None and not self._task.done()

    def start(self, source: AsyncGenerator[LlmEvent, None], question: Receipt | None) -> None:
        """Begin to write and speak what ``source`` generates, in answer to ``question`` if any.

        The source is read at once; its events are shown when the question is on disk.
        """
        if question is not None:
            self._record.asked(question)
        if question is not None and question.open:
            self._question = asyncio.create_task(self._show_when_kept(question))
        else:
            self._events.question_kept(question.reason if question else "")
        self._task = asyncio.create_task(self._run(source), name=f"reply {self._id}")

    async def settled(self) -> None:
        """Return when no task of this reply runs any more."""
        while self._task is not None and not self._task.done():
            await asyncio.wait({self._task})

    def stop(self) -> None:
        """Stop it now; what was heard is remembered before this returns."""
        making, untold = self._life.making, self._life.untold
        self._life.stop()
        self._events.interrupting()
        if self._speaker is not None:
            self._speaker.track.position.stop()
            self._freeing = self._speaker.interrupt()
        self._record.remember()
        if making:
            self._on_made()
        if not untold or self._task is None:
            return
        self._task.cancel()
        self._telling = asyncio.create_task(self._tell_when_freed())
        played = self._speaker.track.position.played() if self._speaker else 0
        ending = self._tell_interrupted(self._task, self._record.heard, played)
        self._task = asyncio.create_task(ending)

    async def freed(self) -> float:
        """Milliseconds until the last native call had ended, after it was stopped."""
        started = time.monotonic()  # the loop's own clock counts whole milliseconds
        for synthesis in self._freeing:
            await synthesis.freed()
        return round((time.monotonic() - started) * 1000, 3)

    async def _show_when_kept(self, question: Receipt) -> None:
        await question.kept(BEGIN_KEPT_S)
        self._events.question_kept(question.reason)

    async def _run(self, source: AsyncGenerator[LlmEvent, None]) -> None:
        structlog.contextvars.bind_contextvars(reply=self._id)  # for all that is logged on its way
        failure: JarvisError | None = None
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._writer.run(source))
                if self._speaker is not None:
                    group.create_task(self._speaker.run(self._writer.utterances()))
        except* Exception as bugs:
            log.exception("reply.bug", reply=self._id, exc_info=bugs)
            failure = JarvisError("This reply hit a bug in the daemon; its log has the details.")
        await self._finish(failure or self._writer.failure)

    async def _finish(self, failure: JarvisError | None) -> None:
        """Remember the result, then publish the last event, with whether it is on disk."""
        self._life.made("failed" if failure else "done")
        if failure is not None and self._speaker is not None:
            self._speaker.interrupt()
        self._record.remember(failed=failure.code if failure else "")
        self._on_made()
        unkept = await self._record.unkept(self._question)
        self._life.told()
        counts, completion = self._counts, self._writer.completion
        if failure is None:
            samples = self._speaker.track.timeline.samples if self._speaker else 0
            self._events.done(counts, completion, samples=samples, unkept=unkept)
            return
        log.warning("reply.failed", reply=self._id, code=failure.code, reason=failure.message)
        text = self._writer.text
        self._events.failed(counts, completion, text=text, failure=failure, unkept=unkept)

    async def _tell_interrupted(
        self, cancelled: asyncio.Task[None], heard: str, played: int
    ) -> None:
        await asyncio.wait({cancelled})
        unkept = await self._record.unkept(self._question)
        counts, completion = self._counts, self._writer.completion
        self._events.interrupted(counts, completion, heard=heard, played=played, unkept=unkept)

    async def _tell_when_freed(self) -> None:
        await self.freed()
        self._events.freed()

    @property
    def _counts(self) -> UtteranceCounts:
        return self._speaker.track.counts if self._speaker else UtteranceCounts()
