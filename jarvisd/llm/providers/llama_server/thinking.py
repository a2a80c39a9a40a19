"""Removes a model's thoughts from its answer if the chat template did not.

llama-server usually takes ``<think>…</think>`` out itself; where it does not, this filter does.
Pure and incremental: the same text in other pieces gives the same answer and the same thoughts.
It holds back at most a tag's length, and never lets a thought pass as text.
"""

from collections.abc import Iterator

from jarvisd.llm.model import ReasoningDelta, TextDelta

_OPEN = "<think>"
_CLOSE = "</think>"


class ThinkingFilter:
    """Splits one stream of content into answer and thoughts.

    A tag right after a backtick is a quotation and stays text. A closing tag
    without an opening one is dropped: some templates put the opening tag into the prompt.
    """

    def __init__(self) -> None:
        self._held = ""
        self._last = ""
        self._thinking = False
        self._skip_space = False

    def feed(self, text: str) -> list[TextDelta | ReasoningDelta]:
        """Take a piece of content; return what is certain now, in order."""
        self._held += text
        return [delta for delta in self._settle() if delta.text]

    def finish(self) -> list[TextDelta | ReasoningDelta]:
        """Return the rest: an incomplete tag at the end is text."""
        rest, self._held = self._held, ""
        delta = self._pass(rest)
        return [delta] if delta.text else []

    def _settle(self) -> Iterator[TextDelta | ReasoningDelta]:
        while (found := self._find_tag()) is not None:
            position, tag = found
            yield self._pass(self._held[:position])
            if self._last == "`" and not self._thinking:
                yield self._pass(tag)
            else:
                self._skip_space = tag == _CLOSE
                self._thinking = tag == _OPEN
                self._last = ""
            self._held = self._held[position + len(tag) :]
        safe = len(self._held) - self._possible_tag_length()
        yield self._pass(self._held[:safe])
        self._held = self._held[safe:]

    def _tags(self) -> tuple[str, ...]:
        return (_CLOSE,) if self._thinking else (_OPEN, _CLOSE)

    def _find_tag(self) -> tuple[int, str] | None:
        found = [(self._held.find(tag), tag) for tag in self._tags()]
        return min(((at, tag) for at, tag in found if at >= 0), default=None)

    def _possible_tag_length(self) -> int:
        """How many characters at the end of what is held may still become a tag."""
        tail = self._held[self._held.rfind("<") :] if "<" in self._held else ""
        return len(tail) if tail and any(tag.startswith(tail) for tag in self._tags()) else 0

    def _pass(self, text: str) -> TextDelta | ReasoningDelta:
        if self._skip_space:  # the blank line between thoughts and answer belongs to neither
            text = text.lstrip()
            self._skip_space = not text
        self._last = text[-1:] or self._last
        return ReasoningDelta(text) if self._thinking else TextDelta(text)
