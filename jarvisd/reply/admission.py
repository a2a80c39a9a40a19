"""Whether a reply may begin: it needs one of the places and the turn of its conversation.

A place is taken before any wait, so that two requests at the same time never share one. A
conversation has one turn at a time, so that each question knows how the last answer ended. Every
wait is bounded, and a waiting question holds a place, so that no queue is longer than the places.
"""

import asyncio
from collections import deque

from jarvisd.errors import ConflictError, LimitError
from jarvisd.wire import WhenBusy

# As long as a person waits for an answer; whoever still wants it then can ask again.
TURN_WAIT_S = 60.0


class Turns:
    """The current turn of each conversation, and the queue of the next ones."""

    def __init__(self) -> None:
        # Who interrupts stands before all who wait, each of them in the order in which they came.
        self._lines: dict[str, deque[asyncio.Future[None]]] = {}
        self._hurried: dict[str, deque[asyncio.Future[None]]] = {}

    def taken(self, conversation: str) -> bool:
        """Whether a turn is taken."""
        return conversation in self._lines

    def hurried(self, conversation: str) -> bool:
        """Whether the next one wants the turn at once."""
        return any(not waiting.done() for waiting in self._hurried.get(conversation, ()))

    def join(self, conversation: str, *, first: bool) -> "asyncio.Future[None]":
        """Join the queue, ``first`` before all others; done when it is the caller's turn."""
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line = self._lines.get(conversation)
        if line is None:
            self._lines[conversation], self._hurried[conversation] = deque(), deque()
            waiting.set_result(None)
        else:
            (self._hurried[conversation] if first else line).append(waiting)
        return waiting

    def end(self, conversation: str) -> None:
        """The turn is over: the next in the queue gets it."""
        for line in (self._hurried[conversation], self._lines[conversation]):
            while line:
                waiting = line.popleft()
                if not waiting.done():
                    waiting.set_result(None)
                    return
        del self._lines[conversation], self._hurried[conversation]

    def leave(self, conversation: str, waiting: "asyncio.Future[None]") -> None:
        """Leave the queue, or end the turn."""
        for line in (self._hurried[conversation], self._lines[conversation]):
            if waiting in line:
                line.remove(waiting)
                return
        if waiting.done() and not waiting.cancelled():
            self.end(conversation)


class ReplyTicket:
    """What a reply needs to run: a place, and in a conversation the turn.

    ``end`` gives both back, once.
    """

    def __init__(self, admission: "Admission") -> None:
        self._admission = admission
        self._conversation = ""
        self._waiting: asyncio.Future[None] | None = None
        self._placed = False

    def join(self, conversation: str, when_busy: WhenBusy = "wait") -> None:
        """Join the conversation's queue, at its end or, to interrupt, at its head.

        Raises ConflictError ``conversation.busy`` where waiting was not asked for.
        """
        if when_busy == "refuse" and self._admission.turns.taken(conversation):
            raise busy(conversation)
        self._conversation = conversation
        first = when_busy == "interrupt"
        self._waiting = self._admission.turns.join(conversation, first=first)

    def take_place(self) -> None:
        """Take a place now; raises LimitError ``limit.replies`` where none is free."""
        self._admission.take_place()
        self._placed = True

    async def turn(self) -> None:
        """Return when it is this reply's turn.

        Raises ConflictError ``conversation.busy`` after ``TURN_WAIT_S``.
        """
        if self._waiting is None:
            return
        try:
            async with asyncio.timeout(TURN_WAIT_S):
                await asyncio.shield(self._waiting)
        except TimeoutError:
            raise busy(self._conversation) from None

    @property
    def hurried(self) -> bool:
        """Whether another question wants this turn to end at once."""
        return self._admission.turns.hurried(self._conversation)

    def end(self) -> None:
        """The reply is no longer being made."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self._admission.turns.leave(self._conversation, waiting)
        if self._placed:
            self._placed = False
            self._admission.give_place_back()


class Admission:
    """At most ``limit`` places, and the turns of every conversation."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._taken = 0
        self.turns = Turns()

    @property
    def taken(self) -> int:
        """How many places are taken."""
        return self._taken

    def apply(self, limit: int) -> None:
        """Another limit for those to come; who has a place keeps it."""
        self._limit = limit

    def take_place(self) -> None:
        """Take a place; raises LimitError ``limit.replies`` if there is none."""
        if self._taken >= self._limit:
            raise LimitError(
                f"{self._taken} replies are running, which is the limit.",
                code="limit.replies",
                hint="Wait for one to end, interrupt one, or raise reply.max_active.",
                retry_after_s=1.0,
            )
        self._taken += 1

    def give_place_back(self) -> None:
        """One fewer."""
        self._taken -= 1


def busy(conversation: str) -> ConflictError:
    """The error for a conversation in which another question is being answered."""
    return ConflictError(
        f"Conversation {conversation!r} is still answering another question.",
        code="conversation.busy",
        hint='Ask again later, or with "when_busy": "interrupt" to stop that answer.',
        retry_after_s=1.0,
    )
