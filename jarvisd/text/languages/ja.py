"""Japanese."""

from jarvisd.text.languages.model import Language
from jarvisd.text.languages.stops.ja import STOPS

LANGUAGE = Language(code="ja", stops=STOPS)
