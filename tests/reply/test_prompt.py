"""The next prompt: what was heard, roles in turn, and a beginning that stays put."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from jarvisd.llm.model import Message
from jarvisd.reply.prompt import HistoryWindow, as_prompt
from jarvisd.store.model import Role, StoredMessage


def message(
    number: int,
    text: str,
    *,
    role: Role = "user",
    heard: str | None = None,
    interrupted: bool = False,
) -> StoredMessage:
    return StoredMessage(
        id=str(number),
        conversation="c",
        role=role,
        text=text,
        created_at=0,
        heard=heard,
        interrupted=interrupted,
    )


def conversation(turns: int) -> list[StoredMessage]:
    roles: list[Role] = ["user", "assistant"]
    return [message(n, f"message {n}", role=roles[n % 2]) for n in range(turns)]


def test_the_prompt_is_system_history_and_question() -> None:
    assert as_prompt("Be short.", conversation(2), "And now?") == (
        Message("system", "Be short."),
        Message("user", "message 0"),
        Message("assistant", "message 1"),
        Message("user", "And now?"),
    )


def test_without_a_system_prompt_there_is_none() -> None:
    assert as_prompt("", [], "Hello?") == (Message("user", "Hello?"),)


def test_an_interrupted_answer_counts_as_far_as_it_was_heard() -> None:
    history = [
        message(0, "Tell me everything."),
        message(1, "One. Two. Three.", role="assistant", heard="One. Two.", interrupted=True),
    ]
    assert as_prompt("", history, "Go on.")[1] == Message("assistant", "One. Two.")


def test_where_nothing_was_heard_the_questions_become_one() -> None:
    history = [
        message(0, "Tell me everything."),
        message(1, "One. Two.", role="assistant", heard="", interrupted=True),
    ]
    assert as_prompt("", history, "Hello?") == (Message("user", "Tell me everything.\n\nHello?"),)


def test_what_was_never_to_be_spoken_counts_whole() -> None:
    history = [message(0, "Hi."), message(1, "One. Two.", role="assistant", heard=None)]
    assert as_prompt("", history, "Go on.")[1] == Message("assistant", "One. Two.")


@st.composite
def histories(draw: st.DrawFn) -> list[StoredMessage]:
    texts = draw(st.lists(st.tuples(st.booleans(), st.sampled_from(["", " ", "Yes.", "No."]))))
    return [
        message(n, "written", role="assistant", heard=text) if spoken else message(n, text)
        for n, (spoken, text) in enumerate(texts)
    ]


@given(histories())
def test_roles_take_turns_and_the_question_comes_last(history: list[StoredMessage]) -> None:
    prompt = as_prompt("Be short.", history, "Well?")
    roles = [one.role for one in prompt[1:]]
    assert all(one != other for one, other in pairwise(roles))
    assert prompt[-1].content.endswith("Well?")
    assert all(one.content.strip() for one in prompt)


def test_a_short_conversation_is_kept_whole() -> None:
    messages = conversation(4)
    assert HistoryWindow(4).cut("c", messages) == messages


def test_the_window_moves_in_large_steps() -> None:
    window = HistoryWindow(8)
    firsts = []
    for turns in range(2, 60, 2):
        kept = window.cut("c", conversation(turns)[-10:])
        assert len(kept) <= 8
        assert kept[-1].id == str(turns - 1)
        firsts.append(kept[0].id)
    moves = sum(1 for one, other in pairwise(firsts) if one != other)
    assert moves <= len(firsts) / 2


def test_conversations_have_windows_of_their_own() -> None:
    window = HistoryWindow(2)
    window.cut("c", conversation(6))
    assert len(window.cut("d", conversation(2))) == 2


def test_only_so_many_windows_are_remembered() -> None:
    window = HistoryWindow(2)
    for number in range(1_000):
        window.cut(f"c{number}", conversation(2))
    assert len(window._first) <= 256
