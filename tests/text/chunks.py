"""Texts and ways to cut them, shared by the property tests of the text room."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Protocol, TypeVar

from hypothesis import strategies as st

from jarvisd.text.splitting.boundaries import Boundary
from jarvisd.text.splitting.scanner import Scanner
from jarvisd.text.window import Window

Made_co = TypeVar("Made_co", covariant=True)


class Incremental(Protocol[Made_co]):
    """What takes a text in chunks and makes something of it."""

    def feed(self, text: str) -> Sequence[Made_co]: ...
    def finish(self) -> Sequence[Made_co]: ...


def made_from(chunks: Iterable[str], incremental: Incremental[Made_co]) -> list[Made_co]:
    made = [each for chunk in chunks for each in incremental.feed(chunk)]
    return [*made, *incremental.finish()]


def boundaries(text: str) -> Iterator[tuple[int, Boundary]]:
    """Each boundary, and how many characters had been read when it was certain."""
    window = Window()
    scanner = Scanner(window)
    for read, character in enumerate(text, start=1):
        window.append(character)
        yield from ((read, found) for found in scanner.read())
        window.forget(scanner.needed_from)
    yield from ((len(text), found) for found in scanner.finish())


def by_size(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


def by_cuts(text: str, cuts: list[int]) -> list[str]:
    places = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    return [text[start:end] for start, end in pairwise(places)]


# Fragments that meet in many ways: every rule of the splitter can be triggered and nearly so.
FRAGMENTS = (
    *"abI1.!?,;:…—-*_`\"'()[]|#><&«»„“”。！」「とは\n\t €",
    "  ", "\n\n", " \n", "```", "```\n", "\n```\n", "~~~\n", "\n| a | b |\n", "| - |\n",
    "...", ". ", ". . .", "Dr.", "e.g.", "etc. ", "p.m. ", "U.S. ", "No. ", "3. ", "1. ", "2. ",
    "1) ", "2) ", "a. ", "b. ", "• ", "The ", "It ", "I ", "word", "house. ", "Jones ", "and ",
    " with ", "of ", "März ", "3 €", "22 °C", "$5.50", "10,000", "v1.2.3", "/etc/fstab", "7:30",
    "https://a.b/c?d. ", "x@y.org ", "192.168.1.10", "🌙", "\x07", "<b>", "</speak>", "&amp;",
    "[a](b)", "**bold**", "Yahoo! ", "2026-11-21", "x" * 90, " " * 20,
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(FRAGMENTS), max_size=60).map("".join)
CUTS = st.lists(st.integers(0, 10_000), max_size=40)
