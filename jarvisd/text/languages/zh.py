"""Chinese."""

from jarvisd.text.languages.model import Language
from jarvisd.text.languages.stops.zh import STOPS

LANGUAGE = Language(code="zh", stops=STOPS)
