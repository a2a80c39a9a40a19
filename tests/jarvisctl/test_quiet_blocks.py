"""What is for the eye alone: indented and without its fence, however the text is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisctl.dashboard.snapshot import ReplyView
from jarvisctl.dashboard.widgets.conversation import turn
from jarvisctl.quiet_blocks import INDENT, LineKind, QuietText, is_quiet, lines_of, readable

PIECES = st.lists(
    st.sampled_from(
        ["`", "```", "```text quiet\n", "quiet", " ", "\n", "word", "  ```", "sh", "\r\n", "```\n"]
    )
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "No model.\n\n```text quiet\nmake it\n\nso\n```\n",
            "No model.\n\n    make it\n\n    so\n",
        ),
        ("```sh quiet\nleft open", "    left open"),
        ("``` quiet\nx\n```", "    x\n"),
        ("```sh\nls\n``` quiet\nx\n```\n", "```sh\nls\n``` quiet\nx\n```\n"),
        ("be ```quiet\nnow", "be ```quiet\nnow"),
        ("```sh quiet\na\n```\nb\n```c\nd\n```\n", "    a\nb\n```c\nd\n```\n"),
        ("``` " + "x" * 300 + " quiet\nb", "``` " + "x" * 300 + " quiet\nb"),
    ],
)
def test_only_quiet_blocks_lose_their_fences(text: str, shown: str) -> None:
    assert readable(text) == shown


@pytest.mark.parametrize(
    ("text", "quiet"),
    [("\n```text quiet\nx\n```\n", True), ("```sh\nx\n```", False), ("be ```quiet", False)],
)
def test_a_block_for_the_eye_alone_is_told_from_others(text: str, quiet: bool) -> None:
    assert is_quiet(text) is quiet


@given(PIECES)
def test_it_is_the_same_however_the_text_is_cut(pieces: list[str]) -> None:
    text = QuietText()
    shown = "".join(map(text.feed, pieces)) + text.end()
    whole = "".join(pieces)
    assert shown == readable(whole)
    margin = {LineKind.BODY: INDENT, LineKind.TEXT: ""}
    by_line = (
        ("" if whole[start:end] == "\n" else margin[kind]) + whole[start:end]
        for start, end, kind in lines_of(whole)
        if kind is not LineKind.FENCE
    )
    assert shown == "".join(by_line)


def test_nothing_is_held_back_that_is_no_fence() -> None:
    text = QuietText()
    assert text.feed("wo") == "wo"
    assert text.feed("rd\n`") == "rd\n"
    assert text.feed("code") == "`code"


def test_the_dashboard_shows_a_command_without_its_fence() -> None:
    text = "No model.\n\n```text quiet\nllama-server -m X\n```\n"
    reply = ReplyView(reply="r", started_at=0.0, text=text, outcome="done", ended_at=1.0, missed=0)
    shown = [line.plain.rstrip() for line in turn(reply, 10.0, 60)]
    assert shown == ["  No model.", "", "      llama-server -m X", ""]
