"""Where the first sentence is cut and when, and how soon that lets speech start."""

from collections import Counter
from collections.abc import Callable
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisbench.live_text import made_live
from jarvisd.config.settings import TextSettings
from jarvisd.text import Utterance, UtteranceStream
from jarvisd.text.splitting.boundaries import Kind, Strength
from tests.text.chunks import CUTS, TEXTS, boundaries, by_cuts, made_from
from tests.text.replies import REPLIES, tokens


def opening(text: str, every_ms: float) -> tuple[float, str]:
    """When the first utterance was released, and its text."""
    when, made = made_live(tokens(text), UtteranceStream(TextSettings()), every_ms)[0]
    return when, made.text.strip()


@pytest.mark.parametrize(("every_ms", "within_ms"), [(25, 250), (50, 330)])
def test_speech_starts_soon_after_the_budget_at_the_median(
    every_ms: float, within_ms: float, record_property: Callable[[str, object], None]
) -> None:
    waited = [opening(reply, every_ms)[0] for reply in REPLIES]
    record_property("ms_to_first_utterance", sorted(Counter(waited).items()))
    assert median(waited) <= within_ms


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("The weather today is sunny, and warm.", "The weather today is sunny,"),
        ("Okay, I added milk, bread and coffee.", "Okay, I added milk,"),
        ("Please wait here; it will not take long.", "Please wait here;"),
        ("There you go — it is done.", "There you go —"),
        ("Short one, I say.", "Short one,"),
    ],
)
def test_a_written_pause_is_taken_at_once(text: str, clause: str) -> None:
    assert opening(text, 1)[1] == clause


@pytest.mark.parametrize(
    "text",
    [
        "Lucky numbers 1, 2, 3, 4 go.",
        "It has sold 10,000 copies already.",
        "Pick some number 5 to 10 please.",
        '"Nothing ventured, nothing gained, ever" it says.',
        "(Nothing ventured, nothing gained) it says.",
        "`cat some file, then more, and more` runs.",
        "[the label, and more, of it](http://x.y) helps.",
        "https://example.com/a,b;c:d/for/of helps.",
        "I would really want to go home.",
        "80 gigabytes of 252 gigabytes of memory.",
        "The Bank of England of London called.",
        "Tall Robert With Henry met Anna.",
        "It is on, too.",
        "Yes, it works.",
        "It rained outside.",
        "The load on the server fell.",
    ],
)
@pytest.mark.parametrize("every_ms", [1, 200])
def test_no_cut_inside_what_belongs_together(text: str, every_ms: float) -> None:
    assert opening(text, every_ms)[1] == text


@pytest.mark.parametrize(
    ("every_ms", "clause"),
    [
        (1, "I moved the meeting to Thursday because the room was taken."),
        (60, "I moved the meeting"),
        (24, "I moved the meeting to Thursday"),
    ],
)
def test_a_weak_place_is_taken_only_when_time_presses(every_ms: float, clause: str) -> None:
    text = "I moved the meeting to Thursday because the room was taken."
    assert opening(text, every_ms)[1] == clause


def test_a_given_text_is_cut_at_written_pauses_alone() -> None:
    text = "I moved the meeting to Thursday because the room was taken, as it is each week."
    made = made_from([text], UtteranceStream(TextSettings()))
    assert [each.text.strip() for each in made] == [
        "I moved the meeting to Thursday because the room was taken,",
        "as it is each week.",
    ]


def test_a_weak_place_that_is_due_waits_for_one_more_tick() -> None:
    stream = UtteranceStream(TextSettings(first_audio_budget_ms=100))
    assert stream.feed("I moved the meeting ") == []
    assert stream.wake_ms is None
    stream.feed("to Thurs")
    assert stream.wake_ms == 100
    assert stream.tick(99) == []
    assert stream.tick(110) == []
    assert stream.wake_ms == 140
    assert stream.tick(139) == []
    (made,) = stream.tick(140)
    assert made.text == "I moved the meeting "
    assert stream.wake_ms is None


def test_the_end_that_arrives_meanwhile_is_better() -> None:
    stream = UtteranceStream(TextSettings(first_audio_budget_ms=100))
    stream.feed("I moved the meeting to Thursday")
    assert stream.tick(110) == []
    assert stream.feed(".") == []
    assert stream.wake_ms is None
    assert stream.tick(500) == []
    assert [each.text for each in stream.finish()] == ["I moved the meeting to Thursday."]


def test_the_strongest_place_is_taken_and_of_these_the_last() -> None:
    stream = UtteranceStream(TextSettings(first_audio_budget_ms=100))
    stream.feed("I moved it here from there because it rained in the garden and so on")
    stream.tick(100)
    assert stream.tick(130)[0].text == "I moved it here from there because it rained in the garden "
    stream = UtteranceStream(TextSettings(first_audio_budget_ms=100))
    stream.feed("I moved it here because it rained in the garden near the")
    stream.tick(100)
    assert stream.tick(130)[0].text == "I moved it here "


def test_the_rest_is_cut_weakly_only_when_the_opening_has_been_heard() -> None:
    stream = UtteranceStream(TextSettings(first_audio_budget_ms=100))
    stream.feed("I moved the meeting to Thursday because the room was taken for")
    stream.tick(100)
    (first,) = stream.tick(130)
    assert first.text == "I moved the meeting to Thursday "
    stream.feed(" the week in the house on the hill")
    wake = stream.wake_ms
    assert wake is not None
    assert wake >= 130 + 50 * len(first.text)
    assert stream.tick(wake) == []
    assert stream.tick(wake + 30) != []


@pytest.mark.parametrize(
    ("text", "strength"),
    [
        ("They met; and then left", Strength.COLON),
        ("They met — then left", Strength.COLON),
        ("They met, then left", Strength.COMMA),
        ("They met and then left", Strength.CONJUNCTION),
        ("They met because of rain", Strength.SUBORDINATE),
        ("They met near the house", Strength.PHRASE),
        ("The cat is near", Strength.PHRASE),
    ],
)
def test_a_place_has_a_strength(text: str, strength: Strength) -> None:
    found = [each.strength for _, each in boundaries(text) if each.kind is Kind.CLAUSE]
    assert found[0] is strength


@given(TEXTS, CUTS, CUTS, st.integers(0, 3))
def test_the_same_text_and_ticks_give_the_same_utterances(
    text: str, cuts: list[int], ticks: list[int], pace: int
) -> None:
    """Ticks come at the same places of the text; between them it is cut in any way."""
    settings = TextSettings(first_audio_budget_ms=50, utterance_max_chars=60)
    plain, chopped = UtteranceStream(settings), UtteranceStream(settings)
    made: tuple[list[Utterance], list[Utterance]] = ([], [])
    for number, part in enumerate(by_cuts(text, ticks)):
        made[0].extend(plain.feed(part))
        made[1].extend(each for piece in by_cuts(part, cuts) for each in chopped.feed(piece))
        made[0].extend(plain.tick(number * 10 * 4**pace))
        made[1].extend(chopped.tick(number * 10 * 4**pace))
        assert plain.wake_ms == chopped.wake_ms
    assert made[0] + list(plain.finish()) == made[1] + list(chopped.finish())
    assert "".join(each.text for each in made[0]) == text[: sum(len(e.text) for e in made[0])]


def test_whole_sentences_only_by_setting() -> None:
    stream = UtteranceStream(TextSettings(first_audio_budget_ms=0))
    made = stream.feed("The weather today is sunny, and warm. ")
    assert [utterance.text for utterance in made] == ["The weather today is sunny, and warm. "]


def test_later_parts_of_a_long_first_sentence_grow() -> None:
    stream = UtteranceStream(TextSettings())
    text = "I checked the servers, and the disks, and the lights, and the doors in the house, " * 3
    lengths = [len(utterance.text) for utterance in stream.feed(text)]
    assert lengths[0] >= 12
    assert lengths[1] >= 40
    assert lengths[2] >= 80


@pytest.mark.parametrize(
    ("text", "said", "pause_ms"),
    [
        ("I moved the meeting to Thursday because of it", "I moved the meeting to Thursday,", 0),
        ("It needs 20 % in all because of it and", "It needs 20 percent in all,", 0),
        ("It is sunny today, and warm outside", "It is sunny today,", 85),
        ("Please wait here; it will take", "Please wait here;", 130),
        ("Please wait here: it will take", "Please wait here:", 130),
        ("There you go — it is done", "There you go,", 130),
    ],
)
def test_what_continues_is_said_as_continuing(text: str, said: str, pause_ms: int) -> None:
    stream = UtteranceStream(TextSettings(first_audio_budget_ms=100), pause_ms=100)
    made = [*stream.feed(text), *stream.tick(100), *stream.tick(130)]
    assert (made[0].spoken.text, made[0].pause_ms, made[0].continues) == (said, pause_ms, True)
    (rest,) = stream.finish()
    assert not rest.continues


def test_the_comma_of_a_cut_is_no_original_text() -> None:
    stream = UtteranceStream(TextSettings(first_audio_budget_ms=100))
    stream.feed("I moved the meeting to Thursday")
    stream.tick(100)
    (made,) = stream.tick(130)
    spoken = made.spoken
    assert (spoken.text, made.text) == ("I moved the meeting,", "I moved the meeting ")
    assert spoken.text[spoken.alignments[-1].spoken_start :] == ","
    assert (spoken.alignments[-1].start, spoken.alignments[-1].end) == (made.end, made.end)
    assert spoken.original_end(len(spoken.text) - 1) == made.end
    assert spoken.original_end(len(spoken.text)) == made.end
    assert spoken.original_end(len("I moved the")) == len("I moved the")


@given(TEXTS, CUTS, st.integers(0, 3))
def test_only_what_is_cut_inside_a_sentence_continues(
    text: str, ticks: list[int], pace: int
) -> None:
    stream = UtteranceStream(TextSettings(first_audio_budget_ms=50, utterance_max_chars=60))
    made: list[Utterance] = []
    for number, part in enumerate(by_cuts(text, ticks)):
        made += [*stream.feed(part), *stream.tick(number * 10 * 4**pace)]
    made += stream.finish()
    assert "".join(each.text for each in made) == text
    for each in made:
        assert not (each.continues and each.sentences)
        end = each.start
        for part in each.spoken.alignments:
            assert part.start == end
            end = part.end
        assert end == each.end or not each.spoken.text
