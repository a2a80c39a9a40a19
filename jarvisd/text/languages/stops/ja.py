"""Japanese: two dots of ellipsis in a row may end a sentence, as in "そうか……行こう。"."""

from jarvisd.text.languages.stops import common
from jarvisd.text.languages.stops.model import Stops

STOPS = common.STOPS | Stops(
    half_width="?!",
    ellipsis_ends=True,
    # Particles and pauses: what follows them belongs to them.
    ellipsis_after="はがをにでもとへやっ、,",
    wraps_after="はがをにのとへ、",
)
