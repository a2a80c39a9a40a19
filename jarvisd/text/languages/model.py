"""A language as the text room sees it: the shape of its data.

It must never hold words of a language: those are in the language's own file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from jarvisd.text.languages.stops import common
from jarvisd.text.languages.stops.model import Stops


class Currency(NamedTuple):
    """What one and many of it are called, and what its hundredths are called, if there are any."""

    one: str
    many: str
    part: str = ""
    parts: str = ""


@dataclass(frozen=True, slots=True, eq=False)  # one for each language: known by its identity
class Language:
    """What is known of a language.

    ``code`` is its shortest tag ("de"); "" is no language. ``stops`` says where sentences end,
    ``units`` the name of one and of many for a symbol, ``currencies`` for a sign.
    """

    code: str
    stops: Stops = common.STOPS
    units: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    currencies: Mapping[str, Currency] = field(default_factory=dict)


NEUTRAL = Language("")
