"""The synchronous client against real sockets: answers, refusals, streams, and what goes wrong."""

import os
import socket
import threading
from pathlib import Path

import pytest

from jarvisd.wire import (
    InterruptResponse,
    ReplyInfo,
    SayRequest,
    StatusResponse,
    Token,
    streams,
)
from jarvisd.wire.client import (
    ApiClient,
    ApiError,
    DaemonDeniedError,
    DaemonTimeoutError,
    DaemonUnreachableError,
)
from tests.fakes.daemon import Answer, FakeDaemon, HangUpError
from tests.jarvisctl import samples


def hang_up() -> None:
    raise HangUpError


def test_answers_are_decoded_and_one_connection_is_kept(daemon: FakeDaemon) -> None:
    daemon.json("GET", "/v1/status", samples.status())
    daemon.json("POST", "/v1/replies/r/interrupt", samples.INTERRUPTED)
    with ApiClient(daemon.path) as client:
        assert client.get("/v1/status", StatusResponse) == samples.status()
        assert client.post("/v1/replies/r/interrupt", None, InterruptResponse).heard
    assert len({got.connection for got in daemon.received}) == 1


def test_a_refusal_carries_the_daemons_own_words(daemon: FakeDaemon) -> None:
    daemon.refuse("GET", "/v1/x", 404, "reply.unknown", "no such reply", "See: jarvisctl status")
    with ApiClient(daemon.path) as client, pytest.raises(ApiError) as caught:
        client.get("/v1/x", ReplyInfo)
    error = caught.value
    assert (error.code, error.message, error.http_status) == ("reply.unknown", "no such reply", 404)
    assert error.hint == "See: jarvisctl status"


def test_a_refusal_that_is_not_ours_is_still_an_error(daemon: FakeDaemon) -> None:
    daemon.answers["GET", "/v1/x"] = Answer(502, b"<html>bad gateway")
    with ApiClient(daemon.path) as client, pytest.raises(ApiError, match="502") as caught:
        client.get("/v1/x", ReplyInfo)
    assert caught.value.code == "daemon.http_502"


def test_an_answer_of_another_version_is_named_as_such(daemon: FakeDaemon) -> None:
    daemon.json("GET", "/v1/status", {"version": 7})
    with (
        ApiClient(daemon.path) as client,
        pytest.raises(DaemonUnreachableError, match="not understood") as caught,
    ):
        client.get("/v1/status", StatusResponse)
    assert caught.value.code == "daemon.protocol"


def test_a_kept_connection_that_went_stale_is_replaced(socket_path: Path) -> None:
    client = ApiClient(socket_path)
    for _ in range(2):  # the daemon is restarted between the two requests
        with FakeDaemon(socket_path) as daemon:
            daemon.json("GET", "/v1/status", samples.status())
            assert client.get("/v1/status", StatusResponse).pid == 4242
            daemon.hang_up_all()
        socket_path.unlink()
    client.close()


def test_nobody_there(socket_path: Path) -> None:
    with pytest.raises(DaemonUnreachableError):
        ApiClient(socket_path).get("/v1/status", StatusResponse)


def test_a_socket_file_that_nobody_listens_at(socket_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(socket_path))
    with pytest.raises(DaemonUnreachableError):
        ApiClient(socket_path).get("/v1/status", StatusResponse)


def test_a_path_that_no_socket_can_have(tmp_path: Path) -> None:
    with pytest.raises(DaemonUnreachableError):
        ApiClient(tmp_path / ("x" * 200)).get("/v1/status", StatusResponse)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open every socket")
def test_a_socket_that_we_may_not_open(daemon: FakeDaemon) -> None:
    daemon.path.chmod(0)
    with pytest.raises(DaemonDeniedError):
        ApiClient(daemon.path).get("/v1/status", StatusResponse)


def test_a_full_accept_queue_is_waited_for_and_then_given_up(socket_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening, socket.socket(socket.AF_UNIX) as first:
        listening.bind(str(socket_path))
        listening.listen(0)
        first.connect(str(socket_path))
        with pytest.raises(DaemonTimeoutError):
            ApiClient(socket_path, connect_timeout_s=0.05).get("/v1/status", StatusResponse)


def test_a_daemon_that_accepts_and_says_nothing(socket_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(socket_path))
        listening.listen()
        with pytest.raises(DaemonTimeoutError):
            ApiClient(socket_path, timeout_s=0.05).get("/v1/status", StatusResponse)
        with pytest.raises(DaemonTimeoutError):
            ApiClient(socket_path, stream_timeout_s=0.05).stream_lines("/v1/events")


def test_a_reply_is_followed_event_by_event(daemon: FakeDaemon) -> None:
    daemon.lines("POST", "/v1/say", samples.reply())
    with (
        ApiClient(daemon.path) as client,
        client.stream_events("/v1/say", SayRequest(text="hi")) as events,
    ):
        lines = list(events)
    assert [line.event for line in lines] == samples.reply()
    assert lines[0].raw.startswith(b'{"type":"reply.started"')
    assert daemon.received[0].body["text"] == "hi"


def test_events_of_a_newer_daemon_are_passed_on_undecoded(daemon: FakeDaemon) -> None:
    daemon.lines("POST", "/v1/say", [{"type": "hologram", "reply": "r"}, samples.token(1, "a")])
    client = ApiClient(daemon.path)
    with client.stream_events("/v1/say", SayRequest(text="hi")) as events:
        unknown, known = events
    assert unknown.event is None
    assert b"hologram" in unknown.raw
    assert isinstance(known.event, Token)


def test_lines_come_whole_however_the_bytes_are_cut(daemon: FakeDaemon) -> None:
    daemon.answers["GET", "/v1/events"] = Answer(
        pieces=[b'{"a":', b'1}\n{"b":2}\n\n{"c', b'":3}'], content_type="application/x-ndjson"
    )
    with ApiClient(daemon.path).stream_lines("/v1/events") as lines:
        assert list(lines) == [b'{"a":1}', b'{"b":2}', b'{"c":3}']


def test_an_endless_line_is_refused(daemon: FakeDaemon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MAX_LINE_BYTES", 1_000)
    daemon.answers["GET", "/v1/events"] = Answer(pieces=[b"x" * 900] * 3)
    with (
        ApiClient(daemon.path).stream_lines("/v1/events") as lines,
        pytest.raises(DaemonUnreachableError, match="longer"),
    ):
        list(lines)


def test_a_stream_that_breaks_off_says_so_after_what_came(daemon: FakeDaemon) -> None:
    daemon.lines("POST", "/v1/say", [*samples.reply()[:2], hang_up])
    with ApiClient(daemon.path).stream_events("/v1/say", SayRequest(text="hi")) as events:
        lines = iter(events)
        assert [next(lines).event, next(lines).event] == samples.reply()[:2]
        with pytest.raises(DaemonUnreachableError, match="before it answered"):
            next(lines)


def test_a_refused_stream_is_an_error_at_once(daemon: FakeDaemon) -> None:
    daemon.refuse("POST", "/v1/say", 503, "speech.voice_unknown", "there is no voice 'amy'")
    with pytest.raises(ApiError, match="amy"):
        ApiClient(daemon.path).stream_events("/v1/say", SayRequest(text="hi"))


def test_cancel_ends_a_silent_stream_from_another_thread(daemon: FakeDaemon) -> None:
    released = threading.Event()
    daemon.lines("POST", "/v1/say", [samples.started(), lambda: released.wait(30)])
    with ApiClient(daemon.path).stream_events("/v1/say", SayRequest(text="hi")) as events:
        lines = iter(events)
        next(lines)
        threading.Thread(target=events.cancel).start()
        assert list(lines) == []
    released.set()


def test_audio_comes_byte_for_byte(daemon: FakeDaemon) -> None:
    daemon.audio("/v1/replies/r/audio", samples.wav(4_410))
    with ApiClient(daemon.path).stream_bytes("/v1/replies/r/audio") as audio:
        assert audio.content_type == "audio/wav"
        assert b"".join(audio) == b"".join(samples.wav(4_410))
    assert daemon.received[0].accept == "audio/wav"
