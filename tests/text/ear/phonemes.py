"""What espeak-ng says of a text, in a form that can be compared.

``python -m tests.text.ear.phonemes LANG TEXT …`` prints it.
"""

import functools
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from jarvisd.speech.engines.espeak.library import Library

# The names of espeak-ng 1.52; the others are called like their language.
_VOICES = {"en": "en-us", "fr": "fr", "zh": "cmn"}
_STRESS = "ˈˌ"
_SAME_SOUND = str.maketrans("ᵻ", "ɪ")
_NUCLEUS = re.compile(r"[aeiouyæøœɐɑɒɔɘəɚɛɜɝɞɤɨɪɯɵɶʉʊʌʏᵻᵿː\u0303\u0329]+")


@dataclass(frozen=True, slots=True)
class Said:
    """Sounds without stress or white space; where stress stands, and where it does not count."""

    sounds: str
    stress: dict[int, str]
    short: frozenset[int]  # the places inside words of one syllable

    def same(self, other: "Said") -> bool:
        return self.sounds == other.sounds and all(
            self.stress.get(place) == other.stress.get(place)
            or place in self.short
            or place in other.short
            for place in self.stress.keys() | other.stress.keys()
        )


def parse(clauses: list[str]) -> Said:
    sounds, stress, short = "", {}, set[int]()
    for word in " ".join(clauses).translate(_SAME_SOUND).split():
        begin = len(sounds)
        for char in word:
            if char in _STRESS:
                stress[len(sounds)] = char
            else:
                sounds += char
        if len(_NUCLEUS.findall(word)) <= 1:
            short.update(range(begin, len(sounds)))
    return Said(sounds, stress, frozenset(short))


def differing(one: list[str], other: list[str]) -> Iterator[str]:
    """Both, as one line each, from the word before the first that differs."""
    words = [" ".join(clauses).split() for clauses in (one, other)]
    pairs = enumerate(zip(*words, strict=False))
    first = next((i for i, (a, b) in pairs if a != b), min(map(len, words)))
    return (" ".join(each[max(first - 1, 0) :]) for each in words)


class Ear:
    """One espeak-ng; asked language by language, because changing the voice costs time."""

    def __init__(self) -> None:
        self._library = Library.open("", "")
        self._language = ""

    def listen(self, text: str, language: str) -> list[str]:
        if language != self._language:
            voice = _VOICES.get(language, language)
            if not self._library.select(voice):
                raise LookupError(f"espeak-ng has no voice {voice}")
            self._language = language
        return self._library.phonemes(text)


@functools.cache
def ear() -> Ear:
    """The only one of this process: the library has one state."""
    return Ear()


if __name__ == "__main__":
    for sentence in sys.argv[2:]:
        print(sentence, *ear().listen(sentence, sys.argv[1]), sep="\n    ")
