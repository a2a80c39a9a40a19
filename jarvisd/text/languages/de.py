"""German."""

from jarvisd.text.languages.model import Language
from jarvisd.text.languages.stops.de import STOPS

LANGUAGE = Language(code="de", stops=STOPS)
