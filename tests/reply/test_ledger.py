"""The spoken ledger: what was heard, to the word.

The property test speaks random replies whose every word is known by name together with the sample
at which its sound ends, cuts them anywhere, and compares names: a word too few is allowed, a word
too many is not.
"""

import random
import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from itertools import accumulate, repeat

import pytest
from hypothesis import settings

from jarvisd.reply.ledger import SpokenLedger
from jarvisd.speech.model import WordMark
from jarvisd.text.model import Alignment, SpokenText, Utterance

RATE = 1_000
EXAMPLES = settings().max_examples  # of a property: 100, or what the profile says
# Names are whole words of their own: "w7x" cannot be mistaken for a part of "w71x".
NAME = re.compile(r"\b[a-z]\d+o*x\b")


def plain(seq: int, start: int, text: str, *, skipped: str | None = None) -> Utterance:
    """An utterance that is spoken as it is written."""
    spoken = SpokenText(
        text.rstrip(), (Alignment(0, len(text.rstrip()), start, start + len(text.rstrip()), True),)
    )
    if skipped:
        spoken = SpokenText("")
    return Utterance(seq, start, start + len(text), text, (), spoken, skipped)


def marks_of(text: str, samples: list[int]) -> list[WordMark]:
    words = re.finditer(r"\S+", text)
    return [
        WordMark(word.start(), len(word[0]), at) for word, at in zip(words, samples, strict=True)
    ]


def ledger_of(*texts: str) -> SpokenLedger:
    ledger = SpokenLedger(RATE)
    start = 0
    for seq, text in enumerate(texts):
        ledger.utterance(plain(seq, start, text))
        start += len(text)
    return ledger


def test_nothing_was_heard_before_anything_was_played() -> None:
    ledger = ledger_of("One two.")
    assert ledger.heard_end() == 0
    ledger.audio(0, 1_000)
    assert ledger.heard_text() == ""


@pytest.mark.parametrize(
    ("played", "heard"),
    [(0, ""), (99, ""), (100, "Well,"), (299, "Well,"), (300, "Well, hello"), (899, "Well, hello")],
)
def test_a_word_is_heard_once_the_next_one_begins(played: int, heard: str) -> None:
    ledger = ledger_of('Well, hello ("there"). ')
    ledger.audio(0, 900, marks_of('Well, hello ("there").', [0, 100, 300]))
    ledger.ended(0)
    ledger.played(played)
    assert ledger.heard_text() == heard
    assert ledger.heard_end() == len(heard)


@pytest.mark.parametrize(("played", "heard"), [(1_219, "Fine then."), (1_220, "Fine then. bb")])
def test_what_is_being_said_is_a_tenth_slower_than_what_was_said(played: int, heard: str) -> None:
    ledger = ledger_of("Fine then. ", "bb bb bb bb bb")
    ledger.audio(0, 1_000)  # 100 a character
    ledger.ended(0)
    ledger.audio(1, 500)
    assert ledger.heard_text(played).strip() == heard


def test_of_what_was_rewritten_nothing_is_heard_before_all_of_it_was_said() -> None:
    ledger = SpokenLedger(RATE)
    spoken = SpokenText("five dollars", (Alignment(0, 12, 0, 2, verbatim=False),))
    ledger.utterance(Utterance(0, 0, 2, "$5", (), spoken))
    ledger.audio(0, 900, marks_of("five dollars", [0, 400]))
    assert ledger.heard_text(500) == ""


def test_words_whose_marks_go_back_begin_with_the_latest_before_them() -> None:
    ledger = ledger_of("One two.")
    ledger.audio(0, 900, [WordMark(0, 3, 500), WordMark(4, 4, 100)])
    assert ledger.heard_text(400) == ""
    assert ledger.heard_text(500) == "One"


def test_an_utterance_played_whole_is_heard_with_all_that_closes_it() -> None:
    ledger = ledger_of('Well, hello ("there"). ', "More.")
    ledger.audio(0, 900, marks_of('Well, hello ("there").', [0, 100, 300]))
    ledger.ended(0)
    ledger.played(900)
    assert ledger.heard_text() == 'Well, hello ("there"). '


def test_the_last_word_of_audio_that_still_grows_is_not_claimed() -> None:
    ledger = ledger_of("One two three.")
    ledger.audio(0, 500, marks_of("One two", [0, 200]))
    ledger.played(500)
    assert ledger.heard_text() == "One"
    ledger.audio(0, 300, [WordMark(8, 5, 500)])
    assert ledger.heard_text() == "One two"
    ledger.ended(0)
    assert ledger.heard_text() == "One two"
    ledger.played(800)
    assert ledger.heard_text() == "One two three."


def test_a_rewritten_stretch_counts_only_whole() -> None:
    spoken = SpokenText(
        "costs three euros now.",
        (
            Alignment(0, 6, 0, 6, True),
            Alignment(6, 17, 6, 9, False),
            Alignment(17, 22, 9, 14, True),
        ),
    )
    ledger = SpokenLedger(RATE)
    ledger.utterance(Utterance(0, 0, 14, "costs 3€ now.\n", (), spoken))
    ledger.audio(0, 400, marks_of(spoken.text, [0, 100, 200, 300]))
    ledger.ended(0)
    assert [ledger.heard_end(at) for at in (100, 200, 300)] == [5, 6, 9]


def test_a_voice_that_marks_two_words_as_one_loses_neither() -> None:
    ledger = ledger_of("end of the road ahead")
    ledger.audio(0, 500, [WordMark(0, 3, 0), WordMark(4, 2, 100), WordMark(11, 4, 300)])
    assert ledger.heard_text(300) == "end of the"


def test_without_marks_the_share_of_the_characters_decides() -> None:
    ledger = ledger_of("aaaa bbbb cccc dddd.")
    ledger.audio(0, 2_000)
    ledger.ended(0)
    assert ledger.heard_text(399) == ""
    assert ledger.heard_text(400) == "aaaa"
    assert ledger.heard_text(899) == "aaaa"
    assert ledger.heard_text(1_950) == "aaaa bbbb cccc"
    assert ledger.heard_text(2_000) == "aaaa bbbb cccc dddd."


def test_without_marks_and_end_a_slow_voice_is_assumed() -> None:
    ledger = ledger_of("aaaa bbbb cccc dddd.")
    ledger.audio(0, 1_000)
    ledger.played(1_000)
    assert ledger.heard_text() == "aaaa bbbb"  # ten characters a second


def test_without_marks_the_voice_s_own_pace_is_learnt() -> None:
    ledger = ledger_of("aaaa bbbb cccc dddd.", "eeee ffff gggg hhhh.")
    ledger.audio(0, 1_000)
    ledger.ended(0)
    ledger.audio(1, 1_000)
    ledger.played(2_000)
    assert ledger.heard_text() == "aaaa bbbb cccc dddd.eeee ffff gggg"


@pytest.mark.parametrize(
    ("since", "heard"),
    [
        (0, "Well, hello there. "),
        (1, "hello there. "),
        (100, "hello there. "),
        (101, "there. "),
        (300, "there. "),
        (301, ""),
        (900, ""),
        (5_000, ""),
    ],
)
def test_a_listener_that_came_later_heard_no_word_that_had_begun(since: int, heard: str) -> None:
    ledger = ledger_of("Well, hello there. ", "More.")
    ledger.audio(0, 900, marks_of("Well, hello there.", [0, 100, 300]))
    ledger.ended(0)
    assert ledger.heard_text(900, since) == heard


def test_without_marks_and_end_nothing_of_a_begun_utterance_is_claimed() -> None:
    ledger = ledger_of("aaaa bbbb cccc dddd.", "eeee")
    ledger.audio(0, 2_000)
    assert ledger.heard_text(2_000, 1) == ""
    ledger.ended(0)
    assert ledger.heard_text(2_000, 1) == "bbbb cccc dddd."
    assert ledger.heard_text(2_000, 499) == "bbbb cccc dddd."
    assert ledger.heard_text(2_000, 1_050) == "dddd."
    assert ledger.heard_text(2_000, 1_999) == ""


def test_half_a_rewritten_stretch_is_not_claimed() -> None:
    spoken = SpokenText(
        "costs three euros now.",
        (
            Alignment(0, 6, 0, 6, True),
            Alignment(6, 17, 6, 8, False),
            Alignment(17, 22, 8, 13, True),
        ),
    )
    ledger = SpokenLedger(RATE)
    ledger.utterance(Utterance(0, 0, 13, "costs 3€ now.", (), spoken))
    ledger.audio(0, 400, marks_of(spoken.text, [0, 100, 200, 300]))
    ledger.ended(0)
    assert [ledger.heard_text(400, since) for since in (50, 150, 250, 350)] == [
        "3€ now.",
        " now.",
        "now.",
        "",
    ]


def test_marks_that_run_backwards_for_long_stay_in_order() -> None:
    ledger = ledger_of("one two three four")
    places = [(0, 0), (4, 500), (4, 400), (14, 300)]
    ledger.audio(0, 900, [WordMark(offset, 3, at) for offset, at in places])
    assert ledger.heard_text(499) == ""
    assert ledger.heard_text(500) == "one two three"
    ledger = ledger_of("one two three four")
    ledger.audio(0, 900, [WordMark(*mark) for mark in ((8, 5, 0), (4, 3, 100), (0, 3, 200))])
    assert ledger.heard_text(200) == "one two"


def test_audio_before_the_first_mark_says_nothing() -> None:
    ledger = ledger_of("a bc")
    ledger.audio(0, 900, [WordMark(2, 2, 500)])
    assert [ledger.heard_end(at) for at in (1, 499, 500)] == [0, 0, 1]


def test_an_utterance_without_samples_is_heard_when_playback_gets_there() -> None:
    ledger = ledger_of("One.", "a b")
    ledger.audio(0, 100)
    ledger.ended(0)
    ledger.audio(1, 0)
    assert ledger.heard_end(100) == 4
    ledger.ended(1)
    assert ledger.heard_end(100) == 7
    assert ledger.heard_text(100, 100) == "a b"


def test_the_pace_is_that_of_all_that_was_said() -> None:
    ledger = ledger_of("aaaa bbbb", "cc", "dddd eeee ffff gggg")
    ledger.audio(0, 900)
    ledger.ended(0)
    ledger.audio(1, 200)
    ledger.ended(1)
    ledger.audio(2, 1_050)  # at 110 samples a character: nine and a half of them
    assert ledger.heard_text(2_150, 1_100) == "dddd eeee"


def test_an_empty_first_sentence_tells_no_pace() -> None:
    ledger = ledger_of("aaaa bbbb", "dddd eeee")
    ledger.ended(0)
    ledger.audio(1, 500)
    assert ledger.heard_text(500) == "aaaa bbbbdddd"


def test_a_listener_that_comes_at_the_last_sample_missed_the_utterance() -> None:
    ledger = ledger_of("今日は", "x")
    ledger.audio(0, 300)
    ledger.ended(0)
    assert ledger.heard_text(300, 299) == ""
    assert ledger.heard_text(300, 300) == ""
    assert ledger.heard_text(300, 150) == "は"


def test_scripts_without_spaces_are_cut_between_characters() -> None:
    ledger = ledger_of("今日は晴れです。")
    ledger.audio(0, 800)
    ledger.ended(0)
    assert ledger.heard_text(350) == "今日は"


def test_breaths_belong_to_nobody_and_finish_what_was_before() -> None:
    ledger = ledger_of("One. ", "Two.")
    ledger.audio(0, 300)
    ledger.ended(0)
    ledger.silence(1, 200)
    ledger.audio(1, 300)
    assert ledger.delivered == 800
    assert ledger.heard_text(300) == ledger.heard_text(500) == "One. "


def test_what_has_nothing_to_say_is_passed_when_playback_gets_there() -> None:
    ledger = SpokenLedger(RATE)
    texts = [("Look: ", None), ("`code` ", "code"), ("Done.", None)]
    starts = [0, *accumulate(len(text) for text, _ in texts)]
    for seq, (text, skipped) in enumerate(texts):
        ledger.utterance(plain(seq, starts[seq], text, skipped=skipped))
    ledger.audio(0, 100)
    ledger.ended(0)
    ledger.skipped(1)
    ledger.audio(2, 100)
    assert ledger.heard_text(99) == ""
    assert ledger.heard_text(100) == "Look: `code` "
    assert ledger.heard_end(100) == 13


def test_a_reply_with_nothing_to_say_is_not_heard() -> None:
    ledger = SpokenLedger(RATE)
    ledger.utterance(plain(0, 0, "`code`", skipped="code"))
    ledger.skipped(0)
    assert ledger.heard_text() == ""


def test_what_failed_is_not_heard_and_what_follows_is() -> None:
    ledger = ledger_of("One. ", "Two. ", "Three.")
    ledger.audio(0, 300)
    ledger.ended(0)
    ledger.skipped(1)
    assert ledger.heard_end(300) == 5
    ledger.silence(2, 100)
    assert ledger.heard_end(400) == 5
    ledger.audio(2, 300)
    ledger.ended(2)
    assert ledger.heard_end(450) == 5
    assert ledger.heard_text(700) == "One. Three."
    assert ledger.heard_end(700) == 16


def test_what_was_cut_short_is_heard_as_far_as_its_audio_goes() -> None:
    ledger = ledger_of("One two three. ", "Four.")
    ledger.audio(0, 400, marks_of("One two", [0, 200]))
    ledger.skipped(0)
    ledger.audio(1, 300)
    ledger.ended(1)
    assert ledger.heard_text(500) == "One"
    assert ledger.heard_text(700) == "OneFour."


def test_played_never_goes_back_nor_beyond_what_was_delivered() -> None:
    ledger = ledger_of("One two.")
    ledger.audio(0, 500)
    assert ledger.played(300) == 300
    assert ledger.played(200) == 300
    assert ledger.played(9_999) == ledger.position == 500


def test_marks_that_run_backwards_do_not_lose_the_order() -> None:
    ledger = ledger_of("one two three")
    ledger.audio(0, 900, [WordMark(0, 3, 0), WordMark(4, 3, 500), WordMark(8, 5, 400)])
    assert ledger.heard_text(499) == ""
    assert ledger.heard_text(500) == "one two"


@pytest.mark.parametrize(
    "wrong",
    [
        lambda ledger: ledger.audio(1, 10),
        lambda ledger: ledger.ended(2),
        lambda ledger: ledger.utterance(plain(7, 0, "x")),
        lambda ledger: (ledger.audio(0, 10), ledger.silence(0, 5), ledger.audio(0, 10)),
        lambda ledger: (ledger.audio(0, 10), ledger.silence(1, 5)),
        lambda ledger: (ledger.audio(0, 10), ledger.audio(1, 5)),
        lambda ledger: (ledger.ended(0), ledger.audio(0, 10)),
    ],
)
def test_delivery_out_of_order_is_a_bug_of_the_caller(wrong: object) -> None:
    ledger = ledger_of("One. ", "Two.")
    assert callable(wrong)
    with pytest.raises(ValueError, match=r"utterance \d"):
        wrong(ledger)


# --- random replies, cut anywhere ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the truth: its name in the original, how it is written and how it is spoken."""

    name: str
    written: str
    spoken: str
    name_start: int  # where the part that is spoken begins in ``written``
    rewritten: bool


@dataclass
class Performance:
    """A reply being spoken, and the sample at which each named word had sounded to its end.

    ``pace`` is the voice's, in samples a character, where it gives no marks.
    """

    ledger: SpokenLedger
    text: str
    pace: int
    truth: list[tuple[str, int]] = field(default_factory=list)
    begun: dict[str, int] = field(default_factory=dict)
    steps: list[tuple[str, tuple[object, ...]]] = field(default_factory=list)

    def perform(self, steps: int) -> None:
        for verb, arguments in self.steps[:steps]:
            getattr(self.ledger, verb)(*arguments)

    def heard(self, played: int) -> list[str]:
        return [name for name, sounded in self.truth if 0 < played >= sounded]


def random_word(rng: random.Random, number: int) -> Word:
    name = f"w{number}{'o' * rng.randrange(6)}x"
    kind = rng.random()
    if kind < 0.15:
        return Word(name, f"**{name}**", name, 2, rewritten=False)
    if kind < 0.3:
        return Word(name, f"{name}€", "so many euros"[: rng.choice((2, 7, 13))], 0, rewritten=True)
    return Word(name, name + rng.choice(("", "", ",", ";")), "", 0, rewritten=False)


def as_spoken(word: Word) -> Word:
    return word if word.spoken else replace(word, spoken=word.written)


def random_utterance(
    rng: random.Random, seq: int, start: int, number: int
) -> tuple[Utterance, list[Word], list[int]]:
    """The utterance, its words, and where each of them ends in the spoken text."""
    words = [as_spoken(random_word(rng, number + i)) for i in range(rng.randint(1, 9))]
    written, spoken, alignments, ends = "", "", [], []
    for word in words:
        if written:
            space = start + len(written)
            alignments.append(Alignment(len(spoken), len(spoken) + 1, space, space + 1, True))
            written, spoken = written + " ", spoken + " "
        begin = start + len(written) + word.name_start
        end = begin + len(word.written if word.rewritten else word.spoken)
        alignments.append(
            Alignment(len(spoken), len(spoken) + len(word.spoken), begin, end, not word.rewritten)
        )
        written, spoken = written + word.written, spoken + word.spoken
        ends.append(len(spoken))
    written += rng.choice((".", "!", "?")) + " "
    text = SpokenText(spoken, tuple(alignments))
    return Utterance(seq, start, start + len(written), written, (), text), words, ends


def random_performance(rng: random.Random, *, marks: bool) -> Performance:
    """A reply of several utterances, some unspeakable, failed or cut, in pieces or at once."""
    performance = Performance(SpokenLedger(RATE), "", pace=rng.randint(50, 90))
    number, at = 0, 0
    for seq in range(rng.randint(1, 7)):
        start = len(performance.text)
        utterance, words, ends = random_utterance(rng, seq, start, number)
        number += len(words)
        fate = rng.random()
        if fate < 0.15:
            utterance = replace(utterance, skipped="code", spoken=SpokenText(""))
        performance.text += utterance.text
        performance.steps.append(("utterance", (utterance,)))
        if fate < 0.25:
            performance.steps.append(("skipped", (seq,)))
            if utterance.skipped:
                performance.truth += [(word.name, at) for word in words]
                performance.begun |= {word.name: at for word in words}
            continue
        at += speak(rng, performance, utterance, words, ends, at, marks=marks)
    return performance


def speak(
    rng: random.Random,
    performance: Performance,
    utterance: Utterance,
    words: list[Word],
    ends: list[int],
    at: int,
    *,
    marks: bool,
) -> int:
    """Write down how an utterance is spoken from sample ``at`` on; the samples it takes."""
    seq, text = utterance.seq, utterance.spoken.text
    if marks:
        durations = {match.start(): rng.randint(20, 400) for match in re.finditer(r"\S+", text)}
    else:
        durations = dict.fromkeys(range(len(text)), performance.pace + rng.randint(-2, 2))
    begins = [0, *accumulate(durations.values())]
    samples = begins[-1]
    offsets = list(durations)
    sounded = [begins[bisect_right(offsets, end - 1)] for end in ends]
    word_marks = [WordMark(*mark) for mark in zip(offsets, repeat(1), begins, strict=False)]
    performance.truth += [(word.name, at + end) for word, end in zip(words, sounded, strict=True)]
    starts = [end - len(word.spoken) for word, end in zip(words, ends, strict=True)]
    begun = [begins[bisect_right(offsets, start) - 1] for start in starts]
    performance.begun |= {word.name: at + first for word, first in zip(words, begun, strict=True)}
    cuts = sorted(rng.randrange(samples + 1) for _ in range(rng.randrange(4)))
    for left, right in zip([0, *cuts], [*cuts, samples], strict=True):
        inside = [mark for mark in word_marks if left <= mark.sample < right] if marks else []
        performance.steps.append(("audio", (seq, right - left, inside)))
    performance.steps.append(("ended", (seq,)))
    pause = rng.choice((0, 180))
    performance.steps.append(("silence", (seq, pause)))
    return samples + pause


def check_cut(rng: random.Random, *, marks: bool) -> None:
    performance = random_performance(rng, marks=marks)
    steps = rng.randint(0, len(performance.steps))
    performance.perform(steps)
    ledger = performance.ledger
    ledger.played(rng.randint(0, ledger.delivered))
    truth = performance.heard(ledger.position)
    claimed = NAME.findall(ledger.heard_text())
    assert claimed == truth[: len(claimed)], "claimed a word that was not heard"
    # How long an utterance without marks will be is not known before its end: claims may lag.
    growing = steps > 0 and performance.steps[steps - 1][0] == "audio"
    if marks or not growing:
        assert len(truth) - len(claimed) <= 1, f"heard {truth}, claimed {claimed}"
    named_before = NAME.findall(performance.text[: ledger.heard_end()])
    assert named_before[-1:] == claimed[-1:]


@pytest.mark.parametrize("marks", [True, False], ids=["marks", "no-marks"])
def test_ten_thousand_cuts_are_right_to_the_word(marks: bool) -> None:
    for seed in range(100 * EXAMPLES):
        try:
            check_cut(random.Random(seed), marks=marks)
        except AssertionError as violation:
            violation.add_note(f"seed {seed}")
            raise


def check_stretch(rng: random.Random, *, marks: bool) -> None:
    """A listener that came at one sample and went at another, of a reply that is whole."""
    performance = random_performance(rng, marks=marks)
    performance.perform(len(performance.steps))
    ledger = performance.ledger
    since, until = sorted(rng.randint(0, ledger.delivered) for _ in range(2))
    claimed = NAME.findall(ledger.heard_text(until, since))
    sounded = performance.heard(until)
    truth = [name for name in sounded if performance.begun[name] >= since]
    assert set(claimed) <= set(truth), "claimed a word that was not heard whole"
    assert claimed == [name for name in truth if name in claimed], "claimed out of order"
    assert len(truth) - len(claimed) <= 2, f"from {since} heard {truth}, claimed {claimed}"


@pytest.mark.parametrize("marks", [True, False], ids=["marks", "no-marks"])
def test_two_thousand_stretches_are_right_to_the_word(marks: bool) -> None:
    for seed in range(20 * EXAMPLES):
        try:
            check_stretch(random.Random(seed), marks=marks)
        except AssertionError as violation:
            violation.add_note(f"seed {seed}")
            raise


def test_what_was_heard_only_grows_with_what_was_played() -> None:
    for seed in range(3 * EXAMPLES):
        rng = random.Random(seed)
        performance = random_performance(rng, marks=seed % 2 == 0)
        performance.perform(len(performance.steps))
        ledger = performance.ledger
        positions = sorted(rng.randint(0, ledger.delivered) for _ in range(20))
        heard = [ledger.heard_end(position) for position in positions]
        assert heard == sorted(heard)
