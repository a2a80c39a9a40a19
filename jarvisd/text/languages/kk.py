"""Kazakh."""

from jarvisd.text.languages.model import Language
from jarvisd.text.languages.stops.kk import STOPS

LANGUAGE = Language(code="kk", stops=STOPS)
