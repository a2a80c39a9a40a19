"""When the first sentence of a reply may be cut, so that speech starts before it ends.

A written pause is taken at once. A place that only grammar knows is taken when the speech that
should be there by now is missing, and then not before one more tick, in which the sentence's end
may arrive. Pure: the caller says what was read and how much time has passed.
"""

import re
from itertools import islice

from jarvisd.text.splitting.clauses import ClauseCut
from jarvisd.text.window import Window

# A weak place that is due waits for so long: an end that arrives meanwhile is better.
TICK_MS = 30.0
# Speech takes at least so long: what was released is heard for this time.
_MS_PER_CHAR = 50.0
_WORD = re.compile(r"\S*\w\S*")
_ENDS = ".!?…。！？"
# Words that are asked for on each side of a cut.
_LEAST_WORDS = 2


class Opening:
    """The places where the sentence in progress may be cut, and which of them is taken when.

    ``budget_ms`` is the time without speech after the first token that is allowed; 0: never cut.
    ``part_chars`` is the least length of a second part, and half of that of a third one.
    """

    def __init__(self, window: Window, *, budget_ms: float, part_chars: int) -> None:
        self._window = window
        self._budget_ms = budget_ms
        self._part_chars = part_chars
        self._places: list[
            tuple[ClauseCut, int]
        ] = []  # with where the second word behind it begins
        self._unripe: list[ClauseCut] = []  # fewer than two words are behind them yet
        self._parts = 0
        self._elapsed_ms = 0.0
        self._missing_from_ms = budget_ms
        self._due_since_ms: float | None = None

    def add(self, cut: ClauseCut) -> None:
        """The sentence may be cut here."""
        if self._budget_ms:
            self._unripe.append(cut)

    def start_sentence(self) -> None:
        """The sentence ended: nothing of it is cut any more."""
        self._places.clear()
        self._unripe.clear()
        self._due_since_ms = None

    def released(self, start: int, end: int) -> None:
        """``[start:end]`` is spoken now, whatever ended it."""
        heard_from = max(self._elapsed_ms, self._missing_from_ms if self._parts else 0.0)
        # The next part is missed when this one was heard.
        self._missing_from_ms = heard_from + (end - start) * _MS_PER_CHAR
        self._parts += 1
        self._places = [place for place in self._places if place[0].at > end]
        self._unripe = [cut for cut in self._unripe if cut.at > end]
        self._due_since_ms = None

    def strong(self, start: int, seen: int) -> tuple[int, int] | None:
        """The first written pause that may be taken once ``seen`` characters are read.

        With the number of characters that had to be read for it.
        """
        self._ripen(seen)
        for cut, second in self._places:
            if second < seen and cut.strength.strong and self._fits(start, cut, self._least):
                return cut.at, second + 1
        return None

    def tick(self, start: int, elapsed_ms: float) -> int | None:
        """So much time has passed since the first token: where to cut now, if anywhere."""
        self._elapsed_ms = elapsed_ms
        if elapsed_ms < self._missing_from_ms or self._weak(start) is None:
            return None
        if self._due_since_ms is None:
            self._due_since_ms = elapsed_ms
        if elapsed_ms < self._due_since_ms + TICK_MS:
            return None
        return self._weak(start)

    def wake_ms(self, start: int) -> float | None:
        """When the next tick is wanted, from the first token on; ``None``: not before more text."""
        if self._weak(start) is None:
            return None
        if self._due_since_ms is None:
            return max(self._missing_from_ms, self._elapsed_ms)
        return self._due_since_ms + TICK_MS

    @property
    def _least(self) -> int:
        """Each further part is longer: speech is ahead by then."""
        return self._parts * self._part_chars

    def _weak(self, start: int) -> int | None:
        """The best place that is there: the strongest, and of these the last."""
        self._ripen(self._window.end)
        fit = [cut for cut, _ in self._places if self._fits(start, cut, 0)]
        if not fit or self._window.cut(self._window.end - 1, self._window.end) in _ENDS:
            return None
        return max(fit, key=lambda cut: (cut.strength, cut.at)).at

    def _fits(self, start: int, cut: ClauseCut, least: int) -> bool:
        before = self._window.cut(start, cut.at).strip()
        return len(before) >= least and len(_WORD.findall(before)) >= _LEAST_WORDS

    def _ripen(self, seen: int) -> None:
        """Find the places that have words enough behind them by now."""
        unripe = []
        for cut in self._unripe:
            words = _WORD.finditer(self._window.cut(cut.at, seen))
            if last := next(islice(words, _LEAST_WORDS - 1, None), None):
                self._places.append((cut, cut.at + last.start()))
            else:
                unripe.append(cut)
        self._unripe = unripe
