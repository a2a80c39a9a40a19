"""From captured bytes to typed events: text, thoughts, tool calls, figures and endings."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvisd.errors import LlmError
from jarvisd.llm.model import (
    Completion,
    LlmEvent,
    PromptProgress,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
)
from jarvisd.llm.providers.llama_server.chat_stream import MAX_IDLE_BYTES, SLICE_CHARS, ChatStream
from jarvisd.llm.providers.llama_server.wire import MOST
from tests.fakes.llama import capture, captures, cut_at

NAMES = [path.stem for path in captures()]
WHOLE = [name for name in NAMES if "midstream_error" not in name]


def read(data: bytes) -> list[LlmEvent]:
    stream = ChatStream()
    return [*stream.feed(data), stream.finish()]


def text(events: list[LlmEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def completion(events: list[LlmEvent]) -> Completion:
    (found,) = [event for event in events if isinstance(event, Completion)]
    return found


@pytest.mark.parametrize("name", WHOLE)
def test_every_whole_capture_ends_with_its_completion(name: str) -> None:
    events = read(capture(name))
    end = completion(events)
    assert events[-1] is end
    assert end.finish_reason in {"stop", "length", "tool_calls"}
    assert end.model
    assert end.prompt_tokens > 0


@pytest.mark.parametrize("name", NAMES)
def test_no_thought_becomes_text(name: str) -> None:
    stream = ChatStream()
    spoken = ""
    try:
        spoken = text(list(stream.feed(capture(name))))
    except LlmError:
        assert "midstream_error" in name
    for thought in ("<think>", "</think>", "pondering", "hypothesis", "ergo"):
        assert thought not in spoken


def test_text_comes_as_the_model_wrote_it() -> None:
    assert text(read(capture("chat_stream"))) == "The train to Thursday at 25 minutes."


def test_thoughts_in_the_content_are_taken_out() -> None:
    events = read(capture("chat_stream_reasoning_none"))
    assert text(events) == "I moved the bedroom is about that song. The list."
    thoughts = "".join(event.text for event in events if isinstance(event, ReasoningDelta))
    assert thoughts.startswith(" ergo pondering hmm")


def test_thoughts_apart_from_the_content() -> None:
    events = read(capture("chat_stream_reasoning"))
    assert any(isinstance(event, ReasoningDelta) for event in events)
    assert text(events)


def test_tool_calls_are_pieced_together() -> None:
    events = read(capture("chat_stream_tool_calls_parallel"))
    calls = [event for event in events if isinstance(event, ToolCallDelta)]
    names = {call.index: call.name for call in calls if call.name}
    assert set(names) == set(range(len(names)))
    assert all(any(c.arguments for c in calls if c.index == index) for index in names)


def test_usage_and_timings_are_recorded() -> None:
    end = completion(read(capture("chat_stream_longprompt_cached")))
    assert (end.prompt_tokens, end.cached_tokens, end.completion_tokens) == (377, 376, 8)
    assert (end.prompt_ms, end.completion_ms) == (145.194, 183.869)
    assert end.finish_reason == "length"


def test_without_usage_the_timings_say_how_many_tokens() -> None:
    end = completion(read(capture("chat_stream")))
    assert (end.prompt_tokens, end.cached_tokens, end.completion_tokens) == (38, 37, 11)


def test_prefill_reports_its_progress() -> None:
    events = read(capture("chat_stream_ping_progress"))
    assert [event for event in events if isinstance(event, PromptProgress)] == [
        PromptProgress(5, 377),
        PromptProgress(377, 377),
    ]


def test_an_error_in_the_stream_comes_after_the_text_before_it() -> None:
    stream = ChatStream()
    events: list[LlmEvent] = []
    with pytest.raises(LlmError, match="do not fit into the model's context") as raised:
        events.extend(stream.feed(capture("midstream_error_0")))  # one by one: extend is lazy
    assert raised.value.code == "llm.overflow"
    assert "-c TOKENS" in raised.value.hint
    assert text(events).startswith("The battery of")


@pytest.mark.parametrize("kept", [0, 300, 1_000, 2_000])
def test_a_stream_that_ends_early_is_truncated(kept: int) -> None:
    stream = ChatStream()
    list(stream.feed(capture("chat_stream")[:kept]))
    with pytest.raises(LlmError) as raised:
        stream.finish()
    assert raised.value.code == "llm.truncated"


def test_after_the_finish_reason_the_answer_is_whole() -> None:
    data = capture("chat_stream_usage_length")
    stream = ChatStream()
    list(stream.feed(data[: data.rindex(b"data:", 0, data.index(b'"usage"'))]))
    assert stream.finished
    assert not stream.done
    assert stream.finish().finish_reason == "length"


def test_nothing_after_the_end_mark_is_read() -> None:
    data = capture("chat_stream")
    assert read(data + data) == read(data)


def test_an_answer_beyond_all_bounds_is_refused() -> None:
    stream = ChatStream(max_chars=20)
    with pytest.raises(LlmError, match="longer than 20 characters") as raised:
        list(stream.feed(capture("chat_stream")))
    assert raised.value.code == "llm.too_long"


def test_what_cannot_be_read_is_reported() -> None:
    with pytest.raises(LlmError, match="cannot be read") as raised:
        list(ChatStream().feed(b"data: <html>\n\n"))
    assert raised.value.code == "llm.stream_error"


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(["chat_stream_reasoning_none", "chat_stream_utf8"]), st.data())
def test_text_is_the_same_under_every_cut(name: str, cuts: st.DataObject) -> None:
    data = capture(name)
    positions = cuts.draw(st.lists(st.integers(0, len(data)), max_size=30))
    stream = ChatStream()
    events = [event for piece in cut_at(data, positions) for event in stream.feed(piece)]
    assert [*events, stream.finish()] == read(data)


def with_count(count: str) -> bytes:
    usage = f'{{"prompt_tokens": {count}, "completion_tokens": {count}}}'
    timings = f'{{"predicted_ms": {count}}}'
    return (
        'data: {"choices": [{"delta": {"content": "Yes."}, "finish_reason": "stop"}]}\n\n'
        f'data: {{"choices": [], "usage": {usage}, "timings": {timings}}}\n\ndata: [DONE]\n\n'
    ).encode()


@pytest.mark.parametrize("count", ["18446744073709551615", "-7"])
def test_figures_that_cannot_be_are_cut_to_what_can(count: str) -> None:
    end = completion(read(with_count(count)))
    for figure in (end.prompt_tokens, end.completion_tokens, end.completion_ms):
        assert 0 <= figure <= MOST


@pytest.mark.parametrize("count", ["1e308", "0.5", "9" * 400])
def test_what_is_no_whole_number_is_no_count(count: str) -> None:
    events = read(with_count(count))
    assert text(events) == "Yes."
    assert (completion(events).finish_reason, completion(events).completion_tokens) == ("stop", 0)


def test_a_long_piece_comes_in_slices() -> None:
    content = ("<think>" + "a" * 300 + "</think>") * 200
    choice = f'{{"delta": {{"content": "{content}"}}, "finish_reason": "stop"}}'
    events = read(f'data: {{"choices": [{choice}]}}\n\n'.encode())
    pieces = [event.text for event in events if isinstance(event, ReasoningDelta)]
    assert "".join(pieces) == "a" * 300 * 200
    assert max(map(len, pieces)) <= SLICE_CHARS + len("</think>")


def test_bytes_without_a_word_are_not_read_for_ever() -> None:
    stream, pings = ChatStream(), b":\n\n" * 20_000
    for _ in range(MAX_IDLE_BYTES // len(pings)):
        assert list(stream.feed(pings)) == []
    with pytest.raises(LlmError, match="came without a word"):
        list(stream.feed(pings))
