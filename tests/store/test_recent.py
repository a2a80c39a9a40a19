from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from jarvisd.store import StoredMessage
from jarvisd.store.model import Change, MarkHeard
from jarvisd.store.recent import OVERHEAD_CHARS, Recent, overlay


def message(
    id_: str, conversation: str = "c", text: str = "text", at: float = 0.0
) -> StoredMessage:
    return StoredMessage(
        id=id_,
        conversation=conversation,
        role="assistant",
        text=text,
        created_at=at,
        reply=f"reply-{id_}",
    )


def ids(messages: list[StoredMessage] | None) -> list[str] | None:
    return None if messages is None else [m.id for m in messages]


def test_a_conversation_never_seen_is_unknown_unless_memory_is_all_there_is() -> None:
    assert Recent(conversations=9, chars=9_999, complete=False).newest("c", 5) is None
    assert Recent(conversations=9, chars=9_999, complete=True).newest("c", 5) == []


def test_a_part_of_a_conversation_answers_only_for_that_part() -> None:
    recent = Recent(conversations=9, chars=9_999, complete=False)
    recent.add(message("3"))
    assert recent.newest("c", 2) is None
    assert ids(recent.newest("c", 1)) == ["3"]
    together = recent.merged("c", [message("1"), message("2")])
    recent.load("c", together, whole=True)
    assert ids(recent.newest("c", 9)) == ["1", "2", "3"]


def test_a_correction_that_is_not_saved_yet_outweighs_what_was_saved() -> None:
    recent = Recent(conversations=9, chars=9_999, complete=False)
    recent.add(message("1"))
    recent.mark(MarkHeard("reply-1", "te", interrupted=True))
    assert [m.for_prompt for m in recent.merged("c", [message("1")])] == ["te"]


def test_a_correction_for_an_unknown_reply_changes_nothing() -> None:
    recent = Recent(conversations=9, chars=9_999, complete=True)
    recent.add(replace(message("1"), reply=""))
    recent.mark(MarkHeard("", "x", interrupted=True))
    recent.mark(MarkHeard("gone", "x", interrupted=True))
    assert [m.heard for m in recent.newest("c", 9) or []] == [None]


def test_the_least_recently_used_conversation_goes_first() -> None:
    recent = Recent(conversations=2, chars=9_999, complete=False)
    for name in ("a", "b"):
        recent.load(name, [message(name, name)], whole=True)
    recent.newest("a", 1)
    recent.load("c", [message("c", "c")], whole=True)
    assert recent.newest("b", 1) is None
    assert ids(recent.newest("a", 1)) == ["a"]


def test_one_conversation_too_large_for_memory_keeps_its_newest_part() -> None:
    recent = Recent(conversations=9, chars=3 * (OVERHEAD_CHARS + 4), complete=False)
    recent.load("c", [message(str(n)) for n in range(9)], whole=True)
    assert ids(recent.newest("c", 3)) == ["6", "7", "8"]
    assert recent.newest("c", 4) is None


def test_summaries_are_newest_first() -> None:
    recent = Recent(conversations=9, chars=9_999, complete=True)
    for number, conversation in enumerate("aba"):
        recent.add(message(str(number), conversation, text=f"text {number}", at=float(number)))
    assert [
        (s.id, s.messages, s.title, s.created_at, s.updated_at) for s in recent.summaries()
    ] == [
        ("a", 2, "text 0", 0.0, 2.0),
        ("b", 1, "text 1", 1.0, 1.0),
    ]


def test_pending_changes_lie_over_what_was_read() -> None:
    pending: list[Change] = [
        message("1"),
        message("2"),
        message("3", conversation="other"),
        MarkHeard("reply-1", "te", interrupted=True),
        MarkHeard("reply-2", "", interrupted=True),
    ]
    merged = overlay([message("1")], "c", pending)
    assert [(m.id, m.heard, m.interrupted) for m in merged] == [("1", "te", True), ("2", "", True)]


Step = tuple[str, int, int]
steps = st.tuples(
    st.sampled_from(["add", "mark", "forget", "load", "newest"]),
    st.integers(0, 4),
    st.integers(0, 300),
)


@given(st.lists(steps, max_size=60), st.integers(1, 3), st.integers(300, 2_000))
def test_memory_stays_within_its_bounds(taken: list[Step], conversations: int, chars: int) -> None:
    recent = Recent(conversations=conversations, chars=chars, complete=False)
    for number, (step, conversation, length) in enumerate(taken):
        name = f"c{conversation}"
        added = message(str(number), name, text="x" * length)
        if step == "add":
            recent.add(added)
        elif step == "mark":
            recent.mark(MarkHeard(f"reply-{length % 60}", "x" * length, interrupted=True))
        elif step == "forget":
            recent.forget(name)
        elif step == "load":
            recent.load(name, [added, message(f"{number}b", name)], whole=True)
        else:
            recent.newest(name, 3)
        held = recent._threads
        assert len(held) <= conversations
        assert recent.chars == sum(thread.chars for thread in held.values())
        # A single message, and a correction until the next use, may be larger than the bound.
        kept = sum(len(thread.messages) for thread in held.values())
        assert kept <= 1 or recent.chars <= chars or step == "mark"
        assert len(recent._replies) <= kept
