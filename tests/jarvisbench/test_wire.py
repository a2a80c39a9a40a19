"""The measuring client: chunks under every cut, and a real exchange with the floor's server."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisbench.rig import Rig
from jarvisbench.wire import ChunkedBody, Wire, WireError, get, post


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=6), st.data())
def test_chunks_come_out_whole_however_they_were_cut(
    chunks: list[bytes], data: st.DataObject
) -> None:
    coded = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    cuts = sorted(data.draw(st.sets(st.integers(1, len(coded) - 1))))
    body = ChunkedBody()
    found: list[bytes] = []
    for start, end in zip([0, *cuts], [*cuts, len(coded)], strict=True):
        assert not body.ended
        found += body.feed(coded[start:end])
    assert found == chunks
    assert body.ended


def test_requests_are_plain_http() -> None:
    assert get("/x", accept="a/b") == b"GET /x HTTP/1.1\r\nHost: jarvisd\r\nAccept: a/b\r\n\r\n"
    head, _, body = post("/x", {"text": "é"}).partition(b"\r\n\r\n")
    assert body == '{"text":"é"}'.encode()
    assert head.endswith(b"Content-Length: %d" % len(body))


def test_one_connection_carries_plain_answers_streams_and_refusals() -> None:
    with (
        Rig(quick=True, say=lambda _: None) as rig,
        rig.bare_server() as path,
        Wire(path) as wire,
    ):
        assert wire.json(get("/v1/live")) == {"live": True}
        sent_at = wire.send(get("/frames?count=3"))
        arrivals = list(wire.chunks())
        assert [len(chunk) for _, chunk in arrivals] == [882] * 3
        times = [sent_at, *(at for at, _ in arrivals), wire.ended_at]
        assert times == sorted(times)
        with pytest.raises(WireError, match="404"):
            wire.answer(get("/nowhere"))


def test_a_server_that_is_not_there_is_an_error_of_ours() -> None:
    with (
        Rig(quick=True, say=lambda _: None) as rig,
        pytest.raises(WireError, match="nobody answers"),
    ):
        Wire(rig.path(".sock"))
