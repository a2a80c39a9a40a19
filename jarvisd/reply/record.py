"""What a conversation remembers of one reply, and whether that is on disk.

Remembering happens in the same step of the loop; only the disk takes time. Knows no store, only the
interface ``Memory``.
"""

import asyncio
from dataclasses import dataclass
from typing import Protocol

from jarvisd.reply.life import ReplyLife
from jarvisd.reply.speaking import Speaker
from jarvisd.reply.writing import TextWriter
from jarvisd.store import Receipt

# How long a reply's end waits for the disk before it says that it is not kept.
END_KEPT_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of a reply: ``heard`` is ``None`` if there was nothing to hear, ``failed`` the
    code of the error that ended it.
    """

    reply: str
    conversation: str
    text: str
    heard: str | None
    interrupted: bool
    provider: str
    model: str
    voice: str
    tokens: int
    failed: str = ""


class HasName(Protocol):
    """Has the name of a reply's writer, which is final once the answer has begun."""

    @property
    def name(self) -> str:
        """As shown to users."""
        ...


class Memory(Protocol):
    """Remembers the results of replies."""

    def remember(self, outcome: Outcome, question: Receipt) -> Receipt:
        """Remember the outcome at once; the receipt, ``question``'s where there is nothing to
        remember, tells when it is on disk.
        """
        ...

    def correct(self, reply: str, heard: str | None, *, interrupted: bool) -> Receipt:
        """Remember another ``heard`` in place of what was remembered before."""
        ...


class ReplyRecord:
    """The record of one reply; ``conversation`` is empty where it is part of none, ``speaker``
    ``None`` where it is not to be spoken.
    """

    def __init__(
        self,
        reply: str,
        conversation: str,
        memory: Memory,
        *,
        provider: HasName,
        life: ReplyLife,
        writer: TextWriter,
        speaker: Speaker | None,
    ) -> None:
        self._reply = reply
        self._conversation = conversation
        self._provider = provider
        self._memory = memory if conversation else None
        self._life = life
        self._writer = writer
        self._speaker = speaker
        self._receipt = Receipt.settled()
        self._remembered: tuple[str | None, bool] | None = None

    @property
    def heard(self) -> str:
        """The text that was heard by now."""
        return self._speaker.track.heard() if self._speaker else ""

    def asked(self, question: Receipt) -> None:
        """It answers ``question``: without an answer, only that is kept."""
        self._receipt = question

    def remember(self, failed: str = "") -> None:
        """It is no longer being made: remember its result."""
        if self._remembered is not None:
            self.correct()
            return
        heard, interrupted = self._remembered = self._now()
        completion = self._writer.completion
        outcome = Outcome(
            reply=self._reply,
            conversation=self._conversation,
            text=self._writer.text,
            heard=heard,
            interrupted=interrupted,
            provider=self._provider.name,
            model=completion.model,
            voice=self._speaker.voice_id if self._speaker else "",
            tokens=completion.completion_tokens,
            failed=failed,
        )
        if self._memory is not None:
            self._receipt = self._memory.remember(outcome, self._receipt)

    def correct(self) -> None:
        """Correct what was heard, if it differs from what was remembered."""
        if self._remembered is None or self._remembered == (now := self._now()):
            return
        self._remembered = now
        if self._memory is not None:
            self._receipt = self._memory.correct(self._reply, now[0], interrupted=now[1])

    def forget(self) -> None:
        """Its conversation is deleted: remember nothing from now on."""
        self._memory = None

    async def unkept(self, question: asyncio.Task[None] | None = None) -> str:
        """Why it is not on disk, if that failed or takes too long; else empty."""
        if question is not None:
            await asyncio.wait({question})
        receipt = self._receipt  # a correction has a receipt of its own
        await receipt.kept(END_KEPT_S)
        return receipt.reason

    def _now(self) -> tuple[str | None, bool]:
        """What was heard, or will be by current listeners; and whether a part was not."""
        speaker, interrupted = self._speaker, self._life.interrupted
        if speaker is None:
            return None, interrupted
        if interrupted:
            return speaker.track.heard(), True
        return (
            speaker.track.expected() if speaker.track.counts.spoken else None
        ), speaker.track.cut_short
