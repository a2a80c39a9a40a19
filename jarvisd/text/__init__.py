"""Text on its way from the language model to speech.

Characters arrive in chunks of any size. ``SentenceSplitter`` finds the sentences that people read,
``UtteranceStream`` the utterances that an engine speaks, and ``speakable`` writes an utterance as
it is to be said, each stretch aligned with the original. Pure: no I/O, no clock, no state beyond
one sentence.

The path of a character: ``splitting`` finds the boundaries of sentences and clauses, ``stream``
makes utterances of them, and ``spoken`` says what is to be said. ``languages`` holds what differs
between languages.
"""

from jarvisd.text.model import Alignment, Sentence, SpokenText, Utterance
from jarvisd.text.splitting.sentences import SentenceSplitter
from jarvisd.text.spoken.speakable import speakable
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
