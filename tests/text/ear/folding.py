"""Which sounds count as one, where a language's voice says a number's digits and its words unlike.

espeak-ng reads the digits "252" from a table of its own and "zweihundertzweiundfünfzig" by the
rules of spelling. The words are the same; the stress, a weak vowel or a hardened consonant are not,
and a listener hears one number. So these languages are compared without stress, and with the few
sounds of their tables taken as one. It is for numbers only: it must never grow to make a case pass,
and two numbers below a thousand must never fold into one.
"""

import re

_UNHEARD = (("[ˈˌː\u0361\u200d\\s]", ""),)
_ALIKE = (
    (r"[ɾɹʁ]", "r"),
    (r"[ɛəɜ]", "e"),
    (r"ɪ", "i"),
    (r"ʊ", "u"),
    (r"(.)\1+", r"\1"),
)

_OWN: dict[str, tuple[tuple[str, str], ...]] = {
    "de": (("v", "f"), ("d", "t"), ("s", "z"), ("xth", "xt")),
    "fr": (("ə", ""), ("vɛ\u0303t(?!ʁ)", "vɛ\u0303"), ("kss?ɑ", "sɑ")),
    "es": (("j", "i"), ("ð", "d"), ("β", "b"), ("ʝ", "ʎ")),
    "it": (("j", "i"), ("w", "u"), ("m", "n"), ("z", "s"), ("ɔ", "o")),
    "nl": (
        ("[ɡɣ]", "x"),
        ("d", "t"),
        ("[fʋ]", "v"),
        ("z", "s"),
        ("xth", "xt"),
        ("tɪx(?=t)", "təx"),
    ),
    "pt": (
        ("[ʃʒz]", "s"),
        ("[mŋ]|\u0303", "n"),
        ("[eɛəjɨyɪ]+", "i"),
        ("[wɔoʊ]", "u"),
        ("tu[rɾ]is", "turs"),
        ("ɐ", "a"),
    ),
}


def folds(language: str) -> bool:
    return language in _OWN


def fold(sounds: str, language: str) -> str:
    """The sounds with those of a kind written alike."""
    for pattern, instead in (*_UNHEARD, *_OWN[language], *_ALIKE):
        sounds = re.sub(pattern, instead, sounds)
    return sounds
