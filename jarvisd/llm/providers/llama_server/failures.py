"""Every way in which llama-server can fail, with a hint.

Pure translation: HTTP statuses, error bodies and transport errors in, ``LlmError`` out, in plain
sentences. What a library said is never part of one; it stays the error's cause, for the log.

    llm.unreachable          nobody answers at the address
    llm.loading              it is still loading its model
    llm.busy                 it did not accept the request in time: all slots taken
    llm.first_token_timeout  accepted, and then no token in time: a long prompt, or it is stuck
    llm.stalled              tokens flowed, and then none for too long
    llm.endless              tokens flowed for longer than any answer takes
    llm.too_long             the answer is longer than any answer is
    llm.paused               its breaker keeps questions from it for a while
    llm.stream_error         it reported an error inside the stream
    llm.truncated            the stream ended before the answer did
    llm.overflow             the prompt does not fit into its context
    llm.denied               it wants an API key, or another one
    llm.rejected             it refused the request for another reason
    llm.failed               everything else
"""

import os

import httpx
import msgspec

from jarvisd.errors import LlmError
from jarvisd.llm.providers.llama_server.plain_words import in_words, quoted
from jarvisd.llm.providers.llama_server.wire import ErrorBody, LlamaErrorResponse


def start_command(url: str) -> str:
    """The command that starts a llama-server at ``url``."""
    return f"llama-server -m MODEL.gguf {_listen_options(url)}"


def _listen_options(url: str) -> str:
    if url.startswith("unix:"):
        return f"--host {socket_path(url)}"
    parsed = httpx.URL(url)
    local = parsed.host in {"127.0.0.1", "localhost", "::1"}
    port = parsed.port or (443 if parsed.scheme == "https" else 80)
    return f"--port {port}" if local else f"--host {parsed.host} --port {port}"


def socket_path(url: str) -> str:
    """The file that a ``unix:`` address names; ``unix:///run/x`` and ``unix:/run/x`` are one."""
    path = url.removeprefix("unix:")
    return path.removeprefix("//")


def no_connection(url: str, error: httpx.ConnectError | httpx.ConnectTimeout) -> LlmError:
    """No server answers at ``url``, or we may not connect."""
    cause = _system_error(error)
    if isinstance(cause, PermissionError):
        return LlmError(
            f"The socket of llama-server may not be used: {url}.",
            code="llm.denied",
            hint="Give the daemon's user access to it, or let llama-server listen on a port.",
        )
    reason = "no connection in time"
    if not isinstance(error, httpx.ConnectTimeout):
        reason = in_words(error)
    if cause is not None and cause.errno is not None:  # name lookups have codes below 0
        reason = os.strerror(cause.errno).lower() if cause.errno > 0 else str(cause.strerror)
    return LlmError(
        f"llama-server does not answer at {url}: {reason}.",
        code="llm.unreachable",
        hint=f"Start it: {start_command(url)}",
    )


def _system_error(error: BaseException) -> OSError | None:
    """The operating system's own error under those of the libraries around it."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno:
            return cause
        if isinstance(cause, BaseExceptionGroup):
            return _system_error(cause.exceptions[0])
        cause = cause.__cause__ or cause.__context__
    return None


def still_loading(waited_s: float) -> LlmError:
    """The model was not loaded within the time a reply may wait."""
    return LlmError(
        f"llama-server is still loading its model after {waited_s:g} seconds.",
        code="llm.loading",
        hint="Ask again in a moment, or raise llm.loading_timeout_s.",
        retry_after_s=5.0,
    )


def busy(limit_s: float) -> LlmError:
    """The request was not accepted in time; a queued one gets no headers."""
    return LlmError(
        f"llama-server did not accept the request within {limit_s:g} seconds: it is busy.",
        code="llm.busy",
        hint="Wait for the other generation, or start llama-server with more slots: -np 2.",
        retry_after_s=5.0,
    )


def no_first_token(limit_s: float) -> LlmError:
    """The request was accepted and no token came in time."""
    return LlmError(
        f"llama-server did not begin to answer within {limit_s:g} seconds.",
        code="llm.first_token_timeout",
        hint="The prompt may be long for this machine: raise llm.first_token_timeout_s.",
    )


def stalled(limit_s: float) -> LlmError:
    """The answer stopped in the middle."""
    return LlmError(
        f"llama-server stopped in the middle of its answer: no token for {limit_s:g} seconds.",
        code="llm.stalled",
        hint="Check whether llama-server is suspended or the machine is out of memory.",
    )


def endless(limit_s: float) -> LlmError:
    """The answer does not end."""
    return LlmError(
        f"llama-server did not finish its answer within {limit_s:g} seconds.",
        code="llm.endless",
        hint="Set llm.max_tokens, or raise llm.answer_timeout_s if the machine is that slow.",
    )


def connection_lost(error: httpx.HTTPError | httpx.StreamError) -> LlmError:
    """The connection broke after the request was sent."""
    return LlmError(
        f"llama-server did not finish its answer: {in_words(error)}.",
        code="llm.truncated",
        hint="It was stopped or restarted, or it crashed: see its log.",
    )


def ended_early() -> LlmError:
    """The response is complete, the answer in it is not."""
    return LlmError(
        "llama-server ended the stream before the answer was complete.",
        code="llm.truncated",
        hint="It was stopped or restarted, or it crashed: see its log.",
    )


def unreadable(reason: str) -> LlmError:
    """The stream is not what we can read."""
    return LlmError(
        f"llama-server's answer cannot be read: {reason}.",
        code="llm.stream_error",
        hint="Check llm.url: it may not be a llama-server.",
    )


def in_stream(message: str, kind: str, detail: str) -> LlmError:
    """An error object inside the stream, or (``malformed``) invalid data."""
    if kind == "malformed":
        error = unreadable(message)
    elif "context size" in message.lower():
        error = LlmError(
            "The conversation and its answer do not fit into the model's context.",
            code="llm.overflow",
            hint="Begin a new conversation, or start llama-server with more context: -c TOKENS.",
        )
    else:
        error = LlmError(
            "llama-server reported an error while it was answering: "
            f"{quoted(message) or 'it does not say which one'}.",
            code="llm.stream_error",
            hint="See its log.",
        )
    error.__cause__ = ValueError(detail or message)
    return error


def not_a_stream(content_type: str) -> LlmError:
    """The response is a success, but no stream."""
    return LlmError(
        f"The server answered with {quoted(content_type) or 'no content type'} "
        "instead of a stream.",
        hint="Check llm.url: it may not be a llama-server.",
    )


def compressed(encoding: str) -> LlmError:
    """The answer is compressed, although we asked for an uncompressed one."""
    return LlmError(
        f"The server compressed its answer ({quoted(encoding)}), which was not asked for.",
        hint="Check llm.url: there may be a proxy in front of llama-server.",
    )


def stranger(url: str, error: Exception) -> LlmError:
    """A health check got an invalid answer."""
    return LlmError(
        f"The server at {url} does not answer like llama-server: {in_words(error)}.",
        hint="Check llm.url: it may not be a llama-server.",
    )


def key_unreadable(path: str, error: OSError | UnicodeError) -> LlmError:
    """The file with the API key cannot be used."""
    reason = "it is not plain text" if isinstance(error, UnicodeError) else error.strerror
    return LlmError(
        f"The API key of llama-server cannot be read from {path}: {reason}.",
        code="llm.denied",
        hint="Check llm.api_key_file and that the daemon's user may read it.",
    )


def from_response(status: int, body: bytes) -> LlmError:
    """What a response other than 2xx means."""
    error = _error_body(body)
    message = quoted(error.message) or f"it answers with status {status}"
    if 300 <= status < 400:
        return LlmError(
            "The server redirects to another address, which jarvisd does not follow.",
            hint="Set llm.url to the address of llama-server itself.",
        )
    if status in {401, 403}:
        return LlmError(
            f"llama-server refused access: {message}.",
            code="llm.denied",
            hint="Put its API key into a file and name the file in llm.api_key_file.",
        )
    if error.type == "exceed_context_size_error":
        return _overflow(error)
    code = "llm.rejected" if 400 <= status < 500 else "llm.failed"
    return LlmError(
        f"llama-server refused the request: {message}.", code=code, hint=_hint(status, message)
    )


def is_loading(status: int, body: bytes) -> bool:
    """Whether this response says that the model is still loading."""
    return status == 503 and _error_body(body).type == "unavailable_error"


def _hint(status: int, message: str) -> str:
    if status in {404, 405}:
        return "Check llm.url: it may not be a llama-server."
    if "model" in message and ("missing" in message or "not found" in message):
        return "Set llm.model to a name that the server lists at /v1/models."
    return ""


def _overflow(error: ErrorBody) -> LlmError:
    sizes = (
        f"{error.n_prompt_tokens} tokens into {error.n_ctx}"
        if error.n_ctx
        else "llama-server did not say by how much"
    )
    return LlmError(
        f"The conversation does not fit into the model's context ({sizes}).",
        code="llm.overflow",
        hint="Begin a new conversation, lower llm.history_messages, "
        f"or start llama-server with a larger context: -c {max(8192, 2 * error.n_prompt_tokens)}.",
    )


def _error_body(body: bytes) -> ErrorBody:
    try:
        return msgspec.json.decode(body, type=LlamaErrorResponse).error or ErrorBody()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ErrorBody()
