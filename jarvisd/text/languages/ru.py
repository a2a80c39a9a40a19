"""Russian."""

from jarvisd.text.languages.model import Language
from jarvisd.text.languages.stops.ru import STOPS

LANGUAGE = Language(code="ru", stops=STOPS)
