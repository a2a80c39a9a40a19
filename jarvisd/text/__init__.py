"""Text on its way from the language model to speech.

Characters arrive in chunks of any size. ``SentenceSplitter`` finds the sentences that people read,
``UtteranceStream`` the utterances that an engine speaks, and ``speakable`` writes an utterance as
it is to be said, each stretch aligned with the original. Pure: no I/O, no clock, no state beyond
one sentence.

The path of a character: ``scanner`` looks at it once and finds the ``boundaries``. Its parts:
``endings`` judges full stops (``abbreviations`` is the data), ``clauses`` finds cuts inside a
sentence, ``nesting``, ``lists``, ``widestops`` and ``fences`` follow what their names say.
``sentences`` and ``stream`` make values of the boundaries. ``speakable`` applies reading
``rules``: ``markup``, ``technical``, ``dates``, ``quantities``, ``symbols``.
"""

from jarvisd.text.model import Alignment, Sentence, SpokenText, Utterance
from jarvisd.text.sentences import SentenceSplitter
from jarvisd.text.speakable import speakable
from jarvisd.text.stream import UtteranceStream

__all__ = [
    "Alignment",
    "Sentence",
    "SentenceSplitter",
    "SpokenText",
    "Utterance",
    "UtteranceStream",
    "speakable",
]
