"""The input line: what is typed here is asked, and what was asked can be had again."""

from collections import deque
from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

MOST_REMEMBERED = 200


class History:
    """What was asked, oldest first, and a place in it. Pure.

    What stood in the line before one went back comes again after the newest.
    """

    def __init__(self) -> None:
        self._asked: deque[str] = deque(maxlen=MOST_REMEMBERED)
        self._back = 0
        self._draft = ""

    @property
    def asked(self) -> Sequence[str]:
        """All that is remembered."""
        return self._asked

    def add(self, text: str) -> None:
        """Remember ``text`` as the newest; the same twice in a row is one."""
        self._back = 0
        if not self._asked or self._asked[-1] != text:
            self._asked.append(text)

    def older(self, shown: str) -> str:
        """What was asked before what is ``shown``; the oldest stays."""
        if self._back == 0:
            self._draft = shown
        self._back = min(self._back + 1, len(self._asked))
        return self._asked[-self._back] if self._back else shown

    def newer(self, shown: str) -> str:
        """What was asked after what is ``shown``, and at last what was being typed."""
        if self._back == 0:
            return shown
        self._back -= 1
        return self._asked[-self._back] if self._back else self._draft


class QuestionLine(Input):
    """One line of text with a memory."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "older", "the question before", id="question.older"),
        Binding("down", "newer", "the question after", id="question.newer"),
    ]

    def __init__(self, placeholder: str) -> None:
        super().__init__(id="ask", placeholder=placeholder)
        self.cursor_blink = False  # it would draw twice a second for nothing
        self.history = History()

    def action_older(self) -> None:
        """Show what was asked before."""
        self._put(self.history.older(self.value))

    def action_newer(self) -> None:
        """Show what was asked after."""
        self._put(self.history.newer(self.value))

    def _put(self, text: str) -> None:
        self.value = text
        self.cursor_position = len(text)
