"""Which boundaries a text has, of which kind, and how much reading it costs to find them."""

import sys
from types import FrameType

import pytest

from jarvisd.text.splitting.boundaries import Kind
from jarvisd.text.splitting.scanner import (
    MAX_GAP_CHARS,
    MAX_SENTENCE_CHARS,
    WRAPPED_LINE_CHARS,
    Scanner,
)
from jarvisd.text.window import Window
from tests.text.chunks import boundaries

LONG_LINE = "word " * (WRAPPED_LINE_CHARS // 5) + "more"
LONG_LINE_X = "word " * (WRAPPED_LINE_CHARS // 5) + "the OS X"
WIDE_GAP = " " * (MAX_GAP_CHARS + 2)


def found(text: str) -> list[tuple[Kind, str]]:
    """The boundaries and what they close; of one that closes nothing, where it lies."""
    return [(each.kind, text[each.start : each.end]) for _, each in boundaries(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # No clause is cut before the first word, in the first sentence or in a later one.
        ("with that, go.", [(Kind.CLAUSE, "with that,"), (Kind.SENTENCE, "with that, go.")]),
        (
            "Stop! with that, go.",
            [
                (Kind.SENTENCE, "Stop!"),
                (Kind.CLAUSE, "with that,"),
                (Kind.SENTENCE, "with that, go."),
            ],
        ),
        # Behind a code block a new line begins: it may be blank, a row, or another block.
        (
            "```\nx\n```\n\nSo.",
            [
                (Kind.FENCE, "```\n"),
                (Kind.CODE_LINE, "```\nx\n"),
                (Kind.CODE, "```\nx\n```"),
                (Kind.PARAGRAPH, ""),
                (Kind.SENTENCE, "So."),
            ],
        ),
        (
            "```\n```\n| x |\n~~~\n~~~\n",
            [
                (Kind.FENCE, "```\n"),
                (Kind.CODE, "```\n```"),
                (Kind.ROW, "| x |"),
                (Kind.FENCE, "~~~\n"),
                (Kind.CODE, "~~~\n~~~"),
            ],
        ),
        (
            "```\n```\n~~~\n~~~\n",
            [
                (Kind.FENCE, "```\n"),
                (Kind.CODE, "```\n```"),
                (Kind.FENCE, "~~~\n"),
                (Kind.CODE, "~~~\n~~~"),
            ],
        ),
        # A long line may go on, but not over a blank line.
        (
            f"{LONG_LINE}\n\nSo.",
            [(Kind.LINE, LONG_LINE), (Kind.PARAGRAPH, ""), (Kind.SENTENCE, "So.")],
        ),
        (f"{LONG_LINE}\nSo.", [(Kind.LINE, LONG_LINE), (Kind.SENTENCE, "So.")]),
        (f"{LONG_LINE}\nso.", [(Kind.SENTENCE, f"{LONG_LINE}\nso.")]),
        (f"{LONG_LINE_X}\nso.", [(Kind.SENTENCE, f"{LONG_LINE_X}\nso.")]),
        (f"{LONG_LINE}:\nso.", [(Kind.LINE, f"{LONG_LINE}:"), (Kind.SENTENCE, "so.")]),
        # What the end of the text closes.
        ("Never ended", [(Kind.SENTENCE, "Never ended")]),
        ("```\nx", [(Kind.FENCE, "```\n"), (Kind.CODE, "```\nx")]),
        ("| x", [(Kind.ROW, "| x")]),
        (" \t", []),
    ],
)
def test_boundaries_of(text: str, expected: list[tuple[Kind, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("x" * MAX_SENTENCE_CHARS, Kind.SENTENCE),
        ("word " * (MAX_SENTENCE_CHARS // 5), Kind.SENTENCE),
        ("longer " * (MAX_SENTENCE_CHARS // 5), Kind.SENTENCE),
        ("|" + "x" * MAX_SENTENCE_CHARS, Kind.SENTENCE),
        ("```\n" + "x" * MAX_SENTENCE_CHARS, Kind.CODE_PART),
    ],
)
def test_what_is_too_long_is_cut_as_what_it_is(text: str, kind: Kind) -> None:
    cuts = [each for _, each in boundaries(text) if each.kind is kind]
    assert cuts[0].after <= MAX_SENTENCE_CHARS
    assert cuts[0].decided == MAX_SENTENCE_CHARS


def test_what_a_wide_gap_decides_includes_the_gap_as_far_as_it_was_read() -> None:
    text = f"He met Dr.{WIDE_GAP} Jones"
    (read, first), *_ = boundaries(text)
    assert (first.kind, text[first.start : first.end]) == (Kind.SENTENCE, "He met Dr.")
    assert first.after == read == len(f"He met Dr.{WIDE_GAP}")


@pytest.mark.parametrize("before", ["", "So it is. ", "Sure. " * (MAX_SENTENCE_CHARS // 10)])
def test_a_long_word_takes_no_more_work_than_a_short_one(before: str) -> None:
    assert calls(before + f"{'x' * 60} " * 9) == calls(before + "xx " * 9)


def calls(text: str) -> int:
    """How many of the room's functions are called to find the boundaries of the whole ``text``."""
    count = 0

    def counting(frame: FrameType, event: str, _: object) -> None:
        nonlocal count
        count += event == "call" and frame.f_globals["__name__"].startswith("jarvisd.text.")

    window = Window()
    window.append(text)
    scanner = Scanner(window)
    sys.setprofile(counting)
    try:
        scanner.read()
    finally:
        sys.setprofile(None)
    return count
