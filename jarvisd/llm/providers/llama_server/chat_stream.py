"""One streamed chat completion: bytes of the response body in, ``LlmEvent`` out.

Sans-I/O. Knows what a chunk means, what is a thought, and when a generation has succeeded: a
``finish_reason`` was seen. It never lets a thought out as text, and holds no text itself.
"""

from collections.abc import Iterator

from jarvisd.errors import LlmError
from jarvisd.llm.model import (
    Completion,
    LlmEvent,
    PromptProgress,
    ReasoningDelta,
    ToolCallDelta,
)
from jarvisd.llm.providers.llama_server import failures
from jarvisd.llm.providers.llama_server.sse import Done, SseEvent, SseParser, StreamError
from jarvisd.llm.providers.llama_server.thinking import ThinkingFilter
from jarvisd.llm.providers.llama_server.wire import Delta, StreamChoice, StreamChunk, Timings, Usage

MAX_REPLY_CHARS = 1_000_000
# What may come without a token among it: pings, and the progress of a very long prompt.
MAX_IDLE_BYTES = 4_194_304
# Longer pieces are handed on in parts: whoever takes one works on it in one go.
SLICE_CHARS = 200


class ChatStream:
    """Interprets one response.

    ``tokens`` counts the deltas that carried something, thoughts and tool calls included.
    ``finished`` turns true with the finish reason: the answer is whole, only figures may follow.
    ``done`` turns true with the end mark: nothing follows.
    """

    def __init__(self, *, max_chars: int = MAX_REPLY_CHARS) -> None:
        self.done = False
        self.tokens = 0
        self._parser = SseParser()
        self._thinking = ThinkingFilter()
        self._chars_left = max_chars
        self._max_chars = max_chars
        self._idle_bytes = 0
        self._finish_reason: str | None = None
        self._model = ""
        self._usage: Usage | None = None
        self._timings: Timings | None = None

    @property
    def finished(self) -> bool:
        """Whether a finish reason was seen."""
        return self._finish_reason is not None

    def feed(self, data: bytes) -> Iterator[LlmEvent]:
        """Events that ``data`` completes, in order, each yielded before a later error is raised.

        Raises ``LlmError``: ``llm.stream_error`` for an error inside the stream, ``llm.overflow``
        when the context is full, ``llm.too_long`` for an answer beyond all bounds.
        """
        before = self.tokens
        for event in self._parser.feed(data):
            if not self.done:
                yield from self._interpret(event)
        self._idle_bytes = 0 if self.tokens > before else self._idle_bytes + len(data)
        if self._idle_bytes > MAX_IDLE_BYTES and not self.finished:
            raise failures.unreadable(f"{self._idle_bytes:,} bytes came without a word")

    def finish(self) -> Completion:
        """The body has ended. Raises ``LlmError`` ``llm.truncated`` if the answer is incomplete."""
        if self._finish_reason is None:
            raise failures.ended_early()
        usage, timings = self._usage or Usage(), self._timings or Timings()
        details = usage.prompt_tokens_details
        return Completion(
            finish_reason=self._finish_reason,
            model=self._model,
            prompt_tokens=usage.prompt_tokens or timings.cache_n + timings.prompt_n,
            cached_tokens=details.cached_tokens if details else timings.cache_n,
            completion_tokens=usage.completion_tokens or timings.predicted_n,
            prompt_ms=timings.prompt_ms,
            completion_ms=timings.predicted_ms,
        )

    def _interpret(self, event: SseEvent) -> Iterator[LlmEvent]:
        match event:
            case StreamChunk():
                yield from self._chunk(event)
            case StreamError():
                if not self.finished:
                    raise failures.in_stream(event.message, event.kind, event.detail)
                self.done = True  # the answer is whole: only figures are lost
            case Done():
                self.done = True
                yield from self._thinking.finish()

    def _chunk(self, chunk: StreamChunk) -> Iterator[LlmEvent]:
        self._model = chunk.model or self._model
        self._usage = chunk.usage or self._usage
        self._timings = chunk.timings or self._timings
        if chunk.prompt_progress is not None:
            yield PromptProgress(chunk.prompt_progress.processed, chunk.prompt_progress.total)
        for choice in chunk.choices:
            yield from self._choice(choice)

    def _choice(self, choice: StreamChoice) -> Iterator[LlmEvent]:
        delta = choice.delta
        self._count(delta)
        for piece in _slices(delta.reasoning_content or ""):
            yield ReasoningDelta(piece)
        for piece in _slices(delta.content or ""):
            yield from self._thinking.feed(piece)
        for call in delta.tool_calls or ():
            if call.function is not None:
                yield ToolCallDelta(call.index, call.function.name, call.function.arguments or "")
        if choice.finish_reason is not None:
            self._finish_reason = choice.finish_reason
            yield from self._thinking.finish()

    def _count(self, delta: Delta) -> None:
        self.tokens += bool(delta.content or delta.reasoning_content or delta.tool_calls)
        self._chars_left -= len(delta.content or "") + len(delta.reasoning_content or "")
        if self._chars_left < 0:
            raise LlmError(
                f"The answer is longer than {self._max_chars:,} characters.",
                code="llm.too_long",
                hint="Set llm.max_tokens, so that the model stops by itself.",
            )


def _slices(text: str) -> Iterator[str]:
    for start in range(0, len(text), SLICE_CHARS):
        yield text[start : start + SLICE_CHARS]
