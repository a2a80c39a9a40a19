"""Italian."""

from jarvisd.text.languages.model import Language
from jarvisd.text.languages.stops.it import STOPS

LANGUAGE = Language(code="it", stops=STOPS)
