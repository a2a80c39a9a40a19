"""Dutch."""

from jarvisd.text.languages.model import Language
from jarvisd.text.languages.stops.nl import STOPS

LANGUAGE = Language(code="nl", stops=STOPS)
