"""Every limit of the text room, exactly: one character less or more is another result."""

import pytest

from jarvisd.config.settings import TextSettings
from jarvisd.text import SentenceSplitter, UtteranceStream
from jarvisd.text.model import Utterance
from jarvisd.text.splitting.clauses import ClauseFinder
from jarvisd.text.stream import _last_gap
from tests.text.chunks import made_from

# As they are, not as the code names them: a change of a figure is a change of what is spoken.
MAX_SENTENCE_CHARS = 4_000
MAX_GAP_CHARS = 16
WRAPPED_LINE_CHARS = 60
DECISION_CHARS = 64
PATIENCE = 3
WHOLE_SENTENCES = TextSettings(first_audio_budget_ms=0)


def fed(text: str, settings: TextSettings = WHOLE_SENTENCES) -> list[str]:
    """What is certain before the end."""
    return [utterance.text for utterance in UtteranceStream(settings).feed(text)]


def made(text: str, settings: TextSettings = WHOLE_SENTENCES) -> list[Utterance]:
    return made_from([text], UtteranceStream(settings))


def sentences(text: str) -> list[str]:
    return [sentence.text for sentence in made_from([text], SentenceSplitter())]


def words(length: int) -> str:
    return ("word " * length)[:length]


# --- utterances --------------------------------------------------------------------------------


def test_a_sentence_without_end_waits_for_its_limit_and_no_longer() -> None:
    limit = WHOLE_SENTENCES.utterance_max_chars + DECISION_CHARS
    assert fed(words(limit)) == []
    assert fed(words(limit + 1)) == [words(WHOLE_SENTENCES.utterance_max_chars)]


def test_a_short_sentence_waits_for_the_next_and_no_longer() -> None:
    opening, short = "This is the first one. ", "And then. "
    limit = PATIENCE * WHOLE_SENTENCES.utterance_min_chars + DECISION_CHARS
    text = opening + short + words(limit - len(short))
    assert fed(text) == [opening]
    assert fed(text + "x") == [opening, short]


def test_a_sentence_of_the_least_length_is_spoken_alone() -> None:
    opening, least = "This is the first one. ", WHOLE_SENTENCES.utterance_min_chars
    for length, alone in ((least, True), (least - 1, False)):
        sentence = "a" * (length - 2) + ". "
        assert (sentence in fed(opening + sentence + "And")) == alone


def test_an_opening_of_two_words_is_spoken_once_two_more_have_begun() -> None:
    assert fed("Sure enough, it i", TextSettings()) == ["Sure enough,"]
    assert fed("Sure enough, it ", TextSettings()) == []
    assert fed("Enough, it is", TextSettings()) == []


def test_a_cut_may_be_as_far_as_the_limit() -> None:
    settings = TextSettings(first_audio_budget_ms=0, utterance_max_chars=60)
    for before, cut in (("x " * 29, 60), ("x " * 29 + "y", 58)):
        assert len(fed(before + "y, " + "z " * 60, settings)[0]) == cut


@pytest.mark.parametrize(("length", "named"), [(20, True), (21, False)])
def test_a_language_has_at_most_twenty_letters(length: int, named: bool) -> None:
    language = "a" * length
    (spoken,) = [u.spoken.text for u in made(f"```{language}\nx\n```\n") if u.spoken.text]
    expected = f"{language.capitalize()} code block skipped." if named else "Code block skipped."
    assert spoken == expected


# --- sentences ---------------------------------------------------------------------------------


def test_a_sentence_is_cut_where_it_is_as_long_as_it_may_be() -> None:
    assert SentenceSplitter().feed("x" * (MAX_SENTENCE_CHARS - 1)) == []
    (cut,) = SentenceSplitter().feed("x" * MAX_SENTENCE_CHARS)
    assert (cut.start, cut.end) == (0, MAX_SENTENCE_CHARS)


def test_an_overlong_sentence_is_cut_before_the_word_in_progress() -> None:
    first, second = "a " * (MAX_SENTENCE_CHARS // 2 - 1), "bcd"
    cut, rest = sentences(first + second)
    assert (cut, rest) == (first.strip(), "bcd")


def test_a_gap_behind_a_stop_ends_the_sentence_when_it_is_long_enough() -> None:
    assert SentenceSplitter().feed("Dr." + " " * (MAX_GAP_CHARS + 1)) == []
    assert [s.text for s in SentenceSplitter().feed("Dr." + " " * (MAX_GAP_CHARS + 2))] == ["Dr."]


@pytest.mark.parametrize(
    ("length", "count"), [(WRAPPED_LINE_CHARS, 1), (WRAPPED_LINE_CHARS - 1, 2)]
)
def test_a_line_that_is_long_enough_may_go_on(length: int, count: int) -> None:
    assert len(sentences(words(length - 1) + "x\nand more of it.")) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("He met Dr. ***Jones*** today.", 1),
        ("He met Dr. ****Jones**** today.", 2),
        ("Well.. and so on.", 1),
        ("Well... It rained.", 2),
        ("Well... I see.", 1),
        ("At 5 p.m. Jones came.", 1),
        ("We met at 5 p.m. Jones came.", 2),
        ("We met at 5 p.m. (The film began.)", 2),
        ("We met at 5 p.m. It’s late.", 2),
        ("We waited … I think.", 1),
        ("We waited .… I think.", 1),
        ("So said you and I. Jones came.", 2),
        ("We live in Ulm. and work.", 1),
        ("We live in Rome. and work.", 2),
    ],
)
def test_how_much_a_stop_needs_to_see(text: str, count: int) -> None:
    assert len(sentences(text)) == count


def test_a_word_that_only_begins_like_the_pronoun_is_seen_at_once() -> None:
    assert [s.text for s in SentenceSplitter().feed("Well... In")] == ["Well..."]


@pytest.mark.parametrize(
    ("text", "gap"),
    [
        ("ab", 0),
        ("a b", 2),
        ("a ", 2),
        ("a b\nc", 4),
        ("a\nb\nc", 4),
        ("a\tb\tc", 4),
        ("a\tb\nc d", 6),
    ],
)
def test_the_last_word_begins_behind_the_last_gap(text: str, gap: int) -> None:
    assert _last_gap(text) == gap


# --- clauses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "following", "cut"),
    [
        *[("5,", "6", None), ("5,", "x", 12), ("5,", "J", 12), ("a,", "x", 12), (",", "x", None)],
        *[("so…", "x", 13), ("so…", "J", None), ("so...", "x", 15), ("so...", "J", None)],
        *[("—", "J", 11), ("–", "J", 11)],
    ],
)
def test_a_mark_behind_a_short_word(word: str, following: str, cut: int | None) -> None:
    finder = ClauseFinder()
    now = finder.word(word, 10, nested=False)
    later = finder.next_character(following)
    found = now or later
    assert (found and found.at) == cut


@pytest.mark.parametrize(
    ("previous", "following", "cut"),
    [
        ("I", "x", 10),
        ("I", "Jones", 10),
        ("Ann", "Jones", None),
        ("Ann", "x", 10),
        ("Ann", "7", 10),
        ("7", "8", None),
        ("7", "x", 10),
        ("7", "J", 10),
    ],
)
def test_an_opener_behind_a_name_or_a_number(
    previous: str, following: str, cut: int | None
) -> None:
    finder = ClauseFinder()
    finder.word(previous, 5, nested=False)
    now = finder.word("with", 10, nested=False)
    later = finder.next_character(following[0])
    found = now or later
    assert (found and found.at) == cut
