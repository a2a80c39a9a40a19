"""The prompt of the next turn: what was said and heard so far; only its end grows.

The model caches the beginning of a prompt between turns, so the beginning must not move: the
system prompt stays first and unchanged, and old messages are dropped in large steps rather than
one each turn. Assistant messages hold what was heard, not what was generated.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence

from jarvisd.llm.model import Message
from jarvisd.store.model import StoredMessage

REMEMBERED_WINDOWS = 256


class HistoryWindow:
    """At most ``limit`` messages of each conversation; the window moves by half its size."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._first: OrderedDict[str, str] = OrderedDict()

    def cut(self, conversation: str, messages: Sequence[StoredMessage]) -> Sequence[StoredMessage]:
        """The messages that the next prompt holds; ``messages`` are the newest, oldest first."""
        first = self._first.get(conversation)
        start = next((i for i, message in enumerate(messages) if message.id == first), 0)
        kept = messages[start:]
        if len(kept) > self.limit:
            kept = kept[-max(1, self.limit // 2) :]
        if kept:
            self._remember(conversation, kept[0].id)
        return kept

    def _remember(self, conversation: str, first: str) -> None:
        self._first[conversation] = first
        self._first.move_to_end(conversation)
        while len(self._first) > REMEMBERED_WINDOWS:
            self._first.popitem(last=False)


def as_prompt(system: str, history: Iterable[StoredMessage], question: str) -> tuple[Message, ...]:
    """System prompt, history as it was heard, and the question.

    Roles alternate strictly, as many chat templates demand: where nothing of an answer was heard,
    the questions around it become one message.
    """
    messages = [Message("system", system)] if system else []
    for message in history:
        if message.for_prompt.strip():
            _add(messages, Message(message.role, message.for_prompt))
    _add(messages, Message("user", question))
    return tuple(messages)


def _add(messages: list[Message], message: Message) -> None:
    if messages and messages[-1].role == message.role:
        joined = f"{messages[-1].content}\n\n{message.content}"
        messages[-1] = Message(message.role, joined)
    else:
        messages.append(message)
