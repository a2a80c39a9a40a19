"""The data between llama-server and us, as far as we read or write it.

Only shapes: no I/O and no decisions. Decoding is lenient where a server may differ from ours:
unknown fields are ignored, everything has a default, figures that cannot be are cut to what can.
"""

from typing import Annotated

from msgspec import Meta, Struct, field

# Beyond any model's context and any patience; small enough for whoever counts or stores them.
MOST = 1_000_000_000


class Figures(Struct):
    """Numbers from a server, limited to 0 … ``MOST`` when they are decoded."""

    def __post_init__(self) -> None:
        """Cut what was decoded."""
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, int | float) and not 0 <= value <= MOST:
                setattr(self, name, type(value)(min(max(value, 0), MOST)))


class ToolFunction(Struct):
    """A piece of a function call; the first piece may already carry arguments."""

    name: str | None = None
    arguments: str | None = None


class ToolCall(Struct):
    """A piece of tool call number ``index``."""

    index: int = 0
    function: ToolFunction | None = None


class Delta(Struct):
    """What one token added. ``content`` is ``null`` in the first delta of every stream."""

    content: str | None = None
    reasoning_content: str | None = None
    tool_calls: list[ToolCall] | None = None


class StreamChoice(Struct):
    """One alternative; we always ask for a single one."""

    delta: Delta = field(default_factory=Delta)
    finish_reason: str | None = None


class PromptTokenDetails(Figures):
    """How many of the prompt's tokens were not computed again."""

    cached_tokens: int = 0


class Usage(Figures):
    """Token counts of the whole generation; its chunk has no choices."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: PromptTokenDetails | None = None


class Timings(Figures):
    """llama-server's own clock, in milliseconds."""

    cache_n: int = 0
    prompt_n: int = 0
    prompt_ms: float = 0.0
    predicted_n: int = 0
    predicted_ms: float = 0.0


class Progress(Figures):
    """How far prefill has come, in tokens; ``total`` includes the cached ones."""

    total: int = 0
    processed: int = 0


class ErrorBody(Figures):
    """llama-server's error object, in a response or inside a stream."""

    message: str = ""
    type: str = ""
    code: int | str | None = None
    n_prompt_tokens: int = 0
    n_ctx: int = 0


class LlamaErrorResponse(Struct):
    """The body of a response that is not 2xx."""

    error: ErrorBody | None = None


class StreamChunk(Struct):
    """One ``chat.completion.chunk``, or an error object in its place."""

    choices: Annotated[list[StreamChoice], Meta(max_length=16)] = field(default_factory=list)
    model: str = ""
    usage: Usage | None = None
    timings: Timings | None = None
    prompt_progress: Progress | None = None
    error: ErrorBody | None = None


class RequestMessage(Struct):
    """One turn, as the chat template gets it."""

    role: str
    content: str


class ChatRequest(Struct, omit_defaults=True):
    """The body of ``POST /v1/chat/completions``; what is not set is left to the server."""

    messages: list[RequestMessage]
    stream_options: dict[str, bool]
    chat_template_kwargs: dict[str, bool]
    # Fields with the defaults below are never sent as such: every request sets them.
    stream: bool = False
    return_progress: bool = False
    sse_ping_interval: int = 0
    model: str = ""
    max_tokens: int | None = None
    temperature: float | None = None
    seed: int | None = None


class GenerationSettings(Figures):
    """The context that one slot has, in tokens; 0 at a router."""

    n_ctx: int = 0


class Properties(Figures):
    """The parts of ``GET /props`` that say how the server is."""

    default_generation_settings: GenerationSettings = field(default_factory=GenerationSettings)
    total_slots: int = 0
    model_alias: str = ""
    model_path: str = ""
    is_sleeping: bool = False
    build_info: str = ""
    role: str = ""
