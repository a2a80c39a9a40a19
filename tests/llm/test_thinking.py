"""Thoughts never become text, however the pieces fall."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisd.llm.model import ReasoningDelta, TextDelta
from jarvisd.llm.providers.llama_server.thinking import ThinkingFilter


def split(*pieces: str) -> tuple[str, str]:
    """(answer, thoughts) of what came in ``pieces``."""
    filter_ = ThinkingFilter()
    deltas = [delta for piece in pieces for delta in filter_.feed(piece)] + filter_.finish()
    answer = "".join(d.text for d in deltas if isinstance(d, TextDelta))
    return answer, "".join(d.text for d in deltas if isinstance(d, ReasoningDelta))


@pytest.mark.parametrize(
    ("content", "answer", "thoughts"),
    [
        ("Hello there.", "Hello there.", ""),
        ("<think>Hm.</think>\n\nHello.", "Hello.", "Hm."),
        ("\n<think>\nHm.\n</think>Hello.", "\nHello.", "\nHm.\n"),
        ("One. <think>two</think> Three.", "One. Three.", "two"),
        ("<think>a</think><think>b</think>c", "c", "ab"),
        ("<think>never closed", "", "never closed"),
        ("opened in the prompt</think> Hello.", "opened in the promptHello.", ""),
        ("The tag `<think>` opens, `</think>` closes.",) * 2 + ("",),
        ("<think>use `</think>Hello.", "Hello.", "use `"),
        ("1 < 2 and <b>bold</b> <thin", "1 < 2 and <b>bold</b> <thin", ""),
        ("", "", ""),
    ],
)
def test_answer_and_thoughts(content: str, answer: str, thoughts: str) -> None:
    assert split(content) == (answer, thoughts)
    assert split(*content) == (answer, thoughts)


PARTS = st.sampled_from(["<think>", "</think>", "<", "thi", "nk>", "/", "`", " ", "\n", "a", "é"])


@given(st.lists(PARTS).map("".join), st.lists(st.integers(0, 60)))
def test_same_result_for_every_chunking(content: str, cuts: list[int]) -> None:
    edges = sorted({0, len(content), *(min(cut, len(content)) for cut in cuts)})
    pieces = [content[a:b] for a, b in pairwise(edges)]
    assert split(*pieces) == split(content)


@given(st.text(alphabet="<think>/ ab"))
def test_text_without_a_whole_tag_passes_unchanged(text: str) -> None:
    if "<think>" not in text and "</think>" not in text:
        assert split(text) == (text, "")


def test_text_is_not_held_back_longer_than_a_tag() -> None:
    filter_ = ThinkingFilter()
    assert filter_.feed("Hello <") == [TextDelta("Hello ")]
    assert filter_.feed("b>") == [TextDelta("<b>")]
