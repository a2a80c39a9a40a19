"""Chinese: its full stops need no white space, and its ellipsis goes on as often as it ends."""

from jarvisd.text.languages.stops import common
from jarvisd.text.languages.stops.model import Stops, words

STOPS = common.STOPS | Stops(half_width="?!", joiners=words("和 与 與 对 對"))
