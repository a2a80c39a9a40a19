"""The places in a text where something ends."""

from enum import Enum, IntEnum, auto
from typing import NamedTuple


class Kind(Enum):
    """What kind of boundary the text has at a place."""

    CLAUSE = auto()  # a sentence may be cut here
    SENTENCE = auto()  # a sentence ended
    LINE = auto()  # a sentence ended with its line
    PARAGRAPH = auto()  # a blank line
    ROW = auto()  # a row of a table ended
    FENCE = auto()  # the line that opens a code block ended
    CODE_LINE = auto()  # a line inside a code block ended
    CODE_PART = auto()  # an over-long code block is cut here
    CODE = auto()  # a code block ended


class Strength(IntEnum):
    """How much of a pause a reader makes at a boundary, the least first."""

    PHRASE = auto()  # before a preposition, or before the verb behind its subject
    SUBORDINATE = auto()  # before a relative or subordinate clause
    CONJUNCTION = auto()  # before "and", "but" and their like
    COMMA = auto()
    COLON = auto()  # a colon, a semicolon, a dash
    SENTENCE = auto()

    @property
    def strong(self) -> bool:
        """Whether it is written: a reader pauses there in any case."""
        return self >= Strength.COMMA


class Boundary(NamedTuple):
    """A boundary: what it closes is ``[start:end]``; ``after`` includes the white space read.

    ``decided`` counts the characters of the text that had to be read to know it.
    """

    kind: Kind
    start: int
    end: int
    after: int
    decided: int
    strength: Strength = Strength.SENTENCE
