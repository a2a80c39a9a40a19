"""Ukrainian."""

from jarvisd.text.languages.model import Language
from jarvisd.text.languages.stops.uk import STOPS

LANGUAGE = Language(code="uk", stops=STOPS)
