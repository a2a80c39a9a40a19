"""The builtin provider is a provider like any other."""

from collections.abc import Callable

from jarvisd.llm.host_facts import HostFacts
from jarvisd.llm.model import Completion, HeadersReceived, Message, Prompt, Provider, TextDelta
from jarvisd.llm.providers.builtin.provider import Builtin
from tests.llm.test_answers import DISK, FACTS, TIME


async def facts() -> HostFacts:
    return FACTS


async def test_it_streams_word_by_word() -> None:
    prompt = Prompt((Message("system", "Be brief."), Message("user", "How much disk is left?")))
    events = [event async for event in Builtin(facts).stream(prompt)]
    words = [event.text for event in events if isinstance(event, TextDelta)]
    assert events[0] == HeadersReceived()
    assert words[:2] == ["42 ", "gigabytes "]
    assert "".join(words) == DISK
    assert events[-1] == Completion("stop", model="builtin", completion_tokens=len(words))


async def test_it_answers_the_last_question() -> None:
    turns = (
        Message("user", "How much disk is left?"),
        Message("assistant", DISK),
        Message("user", "What time is it?"),
    )
    events = [event async for event in Builtin(facts).stream(Prompt(turns))]
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == TIME


async def test_it_is_always_ready() -> None:
    make: Callable[..., Provider] = Builtin
    provider = make(facts)
    assert (await provider.health()).state == "ready"
    await provider.close()
