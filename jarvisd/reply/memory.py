"""Between replies and the store: questions and answers go in, prompts come out.

Nothing here waits, except for the store's history.
"""

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace

from jarvisd.errors import RequestError
from jarvisd.llm.model import Message
from jarvisd.reply.prompt import HistoryWindow, as_prompt
from jarvisd.reply.record import Outcome
from jarvisd.store import NewMessage, Receipt, Store
from jarvisd.store.model import StoredMessage

CONVERSATION_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class ConversationMemory:
    """The memory of all replies; ``wall_clock`` gives the time of messages."""

    def __init__(
        self, store: Store, *, history_messages: int, wall_clock: Callable[[], float]
    ) -> None:
        self._store = store
        self._wall_clock = wall_clock
        self._window = HistoryWindow(history_messages)

    def apply(self, history_messages: int) -> None:
        """Set the number of messages in future prompts."""
        if history_messages != self._window.limit:
            self._window = HistoryWindow(history_messages)

    async def history(self, conversation: str) -> Sequence[StoredMessage]:
        """The messages that the next prompt may need, oldest first."""
        return await self._store.history(conversation, self._window.limit + 2)

    def prompt(
        self,
        conversation: str,
        history: Sequence[StoredMessage],
        *,
        system: str,
        question: str,
        heard_by_now: Callable[[str], str | None],
    ) -> tuple[Message, ...]:
        """The prompt for the model. ``heard_by_now`` returns what was heard so far of a reply that
        may still play: the store assumes that it plays to its end.
        """
        so_far = [_as_heard(message, heard_by_now) for message in history]
        return as_prompt(system, self._window.cut(conversation, so_far), question)

    def ask(self, conversation: str, question: str, *, reply: str) -> Receipt:
        """Put the question that ``reply`` answers into its conversation."""
        message = NewMessage(role="user", text=question, created_at=self._wall_clock(), reply=reply)
        return self._store.add_message(conversation, message)

    async def forget(self, conversation: str) -> int:
        """Delete a conversation for good; returns how many messages are gone."""
        return await self._store.forget(conversation)

    def remember(self, outcome: Outcome, question: Receipt) -> Receipt:
        """Put an answer into its conversation; the receipt tells when it is on disk. Without an
        answer it is the receipt of the ``question``.

        A question that got an error in place of an answer is marked: the next prompt leaves it out.
        """
        receipt = question
        if outcome.text:
            receipt = self._store.add_message(outcome.conversation, self._answer(outcome))
        known = outcome.text if outcome.heard is None else outcome.heard
        if outcome.failed and not known.strip():
            receipt = self._store.mark_failed(outcome.reply, outcome.failed)
        return receipt

    def _answer(self, outcome: Outcome) -> NewMessage:
        return NewMessage(
            role="assistant",
            text=outcome.text,
            created_at=self._wall_clock(),
            heard=outcome.heard,
            interrupted=outcome.interrupted,
            reply=outcome.reply,
            provider=outcome.provider,
            model=outcome.model,
            voice=outcome.voice,
            tokens=outcome.tokens,
        )

    def correct(self, reply: str, heard: str | None, *, interrupted: bool) -> Receipt:
        """Correct what was heard of a reply."""
        return self._store.mark_heard(reply, heard, interrupted=interrupted)


def _as_heard(message: StoredMessage, heard_by_now: Callable[[str], str | None]) -> StoredMessage:
    if message.role != "assistant" or (heard := heard_by_now(message.reply)) is None:
        return message
    return replace(message, heard=heard)


def conversation_name(wanted: str | None) -> str:
    """The name of the conversation, a new one if none is given."""
    if wanted is None:
        return f"c-{secrets.token_hex(6)}"
    if not CONVERSATION_NAME.fullmatch(wanted):
        raise RequestError(
            f"{wanted!r} cannot name a conversation.",
            code="conversation.name",
            hint="Use up to 64 letters, digits, dots, dashes and underscores.",
        )
    return wanted
