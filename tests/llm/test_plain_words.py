"""What libraries say never reaches a person: one place puts it into words."""

import inspect
import re

import httpx
import msgspec
import pytest

from jarvisd.errors import LlmError
from jarvisd.llm.providers.llama_server import failures, plain_words
from jarvisd.llm.providers.llama_server.chat_stream import ChatStream
from jarvisd.llm.providers.llama_server.sse import SseParser, StreamError
from tests.fakes.llama import capture, captures
from tests.llm.asking import collect, provider

RAW = "peer closed connection without sending complete message body (incomplete chunked read)"
REQUEST = httpx.Request("GET", "http://model")


def httpx_errors() -> list[Exception]:
    kinds = [
        kind
        for _, kind in inspect.getmembers(httpx, inspect.isclass)
        if issubclass(kind, Exception)
    ]
    return [_made(kind) for kind in kinds]


def _made(kind: type[Exception]) -> Exception:
    if kind is httpx.HTTPStatusError:
        return httpx.HTTPStatusError(RAW, request=REQUEST, response=httpx.Response(500))
    if "message" in inspect.signature(kind).parameters:
        return kind(RAW)
    return kind()


def decoding_errors() -> list[Exception]:
    bodies = [
        b"{",
        b"[" * 100_000,
        b'{"choices":7}',
        b'{"choices":[{"delta":{"content":7}}]}',
        b"\xff",
    ]
    errors: list[Exception] = []
    for body in bodies:
        try:
            msgspec.json.decode(body, type=failures.LlamaErrorResponse)
            msgspec.json.decode(body, type=dict[str, list[str]])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            errors.append(error)
    assert len(errors) >= 4
    return errors


@pytest.mark.parametrize(
    "error", [*httpx_errors(), *decoding_errors()], ids=lambda e: type(e).__name__
)
def test_every_error_of_the_libraries_has_plain_words(error: Exception) -> None:
    words = plain_words.in_words(error)
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9,\- ]+", words)
    assert str(error) not in words or not str(error)
    assert type(error).__name__ not in words
    if isinstance(error, httpx.HTTPError | httpx.StreamError):
        for said in (
            failures.connection_lost(error),
            failures.stranger("http://model", error),
        ):
            assert words in said.message
            assert RAW not in said.message + said.hint


def test_a_lost_connection_is_told_plainly_and_its_cause_kept() -> None:
    error = failures.connection_lost(httpx.RemoteProtocolError(RAW))
    assert error.message == (
        "llama-server did not finish its answer: it closed the connection early, or does not "
        "speak HTTP."
    )


@pytest.mark.parametrize("name", [path.stem for path in captures() if "error" in path.stem])
def test_error_bodies_of_a_real_server_are_told_in_sentences(name: str) -> None:
    (said,) = [e for e in SseParser().feed(capture(name)) if isinstance(e, StreamError)]
    error = failures.in_stream(said.message, said.kind, said.detail)
    assert error.message.endswith(".")
    assert "$" not in error.message
    assert error.hint


def test_what_cannot_be_decoded_keeps_the_reason_for_the_log() -> None:
    with pytest.raises(LlmError) as raised:
        list(ChatStream().feed(b'data: {"choices":[{"delta":{"content":7}}]}\n\n'))
    assert raised.value.message == (
        "llama-server's answer cannot be read: an event in it is no part of an answer."
    )
    assert "$.choices" in str(raised.value.__cause__)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("a\nb\x1b[2J\0c", "a b [2J c"),
        ("  The end.  ", "The end"),
        ("x" * 5_000, "x" * 300 + "…"),
        ("\u202eabc", "abc"),
    ],
)
def test_what_a_server_says_is_quoted_on_one_bounded_printable_line(said: str, shown: str) -> None:
    assert plain_words.quoted(said) == shown


async def test_a_port_where_nobody_listens() -> None:
    async with provider("http://127.0.0.1:9") as llama:
        with pytest.raises(LlmError) as raised:
            await collect(llama)
    assert "connection refused" in raised.value.message
    assert "attempts" not in raised.value.message
