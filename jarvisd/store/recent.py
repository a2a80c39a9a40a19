"""The conversations in memory: the least recently used is dropped first, bounded by count and size.

Pure. Holds recent messages, saved or not, so that a current conversation needs no disk. It must
never grow with uptime, and never treat a part of a conversation as the whole.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from jarvisd.store.model import (
    Change,
    ConversationSummary,
    Correction,
    MarkFailed,
    MarkHeard,
    StoredMessage,
    title_of,
)

# Bookkeeping of one message beside its texts, in characters: keeps empty messages countable.
OVERHEAD_CHARS = 200


@dataclass(slots=True)
class _Thread:
    """A conversation's newest messages; ``whole`` when none are missing before them."""

    whole: bool
    messages: list[StoredMessage] = field(default_factory=list)
    chars: int = 0


class Recent:
    """Bounded memory of conversations.

    ``complete``: there is no database; then every conversation begins here, and dropped ones are
    lost.
    """

    def __init__(self, *, conversations: int, chars: int, complete: bool) -> None:
        self._most = conversations
        self._most_chars = chars
        self._complete = complete
        self._threads: OrderedDict[str, _Thread] = OrderedDict()
        # The conversation of each role's message of a reply.
        self._replies: dict[tuple[str, str], str] = {}
        self.chars = 0

    def add(self, message: StoredMessage) -> None:
        """Remember a message as the newest of its conversation."""
        thread = self._threads.setdefault(message.conversation, _Thread(self._complete))
        self._append(thread, message)
        self._touch(message.conversation)

    def mark(self, change: Correction) -> None:
        """Correct the message that a change is about, if it is still remembered."""
        conversation = self._replies.get((_role(change), change.reply), "")
        thread = self._threads.get(conversation)
        if thread is None:
            return
        for index, message in enumerate(thread.messages):
            if _concerns(change, message):
                thread.messages[index] = corrected(message, change)
                self._account(thread, size(thread.messages[index]) - size(message))
        self._touch(conversation)

    def newest(self, conversation: str, limit: int) -> list[StoredMessage] | None:
        """The last ``limit`` messages that count, oldest first; ``None`` if there may be more on
        disk.
        """
        thread = self._threads.get(conversation)
        if thread is None:
            return [] if self._complete else None
        self._touch(conversation)
        messages = counting(thread.messages)
        if not thread.whole and len(messages) < limit:
            return None
        return messages[-limit:]

    def merged(self, conversation: str, saved: Iterable[StoredMessage]) -> list[StoredMessage]:
        """Saved messages followed by those that are only in memory; memory counts if both have one,
        because a correction may not be saved yet.
        """
        thread = self._threads.get(conversation)
        known = {message.id: message for message in thread.messages} if thread else {}
        together = [known.pop(message.id, message) for message in saved]
        return [*together, *known.values()]

    def load(self, conversation: str, messages: Iterable[StoredMessage], *, whole: bool) -> None:
        """Remember these messages as the conversation's newest, in place of the old ones."""
        self.forget(conversation)
        thread = self._threads[conversation] = _Thread(whole)
        for message in messages:
            self._append(thread, message)
        self._touch(conversation)

    def forget(self, conversation: str) -> int:
        """Drop a conversation; returns how many messages were remembered."""
        thread = self._threads.pop(conversation, None)
        if thread is None:
            return 0
        self._release(thread, thread.messages)
        return len(thread.messages)

    def everything(self) -> list[StoredMessage]:
        """All messages in memory, each conversation oldest first."""
        return [message for thread in self._threads.values() for message in thread.messages]

    def summaries(self) -> list[ConversationSummary]:
        """A summary of every conversation in memory, last updated first."""
        found = [summarize(thread.messages) for thread in self._threads.values() if thread.messages]
        return sorted(found, key=lambda summary: (summary.updated_at, summary.id), reverse=True)

    def _append(self, thread: _Thread, message: StoredMessage) -> None:
        thread.messages.append(message)
        if message.reply:
            self._replies[message.role, message.reply] = message.conversation
        self._account(thread, size(message))

    def _touch(self, conversation: str) -> None:
        """Mark as just used, and make room: drop other conversations, then its oldest messages."""
        self._threads.move_to_end(conversation)
        while len(self._threads) > 1 and not self._fits():
            _, oldest = self._threads.popitem(last=False)
            self._release(oldest, oldest.messages)
        thread = self._threads[conversation]
        while len(thread.messages) > 1 and not self._fits():
            self._release(thread, [thread.messages.pop(0)])
            # With nothing behind it, what is left is all there is.
            thread.whole = self._complete

    def _fits(self) -> bool:
        return len(self._threads) <= self._most and self.chars <= self._most_chars

    def _account(self, thread: _Thread, chars: int) -> None:
        thread.chars += chars
        self.chars += chars

    def _release(self, thread: _Thread, messages: Iterable[StoredMessage]) -> None:
        for message in messages:
            self._replies.pop((message.role, message.reply), None)
            self._account(thread, -size(message))


def size(message: StoredMessage) -> int:
    """Characters that a message takes in memory."""
    return len(message.text) + len(message.heard or "") + OVERHEAD_CHARS


def counting(messages: Iterable[StoredMessage]) -> list[StoredMessage]:
    """The messages without the questions that got no answer."""
    return [message for message in messages if not message.failed]


def corrected(message: StoredMessage, change: Correction) -> StoredMessage:
    """The message with a later correction applied."""
    match change:
        case MarkHeard(_, heard, interrupted):
            return replace(message, heard=heard, interrupted=interrupted)
        case MarkFailed(_, failed):
            return replace(message, failed=failed)


def overlay(
    saved: Iterable[StoredMessage], conversation: str, pending: Iterable[Change]
) -> list[StoredMessage]:
    """Messages as they will be after the ``pending`` changes, oldest first, are saved."""
    messages = {message.id: message for message in saved}
    for change in pending:
        if isinstance(change, Correction):
            for id_, message in messages.items():
                if _concerns(change, message):
                    messages[id_] = corrected(message, change)
        elif isinstance(change, StoredMessage) and change.conversation == conversation:
            messages.setdefault(change.id, change)
    return list(messages.values())


def _role(change: Correction) -> str:
    return "assistant" if isinstance(change, MarkHeard) else "user"


def _concerns(change: Correction, message: StoredMessage) -> bool:
    return (message.role, message.reply) == (_role(change), change.reply)


def summarize(messages: list[StoredMessage]) -> ConversationSummary:
    """A list entry from the messages themselves (at least one)."""
    return ConversationSummary(
        id=messages[0].conversation,
        created_at=messages[0].created_at,
        updated_at=max(message.created_at for message in messages),
        messages=len(messages),
        title=title_of(messages[0].text),
    )
