"""The text path does linear work: counted, not timed."""

import re

import pytest

from jarvisd.config.settings import TextSettings
from jarvisd.text import UtteranceStream, speakable, stream
from jarvisd.text.languages import ENGLISH, Language
from jarvisd.text.spoken.speakable import READERS
from jarvisd.text.window import Window
from tests.text.chunks import by_size
from tests.text.regex_steps import Steps

TOTAL = 12_000
UNITS = [
    "The weather is fine today, and it stays so. ",
    "x", " ", "\n", ".", ". ", "Dr. ", "e.g. ", "a.", "1,", "*", "`", "[", '"! ', "。", "*_",
    "| a | b |\n", "```\n", "<a ", "1. a 2. b ", "«", "U.S. ",
]  # fmt: skip


class CountingWindow(Window):
    """Counts the characters that are copied out of it or moved inside it."""

    moved = 0

    def append(self, text: str) -> None:
        type(self).moved += len(self._text) + len(text)
        super().append(text)

    def cut(self, start: int, end: int) -> str:
        type(self).moved += max(0, end - start)
        return super().cut(start, end)


def moved(
    text: str, chunk: int, monkeypatch: pytest.MonkeyPatch, language: Language = ENGLISH
) -> int:
    monkeypatch.setattr(CountingWindow, "moved", 0)
    monkeypatch.setattr(stream, "Window", CountingWindow)
    utterances = UtteranceStream(TextSettings(), language=language)
    for part in by_size(text, chunk):
        utterances.feed(part)
    utterances.finish()
    return CountingWindow.moved


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("chunk", [1_000, TOTAL])
def test_twice_the_text_is_twice_the_work(
    unit: str, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = unit * (TOTAL // len(unit))
    half = moved(text[: len(text) // 2], chunk, monkeypatch)
    whole = moved(text, chunk, monkeypatch)
    assert whole <= 2.2 * half + 10_000
    assert whole <= 60 * TOTAL


def test_a_hundred_thousand_characters_in_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    text = UNITS[0] * (100_000 // len(UNITS[0]))
    assert moved(text, 4, monkeypatch) <= 60 * len(text)


@pytest.mark.parametrize("unit", UNITS)
def test_what_is_held_is_bounded(unit: str) -> None:
    utterances = UtteranceStream(TextSettings())
    for part in by_size(unit * (TOTAL // len(unit)), 50):
        utterances.feed(part)
        assert utterances._window.end - utterances._window._base <= 4_000 + 400 + 128


# Beginnings of what the readers look for, again and again: each makes some reader start and fail.
PREFIXES = [
    "<a ", "<", "<!--", "<!-- ", "</", "[", "![", "](", "](a(", '](a "', "[^1", "- [ ", "`", "``` ",
    "**", "__", "_a", "http://", "http://a.", "www.", "a@", "a.b@", "1", "1.", "1,", "1 - ", "1/",
    "12:", "2020-", "1.000.", "aa:", "::", "a.", "a/", "a.tar.", "a.b.com.", "C:\\a", "v1.", ". ",
    "..", '"', "'", " ", "\t", "\n", " \n", "| ", "|-", "# ", "> ", "- ", "* ", "&#1", "\x1b[0;",
    "€1",
]  # fmt: skip


@pytest.mark.parametrize("prefix", PREFIXES)
def test_no_reader_does_more_than_linear_work(prefix: str) -> None:
    for reader in READERS:
        some, more = (prefix * 180)[:60], (prefix * 180)[:180]
        few, many = Steps(reader.trigger, some), Steps(reader.trigger, more)
        few.spans()
        assert many.spans() == [match.span() for match in re.finditer(reader.trigger, more)]
        assert many.count <= 3.5 * few.count + 200, (reader.trigger, few.count, many.count)


@pytest.mark.parametrize("unit", [*PREFIXES, ". , ", "., ", '". , ', "。 ", "etc. ", "…"])
def test_no_text_is_too_deep_for_the_stack(unit: str) -> None:
    text = (unit * 5_000)[:5_000]
    assert len(speakable(text).text) <= 10 * len(text)
