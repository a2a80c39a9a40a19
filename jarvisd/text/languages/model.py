"""A language as the text room sees it: the shape of its data.

It must never hold words of a language: those are in the language's own file.
"""

from dataclasses import dataclass

from jarvisd.text.languages.stops import common
from jarvisd.text.languages.stops.model import Stops


@dataclass(frozen=True, slots=True, eq=False)  # one for each language: known by its identity
class Language:
    """What is known of a language.

    ``code`` is its shortest tag ("de"); "" is no language. ``stops`` says where sentences end.
    """

    code: str
    stops: Stops = common.STOPS


NEUTRAL = Language("")
