import pytest

from jarvisd.store import StoredMessage
from jarvisd.store.model import TITLE_CHARS, title_of


@pytest.mark.parametrize(
    ("heard", "interrupted", "for_prompt"),
    [
        (None, False, "All of it."),
        ("All of it.", False, "All of it."),
        ("All", True, "All"),
        ("", True, ""),
        ("", False, ""),
        (None, True, ""),
    ],
)
def test_the_prompt_says_what_was_heard(
    heard: str | None, interrupted: bool, for_prompt: str
) -> None:
    message = StoredMessage(
        id="m",
        conversation="c",
        role="assistant",
        text="All of it.",
        created_at=1.0,
        heard=heard,
        interrupted=interrupted,
    )
    assert message.for_prompt == for_prompt


def test_a_title_is_the_first_words_on_one_line() -> None:
    assert title_of("  What\nis   the\tweather? ") == "What is the weather?"
    long = title_of("word " * 10_000)
    assert len(long) <= TITLE_CHARS
    assert long.endswith("word…")
