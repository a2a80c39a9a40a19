"""Stops that are not followed by white space.

Those of Chinese and Japanese, of other scripts that set no space or are often written without; an
ellipsis of two characters, where the language ends a sentence with one; a full stop between a word
and a capital, where no address can be meant.
"""

from enum import Enum, auto

from jarvisd.text.languages.stops.model import Stops

_CLOSERS = "”’」』）】》\"')"
_MAX_CHARS = 16  # stops and closers that can belong to one end
_QUOTED_ON = "とっ"  # 「行く。」と言った goes on
_ELLIPSIS_ON = "とっをが、，,"
_FURTHER = "!?…"  # behind a stop these belong to it
LOOK_BACK = 8  # characters before a stop that decide whether it is one
_WIDE = "\u3000"  # and what comes behind it: kana, ideographs, full-width letters
_GLUED = 4  # letters before a full stop that make it one


class _Kind(Enum):
    STOP = auto()
    ELLIPSIS = auto()
    GLUED = auto()


class WideStop:
    """Reads full stops and closing marks until the next character shows where they end."""

    def __init__(self, known: Stops) -> None:
        self.open = False  # whether a stop was read whose end is not known yet
        self.end = 0  # just after the last stop or closer of it
        self.openers = known.unspaced + known.half_width
        self.openers += "…" * known.ellipsis_ends + "." * bool(known.glued_letters)
        self._known = known
        self._kind = _Kind.STOP
        self._start = 0
        self._closed = False

    def reset(self) -> None:
        """The sentence ended or goes on."""
        self.open = False

    def begin(self, character: str, before: str, position: int) -> None:
        """Take one of ``openers``; ``before`` is the word so far, or its last ``LOOK_BACK``."""
        behind_wide = character in self._known.half_width and before[-1:] >= _WIDE
        if behind_wide or character in self._known.unspaced:
            self._kind = _Kind.STOP
        elif character == "…" and self._ends_with_ellipsis(before):
            self._kind = _Kind.ELLIPSIS
        elif character == "." and self._is_glued(before):
            self._kind = _Kind.GLUED
        else:
            return
        self._start, self._closed, self.end = position, False, position + 1
        self.open = True

    def character(self, character: str, position: int) -> bool | None:
        """Take the next visible character, which an open stop may go on with.

        True: the sentence ended at ``end``; False: it goes on; None: not known yet.
        """
        if self._kind is _Kind.GLUED:
            return character.isupper()
        near = position - self._start < _MAX_CHARS
        if near and character in _CLOSERS:
            self._closed = True
        elif not near or character not in self._known.unspaced + _FURTHER:
            return not self._goes_on_with(character)
        self.end = position + 1
        return None

    def ended_by_space(self) -> bool:
        """White space follows: whether the open stop ends the sentence for this alone."""
        ended = self._kind is _Kind.STOP
        if not ended:
            self.reset()
        return ended

    def _ends_with_ellipsis(self, before: str) -> bool:
        said = before.rstrip("…")
        return len(said) < len(before) and said[-1:] not in ("", *self._known.ellipsis_after)

    def _is_glued(self, before: str) -> bool:
        last = before[-_GLUED:]
        return len(last) == _GLUED and all(map(self._known.glued_letters.__contains__, last))

    def _goes_on_with(self, character: str) -> bool:
        if self._kind is _Kind.ELLIPSIS and not self._closed:
            return character in _ELLIPSIS_ON
        return self._closed and character in _QUOTED_ON
