"""Spanish."""

from jarvisd.text.languages.model import Language
from jarvisd.text.languages.stops.es import STOPS

LANGUAGE = Language(code="es", stops=STOPS)
