"""Where a sentence may be cut before it ends, so that its first part can be spoken at once.

A cut is safe after clause punctuation and, in English, before a word that opens a phrase. It is
never placed inside a number, a name, brackets, a quotation or code. The rules see one word and at
most the first character of the next one, so a cut depends on the text alone. How long a clause
must be is decided by the caller.
"""

from jarvisd.text.languages.stops.model import words

PUNCTUATION = ",;:—–、，；："

PHRASE_OPENERS = words(
    """about after although and as at because before between but by despite during except for from
    if in inside into near of on once onto or outside over since so than that though through to
    toward towards under unless until when where whereas whether which while who whose why with
    within without"""
)
# Verbs that follow a finished noun phrase: "The lights in the kitchen | are off."
VERB_OPENERS = words("are can could has have is should was were will would")
_SUBJECTS = words(
    """and but he here how i it she that there they this these those we what when where which who
    why you as if so not"""
)

# Words that belong to the opener behind them: "such as", "want to", "turn on", "out of".
_BOUND: dict[str, frozenset[str]] = {
    "of": words(
        """all because both each instead kind lot many most much none one out part some sort list
        number couple bit full"""
    ),
    "to": words(
        """able according due going got had has have like likes need needs next ought used want
        wanted wants try"""
    ),
    "on": words(
        """based carry come depend depending depends go going hold keep log logged moved put rely
        switch switched turn turned turns depends"""
    ),
    "in": words("log logged come plug plugged"),
    "as": words("as such well same soon long known"),
    "that": words("so all is was like at in of"),
    "for": words("as except looking"),
    "than": words("more less rather other"),
    "and": words("both"),
}
_NEVER_BEFORE = words(
    """a an and are at because but by for from if in is my of on or our that the their this to was
    were which while with your not very too"""
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
            return self._after_punctuation(word, start + len(word))
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
            self._wait(cut, "sentence")
            return None
        if len(word) > 1 and word[-2].isdigit():
            self._wait(cut, "number")
            return None
        return cut if len(word) > 1 or word in "—–" else None

    def _before_opener(self, previous: str, cut: int) -> int | None:
        if previous[-1].isdigit():
            self._wait(cut, "number")
        elif previous[0].isupper() and previous != "I":
            self._wait(cut, "name")
        else:
            return cut
        return None

    def _wait(self, cut: int, barred: str) -> None:
        self._waiting, self._barred = cut, barred


def _opens_phrase(previous: str, word: str) -> bool:
    if not previous:
        return False
    before = previous.lower()
    if word in PHRASE_OPENERS:
        return before not in _NEVER_BEFORE and before not in _BOUND.get(word, ())
    return word in VERB_OPENERS and before not in _SUBJECTS and before not in _NEVER_BEFORE
