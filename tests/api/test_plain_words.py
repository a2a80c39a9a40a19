"""What is wrong with a request, in words for whoever wrote it."""

from typing import Literal

import msgspec
import pytest

from jarvisd.api.bodies import BodyDecoder, decode_query
from jarvisd.api.plain_words import told
from jarvisd.errors import RequestError
from jarvisd.wire import EventsQuery, ReplyRequest, Request, SayRequest


@pytest.mark.parametrize(
    ("kind", "body", "message"),
    [
        (SayRequest, '{"text":5}', "text must be a text, not a whole number"),
        (SayRequest, '{"text":""}', "text must be a text that is not empty"),
        (SayRequest, "{}", "the field text is missing"),
        (SayRequest, "[1]", "the body must be an object, not a list"),
        (SayRequest, '{"text":"a","speed":99}', "speed must be at most 4"),
        (SayRequest, '{"text":"a","sample_rate":1}', "sample_rate must be at least 8000"),
        (SayRequest, '{"text":"a","paced":"yes"}', "paced must be true or false, not a text"),
        (SayRequest, '{"txt":"a"}', "there is no field txt"),
        (
            ReplyRequest,
            '{"text":"a","when_busy":"x"}',
            "when_busy cannot be 'x'; it must be one of wait, interrupt, refuse",
        ),
    ],
)
def test_what_is_wrong_is_said_plainly(kind: type[Request], body: str, message: str) -> None:
    with pytest.raises(RequestError) as refused:
        BodyDecoder(kind, max_text_chars=100).decode(body.encode())
    assert refused.value.message == message


def test_a_query_is_refused_in_the_same_words() -> None:
    with pytest.raises(RequestError) as refused:
        decode_query(b"since=x", EventsQuery)
    assert refused.value.message == "since must be a whole number or null, not a text"


class Inner(msgspec.Struct):
    id: Literal["a"]


class Outer(msgspec.Struct):
    inner: Inner
    words: dict[str, list[int]]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('{"inner":{},"words":{}}', "the field id is missing in inner"),
        ('{"inner":{"id":"b"},"words":{}}', "inner.id cannot be 'b'"),
        ('{"inner":{"id":"a"},"words":{"x":["y"]}}', "words[0] must be a whole number, not a text"),
    ],
)
def test_what_lies_deeper_is_named_with_its_place(body: str, message: str) -> None:
    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.json.decode(body, type=Outer)
    assert told(str(refused.value)) == message


def test_what_is_not_known_loses_its_signs() -> None:
    assert told("Strange `thing` - at `$.text`") == "text: Strange thing"
