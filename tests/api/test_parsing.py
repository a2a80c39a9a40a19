"""Bytes to requests: the same however they are cut, and never anything but events."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from jarvisd.api.parsing import Bad, BodyEnd, BodyPiece, Event, Head, RequestParser, Upgraded
from jarvisd.errors import JarvisError

GET = b"GET /v1/live?a=b HTTP/1.1\r\nHost: j\r\nX: 1\r\nX: 2\r\n\r\n"
POST = b"POST /v1/say HTTP/1.1\r\nHost: j\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = b"PUT /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
UPGRADE = b"GET /ws HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nrest\x00\xff"
JUNK = b"\x00\x01 nonsense\r\n\r\n"
LARGE = b"GET /" + b"x" * 2_000 + b" HTTP/1.1\r\n\r\n"
PARTS = st.sampled_from([GET, POST, CHUNKED, UPGRADE, JUNK, LARGE, b"\r\n"])


def parsed(pieces: list[bytes]) -> list[object]:
    """What comes of ``pieces``; bodies and what follows an upgrade are put together again."""
    parser = RequestParser(1_024)
    found: list[object] = []
    for piece in pieces:
        if found and isinstance(found[-1], str):
            break
        if found and isinstance(found[-1], tuple):
            found[-1] = ("upgraded", found[-1][1] + piece)
            continue
        for event in parser.feed(piece):
            add(found, event)
    return found


def add(found: list[object], event: Event) -> None:
    if isinstance(event, BodyPiece) and found and isinstance(found[-1], bytes):
        found[-1] += event.data
    elif isinstance(event, BodyPiece):
        found.append(event.data)
    elif isinstance(event, Upgraded):
        found.append(("upgraded", event.rest))
    elif isinstance(event, Bad):
        found.append(event.error.code)
    else:
        found.append(event)


@given(parts=st.lists(PARTS, max_size=6), cuts=st.lists(st.integers(0, 3_000), max_size=12))
def test_requests_are_the_same_however_they_are_cut(parts: list[bytes], cuts: list[int]) -> None:
    data = b"".join(parts)
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    pieces = [data[start:end] for start, end in itertools.pairwise(edges)]
    assert parsed([piece for piece in pieces if piece]) == parsed([data] if data else [])


@given(st.lists(st.binary(min_size=1, max_size=200), max_size=8))
def test_no_bytes_raise(pieces: list[bytes]) -> None:
    assert all(not isinstance(found, JarvisError) for found in parsed(pieces))


def test_a_head_says_all_of_it() -> None:
    head, end = RequestParser(1_024).feed(GET)
    assert isinstance(head, Head)
    assert (head.method, head.path, head.query) == ("GET", "/v1/live", b"a=b")
    assert head.header(b"x") == "1,2"
    assert (head.version, head.keep_alive, head.upgrade, head.body_length) == (
        "1.1",
        True,
        False,
        0,
    )
    assert isinstance(end, BodyEnd)


def test_a_chunked_body_has_no_length() -> None:
    head, *rest = RequestParser(1_024).feed(CHUNKED)
    assert isinstance(head, Head)
    assert head.body_length is None
    assert rest == [BodyPiece(b"abc"), BodyPiece(b"de"), BodyEnd()]


def test_what_begins_is_known() -> None:
    parser = RequestParser(1_024)
    assert not parser.begun
    parser.feed(b"\r\n")
    assert parser.begun
    parser.feed(GET)
    assert not parser.begun
    parser.feed(b"G")
    assert parser.begun
    parser = RequestParser(1_024)
    parser.feed(POST[:-1])
    assert (parser.begun, parser.in_body) == (False, True)
