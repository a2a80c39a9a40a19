"""The lists of texts and their sentences in ``sentences/``, one file per language."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from jarvisd.text import SentenceSplitter
from jarvisd.text.languages import language
from tests.text.chunks import by_size, made_from

LISTS = Path(__file__).with_name("sentences")


class Golden(NamedTuple):
    """A text and the sentences that a person finds in it."""

    text: str
    sentences: list[str]


def golden(code: str) -> Iterator[Golden]:
    """The list of the language ``code``; each text once."""
    lines = (LISTS / f"{code}.txt").read_text().splitlines()
    for line in dict.fromkeys(each for each in lines if each.strip() and not each.startswith("# ")):
        marked = line.replace(r"\n", "\n")
        yield Golden(marked.replace("¦", ""), [each.strip() for each in marked.split("¦")])


def split(text: str, code: str) -> list[str]:
    """The sentences of ``text``, read character by character."""
    splitter = SentenceSplitter(language(code))
    return [each.text for each in made_from(by_size(text, 1), splitter)]
