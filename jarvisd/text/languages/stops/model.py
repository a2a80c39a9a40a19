"""Where sentences end in one language: the shape of the data.

It must never hold words of a language: those are in the language's own file.
"""

from dataclasses import dataclass, field, fields
from itertools import pairwise

_NONE: frozenset[str] = frozenset()


def words(text: str) -> frozenset[str]:
    """The words of a list written with white space between them."""
    return frozenset(text.split())


@dataclass(frozen=True, slots=True)
class Stops:
    """Words whose full stop does not end a sentence, and words that show that one ended.
    Abbreviations are in lower case, without the final stop; one of several parts is
    written without spaces ("z.b") and found with them, too ("z. B."). ``a | b`` has
    the words of both.
    """

    titles: frozenset[str] = _NONE  # stand before a name: "Dr. Smith", "Mt. Fuji"
    before_number: frozenset[str] = _NONE  # "No. 5"; before a capital they are words or initials
    before_anything: frozenset[str] = _NONE  # never the end of a line of thought: "e.g."
    after_something: frozenset[str] = _NONE  # the end when a capital follows: "etc."
    calendar: frozenset[str] = _NONE  # the end before a starter only; capitalised: "Jan."
    short_words: frozenset[str] = _NONE  # no abbreviations: nothing has to follow to know the end
    half_days: frozenset[str] = _NONE  # "a.m."
    exclamation_names: frozenset[str] = _NONE  # written with a stop of their own: "Yahoo!"
    number_endings: tuple[str, ...] = ()  # of words that stand before a number: "Hauptstr. 12"
    # As they are written:
    zones: frozenset[str] = _NONE  # these go on after a half of the day: "9 a.m. PST"
    ordinal_nouns: frozenset[str] = _NONE  # make a number and a stop an ordinal: "3. Oktober"
    before_ordinal: frozenset[str] = _NONE  # make the number behind them an ordinal: "am 3. Tag"
    starters: frozenset[str] = _NONE  # capitalised, they start a sentence, no part of a name
    terminators: str = ""  # characters that end a sentence before white space
    unspaced: str = ""  # those that end one without white space behind them
    ellipsis_after: str = ""  # characters before "……" behind which the sentence goes on
    half_width: str = ""  # as ``unspaced``, behind a wide character: "好吗?好!"
    dash_goes_on: bool = False  # "Что? — спросил он." is one sentence
    wraps_after: str = ""  # a line that ends with one of these goes on in the next
    ellipsis_ends: bool = False  # whether "……" may end a sentence without white space behind it
    # Behind four of these a stop and a capital need no white space: "жағдайы.XVIII".
    glued_letters: str = ""
    joiners: frozenset[str] = _NONE  # "A. Karpov vs. B. Spassky" is no list
    # What follows from these:
    zone_prefixes: frozenset[str] = field(init=False, repr=False, compare=False)
    noun_prefixes: frozenset[str] = field(init=False, repr=False, compare=False)
    starter_prefixes: frozenset[str] = field(init=False, repr=False, compare=False)
    first_parts: frozenset[str] = field(init=False, repr=False, compare=False)
    next_parts: frozenset[str] = field(init=False, repr=False, compare=False)
    part_prefixes: frozenset[str] = field(init=False, repr=False, compare=False)
    pairs: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Derive what is looked up while the next word is still being written."""
        parts = [
            pair
            for listed in (
                self.titles,
                self.before_number,
                self.before_anything,
                self.after_something,
                self.half_days,
            )
            for word in listed
            if "." in word
            for pair in pairwise(word.split("."))
        ]
        derived = {
            "zone_prefixes": _prefixes(self.zones),
            "noun_prefixes": _prefixes(self.ordinal_nouns),
            "starter_prefixes": _prefixes(self.starters),
            "first_parts": frozenset(first for first, _ in parts),
            "next_parts": frozenset(second for _, second in parts),
            "part_prefixes": _prefixes(frozenset(second for _, second in parts)),
            "pairs": frozenset(f"{first}.{second}" for first, second in parts),
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)

    def __or__(self, other: "Stops") -> "Stops":
        """The words of both."""
        given = [each.name for each in fields(self) if each.init]
        return Stops(
            **{
                name: getattr(self, name) | getattr(other, name)
                if isinstance(getattr(self, name), frozenset | bool)
                else getattr(self, name) + getattr(other, name)
                for name in given
            }
        )


def _prefixes(listed: frozenset[str]) -> frozenset[str]:
    return frozenset(word[:length] for word in listed for length in range(1, len(word) + 1))
