"""English."""

from jarvisd.text.languages.model import Language
from jarvisd.text.languages.stops.en import STOPS

LANGUAGE = Language(code="en", stops=STOPS)
