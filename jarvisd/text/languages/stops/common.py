"""What every language shares: abbreviations that are the same everywhere, names, time zones.

This is all that is known of a language without a file of its own.
"""

from jarvisd.text.languages.stops.model import Stops, words

STOPS = Stops(
    titles=words("dr mr mrs ms prof st mt"),
    before_number=words("no nos nr n° nº fig figs p pp vol art tel ext ver v"),
    before_anything=words("approx ca cf e.g i.e incl vs"),
    after_something=words("bros co corp etc inc jr ltd max min std"),
    half_days=words("a.m p.m"),
    zones=words(
        """ACDT ACST AEDT AEST AKDT AKST AWST BST CDT CEST CET CST CT EDT EEST EET EST ET GMT
        HST IST JST KST MDT MEST MEZ MSK MST MT NZDT NZST PDT PST PT SAST SGT UTC
        WEST WET Atlantic Central Eastern Mountain Pacific"""
    ),
    # Also of Greek, Hindi, Arabic, Urdu, Ethiopic, Armenian, Khmer, Burmese, Tibetan.
    terminators=".!?…‽\u037e।॥؟۔።፧፨։។៕။།༎",
    unspaced="。！？｡।॥؟۔።፧፨։។៕။།༎",
    exclamation_names=words("yahoo jeopardy yum joomla chips panic hamilton wham"),
)
