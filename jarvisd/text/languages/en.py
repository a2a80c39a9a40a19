"""English."""

from jarvisd.text.languages.model import Language

LANGUAGE = Language(code="en")
