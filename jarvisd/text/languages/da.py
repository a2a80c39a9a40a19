"""Danish."""

from jarvisd.text.languages.model import Language
from jarvisd.text.languages.stops.da import STOPS

LANGUAGE = Language(code="da", stops=STOPS)
