"""What differs between languages, as data: one file per language, loaded on first use.

``language`` finds the ``Language`` for the tag of a voice. A language without a file of its own is
``NEUTRAL``: nothing is put into words for it, and the engine reads the symbols itself.
"""

from jarvisd.text.languages.en import LANGUAGE as ENGLISH
from jarvisd.text.languages.model import NEUTRAL, Language
from jarvisd.text.languages.nearest import language

__all__ = ["ENGLISH", "NEUTRAL", "Language", "language"]
