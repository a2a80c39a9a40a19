"""Where the first clause is cut, and how soon that lets speech start."""

from collections import Counter
from collections.abc import Callable
from statistics import median

import pytest

from jarvisd.config.settings import TextSettings
from jarvisd.text import UtteranceStream
from tests.text.chunks import by_size
from tests.text.replies import REPLIES, tokens


def first_utterance(chunks: list[str]) -> tuple[int, str]:
    """The number of chunks that released the first utterance, and its text."""
    stream = UtteranceStream(TextSettings())
    for count, chunk in enumerate(chunks, start=1):
        if made := stream.feed(chunk):
            return count, made[0].text
    return len(chunks), stream.finish()[0].text


def first_clause(text: str) -> str:
    return first_utterance([text])[1].strip()


@pytest.mark.parametrize("cut", [tokens, lambda text: by_size(text, 4)], ids=["words", "4 chars"])
def test_speech_starts_with_the_seventh_token_at_the_median(
    cut: Callable[[str], list[str]], record_property: Callable[[str, object], None]
) -> None:
    counts = [first_utterance(cut(reply))[0] for reply in REPLIES]
    record_property("tokens_to_first_utterance", sorted(Counter(counts).items()))
    assert median(counts) <= 7
    assert max(counts) <= 12


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("The weather today is sunny, and warm.", "The weather today"),
        ("Okay, I added milk, bread and coffee.", "Okay, I added milk,"),
        ("I moved the meeting to Thursday.", "I moved the meeting"),
        ("Please wait here; it will not take long.", "Please wait here;"),
        ("There you go — it is done.", "There you go —"),
    ],
)
def test_the_first_clause_is_cut(text: str, clause: str) -> None:
    assert first_clause(text) == clause


@pytest.mark.parametrize(
    "text",
    [
        "Lucky numbers 1, 2, 3, 4 go.",
        "It has sold 10,000 copies already.",
        "The Bank of England of London called.",
        "Tall Robert With Henry met Anna.",
        "Pick some number 5 to 10 please.",
        '"Nothing ventured, nothing gained, ever" it says.',
        "(Nothing ventured, nothing gained) it says.",
        "`cat some file, then more, and more` runs.",
        "[the label, and more, of it](http://x.y) helps.",
        "https://example.com/a,b;c:d/for/of helps.",
        "Short one, I say.",
        "I would really want to go home.",
    ],
)
def test_no_cut_inside_numbers_names_quotations_code_and_links(text: str) -> None:
    assert first_clause(text) == text


def test_whole_sentences_only_by_setting() -> None:
    stream = UtteranceStream(TextSettings(first_clause_chars=0))
    made = stream.feed("The weather today is sunny, and warm. ")
    assert [utterance.text for utterance in made] == ["The weather today is sunny, and warm. "]


def test_later_parts_of_a_long_first_sentence_grow() -> None:
    stream = UtteranceStream(TextSettings())
    text = "I checked the servers, and the disks, and the lights, and the doors in the house, " * 3
    lengths = [len(utterance.text) for utterance in stream.feed(text)]
    assert lengths[0] >= 12
    assert lengths[1] >= 40
    assert lengths[2] >= 80
