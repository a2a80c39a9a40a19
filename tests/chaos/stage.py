"""Where chaos plays: one daemon, one model, what clients were told, and what is left afterwards.

Drives turns over the real socket and remembers what the daemon acknowledged; after a fault it asks
whether all of that is still true.
"""

import asyncio
import json
import random
import re
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.chaos.figures import Figures
from tests.chaos.model import TalkativeModel, talkative
from tests.support.daemon import RunningDaemon, running_daemon

Event = dict[str, Any]
# A reply that has said nothing for so long, on any machine, stands still.
FROZEN_S = 60.0
# One that still moves, but would speak for hours, is interrupted.
LONG_REPLY_S = 20.0
# Everything that a fault disturbed is quiet again by then.
QUIET_S = 30.0
TASKS = re.compile(r"^jarvisd_tasks (\d+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Usage:
    """What a quiet daemon holds."""

    descriptors: int
    tasks: int
    processes: int


@dataclass(slots=True)
class Promise:
    """What a client was told of one turn; it must be found in the conversation ever after."""

    conversation: str
    question: str
    answer: str = ""


@dataclass(slots=True)
class Stage:
    """``promises`` are what must outlive every fault."""

    directory: Path
    model: TalkativeModel
    chance: random.Random
    figures: Figures = field(default_factory=Figures)
    promises: list[Promise] = field(default_factory=list)

    @asynccontextmanager
    async def daemon(
        self,
        *,
        check_exit: bool = True,
        module: str = "jarvisd",
        environ: Mapping[str, str] | None = None,
        llm_url: str = "",
        **settings: object,
    ) -> AsyncIterator[RunningDaemon]:
        """A daemon on this stage's directory; its log is shown only where something went wrong.

        ``settings`` are dotted paths, with two underscores for each dot.
        """
        with suppress(FileNotFoundError):
            (self.directory / "control.sock").unlink()
        async with running_daemon(
            self.directory,
            llm_url=llm_url or self.model.url,
            settings={key.replace("__", "."): value for key, value in settings.items()},
            check_exit=check_exit,
            module=module,
            environ=environ,
        ) as daemon:
            yield daemon

    # --- turns ----------------------------------------------------------------------------------

    async def ask(
        self, daemon: RunningDaemon, conversation: str, *, stop_at: int | None = None
    ) -> Event | None:
        """One turn; with ``stop_at`` its client interrupts at that event.

        Returns the last event, or ``None`` where the daemon went away in the middle. A reply
        that stands still is counted.
        """
        question = f"Question {self.chance.randrange(10**9)}?"
        body = {"text": question, "conversation": conversation}
        last: Event | None = None
        try:
            number, latest = 0, time.monotonic() + LONG_REPLY_S
            async with asyncio.timeout(FROZEN_S) as patience:
                async for event in daemon.events("/v1/replies", body):
                    patience.reschedule(asyncio.get_running_loop().time() + FROZEN_S)
                    last, number = event, number + 1
                    self._remember(event, conversation, question)
                    if number == stop_at or time.monotonic() > latest:
                        latest = float("inf")
                        await self._interrupt(daemon, event["reply"], conversation, question)
        except TimeoutError:
            self.figures.frozen_replies += 1
        except (httpx.TransportError, json.JSONDecodeError):
            return None
        except AssertionError:  # refused: a clear answer, and nothing was promised
            return last
        return last

    async def say(self, daemon: RunningDaemon, sentences: int, **body: object) -> Event | None:
        """Speak so many sentences; as ``ask``."""
        text = " ".join(self.model.answer() for _ in range(max(1, sentences // 3)))
        try:
            async with asyncio.timeout(FROZEN_S):
                return (await daemon.all_events("/v1/say", {"text": text, **body}))[-1]
        except TimeoutError:
            self.figures.frozen_replies += 1
        except (httpx.TransportError, json.JSONDecodeError, AssertionError, IndexError):
            pass
        return None

    def _remember(self, event: Event, conversation: str, question: str) -> None:
        if event["type"] == "reply.started" and event.get("kept", True):
            self.promises.append(Promise(conversation, question))
        elif event["type"] == "reply.done" and event.get("kept", True):
            self.promises.append(Promise(conversation, question, answer="any"))

    async def _interrupt(
        self, daemon: RunningDaemon, reply: str, conversation: str, question: str
    ) -> None:
        answer = await daemon.post(f"/v1/replies/{reply}/interrupt")
        if answer.get("kept", True) and answer.get("state") == "interrupted":
            self.promises.append(Promise(conversation, question, answer=answer["heard"] or ""))

    async def check_promises(self, daemon: RunningDaemon) -> None:
        """Count what was acknowledged and is gone."""
        found: dict[str, list[Event]] = {}
        for promise in self.promises:
            if promise.conversation not in found:
                answer = await daemon.client.get(f"/v1/conversations/{promise.conversation}")
                found[promise.conversation] = answer.json().get("messages", [])
            if not _kept(promise, found[promise.conversation]):
                self.figures.lost_turns += 1
        self.promises.clear()

    # --- what is left ---------------------------------------------------------------------------

    async def quiet(self, daemon: RunningDaemon) -> None:
        """Wait until nothing is made any more; replies that never end count as frozen."""
        try:
            async with asyncio.timeout(FROZEN_S):
                while (status := await daemon.get("/v1/status"))["slots_in_use"] or _made(status):
                    await asyncio.sleep(0.05)
        except TimeoutError:
            self.figures.frozen_replies += max(1, _made(await daemon.get("/v1/status")))

    async def usage(self, daemon: RunningDaemon) -> Usage:
        """What the daemon holds now, its clients' connections and its workers' lines apart."""
        status = await daemon.until(_workers_are_settled)
        metrics = (await daemon.client.get("/metrics")).text
        tasks = TASKS.search(metrics)
        workers = len(status["workers"])
        return Usage(
            descriptors=daemon.descriptors() - status["connections"] - 2 * workers,
            tasks=(int(tasks.group(1)) if tasks else 0) - status["connections"],
            processes=len(daemon.children()) - workers,
        )

    async def check_usage(self, daemon: RunningDaemon, before: Usage) -> None:
        """Count what is held beyond ``before``, once it has had time to be let go."""
        await self.quiet(daemon)
        with suppress(TimeoutError):
            async with asyncio.timeout(QUIET_S):
                while _beyond(await self.usage(daemon), before) != Usage(0, 0, 0):
                    await asyncio.sleep(0.2)
        left = _beyond(await self.usage(daemon), before)
        self.figures.leaked_descriptors += left.descriptors
        self.figures.leaked_tasks += left.tasks
        self.figures.leaked_processes += left.processes


def _kept(promise: Promise, messages: list[Event]) -> bool:
    texts = [message["text"] for message in messages]
    asked = any(promise.question in text for text in texts)
    if not promise.answer or not asked:
        return asked
    position = next(i for i, text in enumerate(texts) if promise.question in text)
    answers = messages[position + 1 : position + 2]
    if not answers or answers[0]["role"] != "assistant":
        return False
    return promise.answer == "any" or answers[0]["heard"] == promise.answer


def _workers_are_settled(status: Mapping[str, Any]) -> bool:
    """Whether none starts or ends: such a one has some of its lines."""
    return all(worker["state"] in ("idle", "busy") for worker in status["workers"])


def _made(status: Mapping[str, Any]) -> int:
    return sum(1 for reply in status["replies"] if reply["state"] in ("running", "paused"))


def _beyond(now: Usage, before: Usage) -> Usage:
    return Usage(
        max(0, now.descriptors - before.descriptors),
        max(0, now.tasks - before.tasks),
        max(0, now.processes - before.processes),
    )


@asynccontextmanager
async def stage(seed: str) -> AsyncIterator[Stage]:
    """A stage in a directory of its own; ``seed`` decides everything that is left to chance."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="jarvisd-chaos-") as folder:
        async with talkative(chance) as model:
            yield Stage(Path(folder), model, chance)
