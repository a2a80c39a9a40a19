"""Where a sentence may be cut before it ends, so that its beginning can be spoken at once.

A cut is safe behind clause punctuation and, in English, before a word that opens a phrase. It is
never placed inside a number, a name, brackets, a quotation or code. The rules see one word and at
most the first character of the next one, so a cut depends on the text alone. How long a clause
must be is decided by whoever uses the cut.
"""

PUNCTUATION = ",;:—–、，；："

PHRASE_OPENERS = frozenset(
    """about after although and as at because before between but by despite during except for from
    if in inside into near of on once onto or outside over since so than that though through to
    toward towards under unless until when where whereas whether which while who whose why with
    within without""".split()
)
# Verbs that follow a finished noun phrase: "The lights in the kitchen | are off."
VERB_OPENERS = frozenset("are can could has have is should was were will would".split())
_SUBJECTS = frozenset(
    """and but he here how i it she that there they this these those we what when where which who
    why you as if so not""".split()
)

# Words that belong to the opener behind them: "such as", "want to", "turn on", "out of".
_BOUND: dict[str, frozenset[str]] = {
    "of": frozenset(
        """all because both each instead kind lot many most much none one out part some sort list
        number couple bit full""".split()
    ),
    "to": frozenset(
        """able according due going got had has have like likes need needs next ought used want
        wanted wants try""".split()
    ),
    "on": frozenset(
        """based carry come depend depending depends go going hold keep log logged moved put rely
        switch switched turn turned turns depends""".split()
    ),
    "in": frozenset("log logged come plug plugged".split()),
    "as": frozenset("as such well same soon long known".split()),
    "that": frozenset("so all is was like at in of".split()),
    "for": frozenset("as except looking".split()),
    "than": frozenset("more less rather other".split()),
    "and": frozenset("both".split()),
}
_NEVER_BEFORE = frozenset(
    """a an and are at because but by for from if in is my of on or our that the their this to was
    were which while with your not very too""".split()
)


class ClauseFinder:
    """Reads a sentence word by word and says where it may be cut."""

    def __init__(self) -> None:
        self._previous = ""
        self._waiting: int | None = None
        self._barred = ""

    def start_sentence(self) -> None:
        """Forget the sentence that ended."""
        self._previous, self._waiting = "", None

    def word(self, word: str, start: int, *, nested: bool) -> int | None:
        """Take a word that begins at ``start`` and has a space behind it; return a cut or None.

        ``nested`` says that the word is inside brackets, a quotation or code. A cut that still
        depends on the next word's first character is returned by ``next_character``.
        """
        previous, self._previous = self._previous, word
        self._waiting = None
        if nested:
            return None
        if word[-1] in PUNCTUATION or word.endswith(("…", "...")):
            return self._after_punctuation(word, start + len(word) + 1)
        if _opens_phrase(previous, word):
            return self._before_opener(previous, start)
        return None

    def next_character(self, character: str) -> int | None:
        """Take the first character of the next word; return the cut that waited for it, or None."""
        cut, self._waiting = self._waiting, None
        if cut is None:
            return None
        if self._barred == "number":
            barred = character.isdigit()
        elif self._barred == "name":
            barred = character.isupper()
        else:
            barred = not character.islower()
        return None if barred else cut

    def _after_punctuation(self, word: str, cut: int) -> int | None:
        if word.endswith(("…", "...")):
            return self._wait(cut, "sentence")
        if len(word) > 1 and word[-2].isdigit():
            return self._wait(cut, "number")
        return cut if len(word) > 1 or word in "—–" else None

    def _before_opener(self, previous: str, cut: int) -> int | None:
        if previous[-1].isdigit():
            return self._wait(cut, "number")
        if previous[0].isupper() and previous != "I":
            return self._wait(cut, "name")
        return cut

    def _wait(self, cut: int, barred: str) -> None:
        self._waiting, self._barred = cut, barred


def _opens_phrase(previous: str, word: str) -> bool:
    if not previous:
        return False
    before = previous.lower()
    if word in PHRASE_OPENERS:
        return before not in _NEVER_BEFORE and before not in _BOUND.get(word, ())
    return word in VERB_OPENERS and before not in _SUBJECTS and before not in _NEVER_BEFORE


class Nesting:
    """Whether a position lies inside inline code, brackets or a quotation of its line."""

    def __init__(self) -> None:
        self.code = False
        self._depth = 0
        self._quoted = False

    @property
    def open(self) -> bool:
        """Whether anything is open."""
        return self.code or self._quoted or self._depth > 0

    def reset(self) -> None:
        """A line or sentence ended, and with it whatever was left open."""
        self.code, self._depth, self._quoted = False, 0, False

    def character(self, character: str) -> None:
        """Take the next character of the sentence."""
        if character == "`":
            self.code = not self.code
        elif self.code:
            return
        elif character in "([":
            self._depth += 1
        elif character in ")]":
            self._depth = max(0, self._depth - 1)
        elif character == '"':
            self._quoted = not self._quoted
        elif character in "“„”":
            self._quoted = character != "”" and not self._quoted
