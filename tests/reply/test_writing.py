"""The writer: a provider's stream becomes text, tokens and utterances."""

import asyncio

from jarvisd.config import TextSettings
from jarvisd.errors import LlmError
from jarvisd.llm.model import Completion, HeadersReceived, Prompt, ReasoningDelta
from jarvisd.reply.life import ReplyLife
from jarvisd.reply.stopwatch import Stopwatch
from jarvisd.reply.writing import WAITING_UTTERANCES, TextWriter
from jarvisd.text import UtteranceStream
from jarvisd.text.model import Utterance
from tests.fakes.provider import ScriptedProvider
from tests.fakes.speech import Clock, settled

PROMPT = Prompt(())
SENTENCES = TextSettings(first_audio_budget_ms=0, utterance_min_chars=0)


class Reader:
    def __init__(self, clock: Clock) -> None:
        self.stopwatch = Stopwatch(clock)
        self.tokens: list[str] = []
        self.utterances: list[str] = []

    def token(self, text: str) -> None:
        self.tokens.append(text)

    def utterance(self, utterance: Utterance) -> None:
        self.utterances.append(utterance.text)


class Writing:
    def __init__(
        self, *, spoken: bool = True, echo: bool = True, settings: TextSettings = SENTENCES
    ) -> None:
        self.clock = Clock()
        self.reader = Reader(self.clock)
        self.provider = ScriptedProvider()
        stream = UtteranceStream(settings)
        self.writer = TextWriter(stream, self.reader, ReplyLife(), spoken=spoken, echo=echo)

    def start(self) -> asyncio.Task[None]:
        return asyncio.create_task(self.writer.run(self.provider.stream(PROMPT)))

    async def said(self) -> list[str]:
        return [utterance.text async for utterance in self.writer.utterances()]


async def test_text_becomes_tokens_and_utterances() -> None:
    writing = Writing()
    running = writing.start()
    writing.provider.write("One is ", "done. ", "Two is n", "ot.")
    await settled()
    assert writing.reader.utterances == ["One is done. "]
    writing.provider.end(completion_tokens=4)
    assert await writing.said() == ["One is done. ", "Two is not."]
    await running
    assert writing.reader.tokens == ["One is ", "done. ", "Two is n", "ot."]
    assert writing.writer.text == "One is done. Two is not."
    assert writing.writer.completion.completion_tokens == 4
    assert writing.writer.failure is None


async def test_an_error_ends_the_text_and_what_there_is_of_it_is_spoken() -> None:
    writing = Writing()
    running = writing.start()
    writing.provider.write("One is done. Two is")
    writing.provider.fail(LlmError("the stream broke", code="llm.truncated"))
    assert await writing.said() == ["One is done. ", "Two is"]
    await running
    assert writing.writer.failure is not None
    assert writing.writer.failure.code == "llm.truncated"
    assert writing.provider.closed == 1


async def test_an_unspoken_reply_has_no_utterances() -> None:
    writing = Writing(spoken=False)
    running = writing.start()
    writing.provider.answer("One is done. Two is not.")
    assert await writing.said() == []
    await running
    assert writing.reader.utterances == []
    assert writing.reader.tokens == ["One is done. Two is not."]


async def test_a_given_text_is_not_echoed() -> None:
    writing = Writing(echo=False)
    running = writing.start()
    writing.provider.answer("One is done.")
    assert await writing.said() == ["One is done."]
    await running
    assert writing.reader.tokens == []


async def test_a_model_that_writes_all_at_once_leaves_others_their_turn() -> None:
    writing = Writing()
    running = writing.start()
    writing.provider.write(*["It goes on. "] * 50)
    await settled(5)
    assert 0 < len(writing.reader.tokens) <= 5
    running.cancel()


async def test_the_model_waits_while_too_much_is_unspoken() -> None:
    writing = Writing()
    running = writing.start()
    for number in range(WAITING_UTTERANCES * 2):
        writing.provider.write(f"This is number {number}. ")
    writing.provider.end()
    await settled(WAITING_UTTERANCES * 4)
    assert not running.done()
    assert len(writing.reader.utterances) <= WAITING_UTTERANCES + 2
    assert len(await writing.said()) == WAITING_UTTERANCES * 2
    await running


async def test_steps_are_noted_as_they_happen() -> None:
    writing = Writing()
    running = writing.start()
    queue = writing.provider._events
    for event in (HeadersReceived(), ReasoningDelta("hm"), ReasoningDelta("so")):
        writing.clock.advance(1)
        queue.put_nowait(event)
        await settled()
    writing.clock.advance(1)
    writing.provider.answer("One is done.")
    await writing.said()
    await running
    timings = writing.reader.stopwatch.timings(Completion("stop"))
    assert (timings.headers_ms, timings.first_token_ms, timings.last_token_ms) == (
        1_000,
        4_000,
        4_000,
    )
    assert writing.writer.text == "One is done."


async def test_a_cancelled_writer_disconnects_from_the_model() -> None:
    writing = Writing()
    running = writing.start()
    writing.provider.write("One is done.")
    await settled()
    running.cancel()
    await asyncio.wait({running})
    assert writing.provider.closed == 1


PHRASES = TextSettings(first_audio_budget_ms=100)


async def test_an_opening_that_is_due_is_spoken_without_another_token() -> None:
    writing = Writing(settings=PHRASES)
    running = writing.start()
    writing.provider.write("I moved ", "the meeting ")
    await settled()
    assert writing.writer._timer is None  # there is nothing to cut
    writing.clock.advance(0.11)
    writing.provider.write("to Thursday")
    await settled()
    assert writing.writer._timer is not None
    assert writing.reader.utterances == []
    writing.clock.advance(0.03)
    first = await anext(writing.writer.utterances())
    assert first.text == "I moved the meeting "
    assert writing.writer._timer is None
    writing.provider.answer(" at noon.")
    assert await writing.said() == ["to Thursday at noon."]
    await running


async def test_a_timer_ends_with_the_text() -> None:
    writing = Writing(settings=PHRASES)
    running = writing.start()
    writing.provider.write("I moved the meeting to Thursday")
    await settled()
    assert writing.writer._timer is not None
    writing.provider.end()
    assert await writing.said() == ["I moved the meeting to Thursday"]
    await running
    assert writing.writer._timer is None


async def test_a_given_text_waits_for_nothing() -> None:
    writing = Writing(echo=False, settings=PHRASES)
    running = writing.start()
    writing.provider.write("I moved the meeting to Thursday")
    await settled()
    writing.clock.advance(1)
    writing.provider.write(" at noon")
    await settled()
    assert writing.writer._timer is None
    writing.provider.end()
    assert await writing.said() == ["I moved the meeting to Thursday at noon"]
    await running
