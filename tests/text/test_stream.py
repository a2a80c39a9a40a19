"""What is spoken in one go, and what is not spoken at all."""

from typing import Literal

import pytest

from jarvisd.config.settings import TextSettings
from jarvisd.text import Utterance, UtteranceStream
from jarvisd.text.model import SpokenText
from tests.text.chunks import made_from

Block = Literal["announce", "skip", "read"]
PAUSE_MS = 100


def utterances(text: str, **chosen: object) -> list[Utterance]:
    settings = TextSettings(**chosen)  # type: ignore[arg-type] # each test names its fields
    return made_from([text], UtteranceStream(settings, pause_ms=PAUSE_MS))


def said(text: str, **chosen: object) -> list[str]:
    return [each.spoken.text or f"({each.skipped})" for each in utterances(text, **chosen)]


def test_the_first_sentence_is_spoken_at_once_and_later_short_ones_together() -> None:
    text = "Sure. It is on. So is the lamp. And all the other lights in the house too."
    assert said(text) == [
        "Sure.",
        "It is on. So is the lamp. And all the other lights in the house too.",
    ]


def test_short_sentences_are_merged_for_speech_and_not_for_display() -> None:
    made = utterances("Sure. It is on. So is the lamp.")
    assert [[sentence.text for sentence in each.sentences] for each in made] == [
        ["Sure."],
        ["It is on.", "So is the lamp."],
    ]


def test_a_short_sentence_does_not_wait_for_a_very_long_one() -> None:
    text = f"Sure. It is on. The list is {'long ' * 60}. "
    assert said(text)[:2] == ["Sure.", "It is on."]


def test_sentences_are_never_merged_across_paragraphs() -> None:
    assert said("Sure.\n\nIt is on.\n\nSo is the lamp.") == [
        "Sure.",
        "It is on.",
        "So is the lamp.",
    ]


def test_the_rest_of_the_first_sentence_is_not_held_back() -> None:
    stream = UtteranceStream(TextSettings())
    made = stream.feed("The lamp is new, and it is on. ")
    assert [each.spoken.text for each in made] == ["The lamp is new,", "and it is on."]
    assert made[0].sentences == ()
    assert [sentence.text for sentence in made[1].sentences] == ["The lamp is new, and it is on."]


def test_items_of_a_list_are_spoken_as_sentences() -> None:
    assert said("You need:\n- milk\n- bread\n- coffee\n") == ["You need:", "milk. bread. coffee"]


CODE = "Run this:\n\n```python\nimport os\nprint(1)\n```\nDone."
TABLE = "Hosts:\n\n| Name | IP |\n|---|---|\n| nas | up |\n\nDone."


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("announce", ["Run this:", "Python code block skipped.", "(code)", "Done."]),
        ("skip", ["Run this:", "(code)", "Done."]),
        ("read", ["Run this:", "import os", "print, 1", "(unspeakable)", "Done."]),
    ],
)
def test_code_blocks_by_setting(setting: Block, expected: list[str]) -> None:
    assert said(CODE, code_blocks=setting) == expected


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("announce", ["Hosts:", "Table skipped.", "(table)", "(table)", "Done."]),
        ("skip", ["Hosts:", "(table)", "(table)", "(table)", "Done."]),
        ("read", ["Hosts:", "Name, IP. nas, up", "Done."]),
    ],
)
def test_tables_by_setting(setting: Block, expected: list[str]) -> None:
    assert said(TABLE, tables=setting) == expected


def test_a_code_block_is_announced_when_it_opens() -> None:
    stream = UtteranceStream(TextSettings())
    assert [each.spoken.text for each in stream.feed("```sh\n")] == ["Sh code block skipped."]
    assert stream.feed("ls\n") == []
    assert [each.skipped for each in stream.feed("```\n")] == ["code"]


@pytest.mark.parametrize(
    "text", ["```", "```\n", "```py\nprint()", "Hi.\n```\n```", "~~~\nx\n```\n"]
)
@pytest.mark.parametrize("setting", ["announce", "skip", "read"])
def test_a_code_block_that_is_never_closed_or_empty(text: str, setting: Block) -> None:
    made = utterances(text, code_blocks=setting)
    assert "".join(each.text for each in made) == text
    assert all(each.skipped or each.spoken.text for each in made)


def test_one_sentence_shows_the_whole_code_block() -> None:
    shown = [sentence.text for each in utterances(CODE) for sentence in each.sentences]
    assert shown == ["Run this:", "```python\nimport os\nprint(1)\n```", "Done."]


def test_pauses_follow_the_ending() -> None:
    text = (
        "This is long enough, and said in two parts. "
        "Is it a question that is rather long for one? It goes on here for quite a while.\n\n"
        "# A heading that is long enough to stand alone\nThe end of it."
    )
    assert [each.pause_ms for each in utterances(text)] == [85, 100, 130, 200, 140, 100]


def test_a_breath_is_180_ms_unless_told_otherwise_and_none_where_nothing_is_said() -> None:
    (made,) = made_from(["Sure."], UtteranceStream(TextSettings()))
    assert made.pause_ms == 180
    assert [each.pause_ms for each in utterances(CODE) if each.skipped] == [0]
    assert utterances("Plan X")[-1].pause_ms == PAUSE_MS


def test_each_table_is_announced_once_also_at_the_start() -> None:
    table = "| a |\n| b |\n"
    once = ["Table skipped.", "(table)"]
    assert said(table, tables="announce") == once
    made = said(f"{table}\n{table}So.\n{table}", tables="announce")
    assert [each for each in made if each != "(blank)"] == [*once, *once, "So.", *once]


def test_what_was_held_is_spoken_before_a_table() -> None:
    made = said("Sure.\nIt is on.\n| a |\n", tables="announce")
    assert made == ["Sure.", "It is on.", "Table skipped."]


@pytest.mark.parametrize(("line", "name"), [("python title", "Python"), ("X", "X")])
def test_a_code_block_is_named_by_its_first_word(line: str, name: str) -> None:
    assert said(f"```{line}\nx\n```\n")[0] == f"{name} code block skipped."


def test_what_cannot_be_said_is_skipped_with_its_reason() -> None:
    assert said("🌙🌙\n") == ["(unspeakable)"]
    assert said("\n \n") == ["(blank)"]
    assert said("") == []
    assert {each.spoken for each in utterances(CODE) if each.skipped} == {SpokenText("")}


def test_a_code_block_that_is_read_ends_with_the_pause_of_a_line() -> None:
    assert utterances("```\necho", code_blocks="read")[-1].pause_ms == 140


@pytest.mark.parametrize("limit", [60, 400])
@pytest.mark.parametrize("unit", ["x", "word ", "a clause, and more of it, ", "U.S. "])
def test_an_overlong_sentence_is_spoken_in_pieces(unit: str, limit: int) -> None:
    made = utterances(unit * (5_000 // len(unit)), utterance_max_chars=limit)
    assert max(len(each.text) for each in made) <= limit + 64
    if unit != "x":
        assert not any(each.text[-1].isalnum() and each is not made[-1] for each in made)


def test_a_megabyte_without_a_stop_is_bounded() -> None:
    stream = UtteranceStream(TextSettings())
    made = [each for _ in range(4) for each in stream.feed("x" * 262_144)]
    assert max(len(each.text) for each in made) <= 400
    assert sum(len(each.text) for each in made) > 1_000_000


@pytest.mark.parametrize("setting", ["announce", "skip", "read"])
def test_a_quiet_code_block_is_for_the_eye_alone(setting: Block) -> None:
    text = "Run this:\n```sh quiet\nrm quiet\n```\nDone."
    assert said(text, code_blocks=setting) == ["Run this:", "(code)", "Done."]
