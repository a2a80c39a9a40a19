"""Portuguese."""

from jarvisd.text.languages.model import Language
from jarvisd.text.languages.stops.pt import STOPS

LANGUAGE = Language(code="pt", stops=STOPS)
