"""Polish."""

from jarvisd.text.languages.model import Language
from jarvisd.text.languages.stops.pl import STOPS

LANGUAGE = Language(code="pl", stops=STOPS)
