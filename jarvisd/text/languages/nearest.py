"""Finds the language that a tag means, among those that have a file here."""

import re
from functools import cache
from importlib import import_module

from jarvisd.text.languages.model import NEUTRAL, Language
from jarvisd.text.languages.stops.model import words

# The languages that have a file here, ``<code>.py`` with a ``LANGUAGE``.
CODES = words("da de el en es fr it ja kk nl pl pt ru sv uk zh")
# Tags that name a language by another code than its file's.
_OTHER_CODES = {
    "cmn": "zh", "zho": "zh", "yue": "zh", "deu": "de", "ger": "de", "eng": "en", "fra": "fr",
    "fre": "fr", "spa": "es", "ita": "it", "nld": "nl", "dut": "nl", "por": "pt", "pol": "pl",
    "rus": "ru", "ukr": "uk", "swe": "sv", "dan": "da", "jpn": "ja",
    "ell": "el", "gre": "el", "kaz": "kk",
}  # fmt: skip
_TAG = re.compile(r"[A-Za-z]{2,3}(?![A-Za-z])")


def language(tag: str) -> Language:
    """The data nearest to ``tag``, as "de", "de-AT", "pt_BR" or "cmn"; else ``NEUTRAL``."""
    found = code(tag)
    return _data(found) if found in CODES else NEUTRAL


def code(tag: str) -> str:
    """The code that a file for the language of ``tag`` has, or would have; "" for no tag."""
    found = _TAG.match(tag)
    plain = found[0].lower() if found else ""
    return _OTHER_CODES.get(plain, plain)


@cache  # at most one for each of CODES
def _data(code: str) -> Language:
    data: Language = import_module(f"jarvisd.text.languages.{code}").LANGUAGE
    return data
