"""Properties that hold for every text: chunking changes nothing and nothing is lost."""

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jarvisd.config.settings import TextSettings
from jarvisd.text import SentenceSplitter, Utterance, UtteranceStream
from tests.text.chunks import CUTS, FRAGMENTS, TEXTS, by_cuts, by_size, made_from

BLOCKS = st.sampled_from(["announce", "skip", "read"])
SETTINGS = st.builds(
    TextSettings,
    code_blocks=BLOCKS,
    tables=BLOCKS,
    first_audio_budget_ms=st.sampled_from([0, 50, 220]),
    utterance_min_chars=st.sampled_from([0, 40]),
    utterance_max_chars=st.sampled_from([60, 400]),
)


def timed(chunks: list[str], stream: UtteranceStream) -> list[tuple[int, Utterance]]:
    """Utterances with the number of characters that had been read when each was released."""
    released, read = [], 0
    for chunk in chunks:
        read += len(chunk)
        released += [(read, utterance) for utterance in stream.feed(chunk)]
    return released + [(read, utterance) for utterance in stream.finish()]


@given(TEXTS | st.text(max_size=200), CUTS)
def test_sentences_are_the_same_for_every_chunking(text: str, cuts: list[int]) -> None:
    whole = made_from([text], SentenceSplitter())
    assert made_from(text, SentenceSplitter()) == whole
    assert made_from(by_cuts(text, cuts), SentenceSplitter()) == whole


@given(TEXTS)
def test_sentences_and_the_white_space_between_them_are_the_text(text: str) -> None:
    end = 0
    for sentence in made_from([text], SentenceSplitter()):
        assert text[sentence.start : sentence.end] == sentence.text == sentence.text.strip() != ""
        assert not text[end : sentence.start].strip()
        end = sentence.end
    assert not text[end:].strip()


@given(TEXTS | st.text(max_size=200), CUTS, SETTINGS)
@example("word " * 120, [3, 17, 40], TextSettings(utterance_max_chars=60))
def test_utterances_are_the_same_for_every_chunking(
    text: str, cuts: list[int], chosen: TextSettings
) -> None:
    whole = made_from([text], UtteranceStream(chosen))
    assert made_from(text, UtteranceStream(chosen)) == whole
    assert made_from(by_cuts(text, cuts), UtteranceStream(chosen)) == whole


@pytest.mark.parametrize("seed", range(5))
def test_long_random_texts_are_cut_the_same_for_every_chunking(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(40):
        text = "".join(chance.choices(FRAGMENTS, k=150))
        chosen = TextSettings(
            code_blocks=chance.choice(["announce", "skip", "read"]),
            utterance_max_chars=chance.choice([60, 100, 400]),
        )
        whole = made_from([text], UtteranceStream(chosen))
        assert made_from(text, UtteranceStream(chosen)) == whole
        assert made_from(by_size(text, 7), UtteranceStream(chosen)) == whole


@given(TEXTS, CUTS)
def test_an_utterance_is_released_by_the_first_chunk_that_decides_it(
    text: str, cuts: list[int]
) -> None:
    chunks = by_cuts(text, cuts)
    decided = {utterance.seq: read for read, utterance in timed(list(text), _stream())}
    ends = [sum(map(len, chunks[: n + 1])) for n in range(len(chunks))]
    for read, utterance in timed(chunks, _stream()):
        assert read == next(end for end in ends if end >= decided[utterance.seq])


@given(TEXTS, SETTINGS)
def test_utterances_concatenated_are_the_text(text: str, chosen: TextSettings) -> None:
    utterances = made_from([text], UtteranceStream(chosen))
    assert "".join(utterance.text for utterance in utterances) == text
    assert [utterance.seq for utterance in utterances] == list(range(len(utterances)))
    end = 0
    for utterance in utterances:
        assert (utterance.start, utterance.end) == (end, end + len(utterance.text))
        assert bool(utterance.spoken.text) is (utterance.skipped is None)
        end = utterance.end


@given(TEXTS, SETTINGS)
def test_every_sentence_is_shown_once_and_ends_in_its_utterance(
    text: str, chosen: TextSettings
) -> None:
    utterances = made_from([text], UtteranceStream(chosen))
    shown = [sentence for utterance in utterances for sentence in utterance.sentences]
    assert shown == made_from([text], SentenceSplitter())
    for utterance in utterances:
        for sentence in utterance.sentences:
            assert sentence.end <= utterance.end
            assert not text[sentence.end : utterance.start].strip()


def _stream() -> UtteranceStream:
    return UtteranceStream(TextSettings())
