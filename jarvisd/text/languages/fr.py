"""French."""

from jarvisd.text.languages.model import Language
from jarvisd.text.languages.stops.fr import STOPS

LANGUAGE = Language(code="fr", stops=STOPS)
