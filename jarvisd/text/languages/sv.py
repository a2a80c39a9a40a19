"""Swedish."""

from jarvisd.text.languages.model import Language
from jarvisd.text.languages.stops.sv import STOPS

LANGUAGE = Language(code="sv", stops=STOPS)
