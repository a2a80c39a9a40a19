"""Greek."""

from jarvisd.text.languages.model import Language
from jarvisd.text.languages.stops.el import STOPS

LANGUAGE = Language(code="el", stops=STOPS)
