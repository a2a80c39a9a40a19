"""``say`` and ``ask`` from outside: words on stdout, talk on stderr, audio where it was wanted."""

import contextlib
import os
import signal
import subprocess
import threading
import wave
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jarvisctl.resuming import ATTEMPTS
from jarvisd.audio.wav import header
from jarvisd.wire import Chunk
from tests.fakes.daemon import FakeDaemon, HangUpError
from tests.jarvisctl import samples
from tests.jarvisctl.conftest import Jarvisctl
from tests.support.daemon import LONG_S

AUDIO = f"/v1/replies/{samples.REPLY}/audio"
EVENTS = f"/v1/replies/{samples.REPLY}/events"
PLAYED = f"/v1/replies/{samples.REPLY}/played"
INTERRUPT = f"/v1/replies/{samples.REPLY}/interrupt"


def hang_up() -> None:
    raise HangUpError


@pytest.fixture
def daemon(daemon: FakeDaemon) -> FakeDaemon:
    """One that answers and speaks."""
    daemon.lines("POST", "/v1/replies", samples.reply())
    daemon.lines("POST", "/v1/say", samples.reply())
    daemon.audio(AUDIO, samples.wav(4_410))
    daemon.json("POST", PLAYED, samples.INFO)
    daemon.json("POST", INTERRUPT, samples.INTERRUPTED)
    return daemon


def test_ask_prints_the_answer_and_nothing_else(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    ran = jarvisctl.run("ask", "How", "are", "you?")
    assert (ran.code, ran.text, ran.stderr) == (0, "Good evening. All is well.\n", "")
    (request,) = daemon.requests("POST", "/v1/replies")
    assert request.body["text"] == "How are you?"
    assert request.body["speak"] is False  # nobody would hear it


@pytest.mark.parametrize("arguments", [(), ("-",)])
def test_the_text_may_come_from_stdin(
    daemon: FakeDaemon, jarvisctl: Jarvisctl, arguments: tuple[str, ...]
) -> None:
    ran = jarvisctl.run("say", *arguments, stdin="Grüße\nan alle\n".encode())
    assert ran.code == 0
    assert daemon.requests("POST", "/v1/say")[0].body["text"] == "Grüße\nan alle"


@pytest.mark.parametrize(
    ("stdin", "said"),
    [(b"", "empty"), (b" \n", "empty"), (b"ab\xff", "UTF-8"), (b"x" * 1_048_577, "longer")],
)
def test_a_text_that_cannot_be_spoken_is_a_usage_error(
    jarvisctl: Jarvisctl, stdin: bytes, said: str
) -> None:
    ran = jarvisctl.run("say", stdin=stdin)
    assert (ran.code, ran.stdout) == (2, b"")
    assert said in ran.stderr


def test_say_tells_when_nothing_can_be_heard(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    ran = jarvisctl.run("say", "hi")
    assert (ran.code, ran.stdout) == (0, b"")
    assert ran.stderr == "(not played: there is no audio device here; -o FILE keeps the audio)\n"


def test_what_nobody_hears_is_acknowledged_so_that_nothing_waits(
    daemon: FakeDaemon, jarvisctl: Jarvisctl
) -> None:
    jarvisctl.run("say", "hi")
    assert [got.body["samples"] for got in daemon.requests("POST", PLAYED)] == [2_205, 4_410]


def test_a_wav_file_holds_exactly_the_audio(
    daemon: FakeDaemon, jarvisctl: Jarvisctl, tmp_path: Path
) -> None:
    path = tmp_path / "reply.wav"
    ran = jarvisctl.run("ask", "hi", "-o", str(path))
    assert (ran.code, ran.stderr) == (0, "")
    with wave.open(str(path)) as file:
        assert file.getframerate() == samples.RATE
        assert file.readframes(file.getnframes()) == samples.pcm(4_410)
    assert daemon.requests("POST", PLAYED)[-1].body == {"samples": 4_410, "ended": True}


def test_audio_on_stdout_sends_the_words_to_stderr(
    daemon: FakeDaemon, jarvisctl: Jarvisctl
) -> None:
    ran = jarvisctl.run("ask", "hi", "-o", "-")
    assert ran.stdout == header(samples.RATE, None) + samples.pcm(4_410)
    assert (ran.code, ran.stderr) == (0, "Good evening. All is well.\n")


def test_a_player_gets_the_audio_and_the_daemon_its_positions(
    daemon: FakeDaemon, jarvisctl: Jarvisctl, player: dict[str, str], tmp_path: Path
) -> None:
    ran = jarvisctl.run("say", "hi", environ=player)
    assert (ran.code, ran.stderr) == (0, "")
    assert (tmp_path / "played").read_bytes() == samples.pcm(4_410)
    assert "--raw --format=s16le --rate=22050 --channels=1" in (tmp_path / "arguments").read_text()
    positions = [got.body["samples"] for got in daemon.requests("POST", PLAYED)]
    assert positions == sorted(positions)
    assert daemon.requests("POST", PLAYED)[-1].body == {"samples": 4_410, "ended": True}
    assert daemon.requests("GET", AUDIO)[0].query == "paced=true"


def test_a_reply_that_somebody_else_cuts_ends_as_interrupted(
    daemon: FakeDaemon, jarvisctl: Jarvisctl, player: dict[str, str]
) -> None:
    daemon.audio(AUDIO, samples.wav(1_000))  # it was done, and cut while it was being heard
    ran = jarvisctl.run("say", "hi", environ=player)
    assert (ran.code, ran.stderr) == (130, "")


def test_no_play_and_a_file_are_silent(
    daemon: FakeDaemon, jarvisctl: Jarvisctl, player: dict[str, str], tmp_path: Path
) -> None:
    jarvisctl.run("say", "hi", "--no-play", environ=player)
    jarvisctl.run("say", "hi", "-o", str(tmp_path / "a.wav"), environ=player)
    assert not (tmp_path / "played").exists()
    jarvisctl.run("say", "hi", "-o", str(tmp_path / "a.wav"), "--play", environ=player)
    assert (tmp_path / "played").read_bytes() == samples.pcm(4_410)


def test_play_where_nothing_can_play_is_a_failure(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    ran = jarvisctl.run("say", "hi", "--play")
    assert ran.code == 1
    assert "cannot play: there is no audio device here" in ran.stderr
    assert daemon.received == []


def test_a_player_that_dies_is_reported_with_its_own_words(
    daemon: FakeDaemon, jarvisctl: Jarvisctl, player: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "bin" / "paplay").write_text("#!/bin/sh\necho 'no sink' >&2\nexit 1\n")
    ran = jarvisctl.run("say", "hi", environ=player)
    assert ran.code == 1
    assert "no sink" in ran.stderr
    ran = jarvisctl.run(
        "ask", "hi", environ=player
    )  # the words came through: that was the question
    assert (ran.code, ran.text) == (0, "Good evening. All is well.\n")
    assert "not heard: paplay" in ran.stderr


def test_say_does_not_go_on_when_nobody_can_hear_it(
    daemon: FakeDaemon, jarvisctl: Jarvisctl, player: dict[str, str], tmp_path: Path
) -> None:
    released = threading.Event()
    (tmp_path / "bin" / "paplay").write_text("#!/bin/sh\nexit 1\n")
    daemon.lines("POST", "/v1/say", [samples.started(), lambda: released.wait(LONG_S)])
    daemon.audio(AUDIO, samples.wav(100_000))
    ran = jarvisctl.run("say", "hi", environ=player)
    released.set()
    assert ran.code == 1
    assert ran.stderr.startswith("jarvisctl: paplay stopped playing")


def test_a_broken_player_costs_no_file(
    daemon: FakeDaemon, jarvisctl: Jarvisctl, player: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "bin" / "paplay").write_text("#!/bin/sh\nexit 1\n")
    path = tmp_path / "reply.wav"
    ran = jarvisctl.run("say", "hi", "--play", "-o", str(path), environ=player)
    assert ran.code == 1
    assert "paplay" in ran.stderr
    with wave.open(str(path)) as file:
        assert file.readframes(file.getnframes()) == samples.pcm(4_410)


def test_json_gives_the_events_with_their_schema(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    for arguments in (("ask", "--json", "hi"), ("--json", "say", "hi")):
        ran = jarvisctl.run(*arguments)
        assert (ran.code, ran.stderr) == (0, "")
        expected = [{"schema": 1} | msgspec.to_builtins(event) for event in samples.reply()]
        assert ran.objects == expected
        assert all(list(event)[:2] == ["schema", "type"] for event in ran.objects)


def test_a_failure_keeps_the_words_and_names_the_reason(
    daemon: FakeDaemon, jarvisctl: Jarvisctl, tmp_path: Path
) -> None:
    daemon.lines("POST", "/v1/replies", [*samples.reply()[:3], samples.failed(3, "Good evening.")])
    daemon.audio(AUDIO, [*samples.wav(2_205), hang_up])
    path = tmp_path / "reply.wav"
    ran = jarvisctl.run("ask", "hi", "-o", str(path))
    assert (ran.code, ran.text) == (1, "Good evening.\n")
    assert ran.stderr == (
        "jarvisctl: llama-server went away while it answered\n"
        "  See why: journalctl -u llama-server -n 50\n"
    )
    with wave.open(str(path)) as file:  # what there was is kept
        assert file.readframes(file.getnframes()) == samples.pcm(2_205)


def test_a_daemon_that_vanishes_is_named(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    daemon.lines("POST", "/v1/replies", [*samples.reply()[:2], hang_up])
    ran = jarvisctl.run("ask", "hi")
    assert (ran.code, ran.text) == (3, "Good evening.\n")
    assert "the daemon closed the connection in the middle of the reply" in ran.stderr


def test_a_lost_connection_is_made_again_and_nothing_is_lost(
    daemon: FakeDaemon, jarvisctl: Jarvisctl, tmp_path: Path
) -> None:
    events = samples.reply()
    daemon.lines("POST", "/v1/replies", [*events[:3], hang_up])
    daemon.lines("GET", EVENTS, events[3:])
    head = header(samples.RATE, None)

    def rest() -> None:
        daemon.audio(AUDIO, [head, samples.pcm(4_410)[4_000:]])
        raise HangUpError

    daemon.audio(AUDIO, [head, samples.pcm(4_410)[:4_000], rest])
    path = tmp_path / "a.wav"
    ran = jarvisctl.run("ask", "hi", "-o", str(path))
    assert (ran.code, ran.text) == (0, "Good evening. All is well.\n")
    assert ran.stderr == "(the connection to the daemon was lost, and is back)\n"
    assert [got.query for got in daemon.requests("GET", EVENTS)] == ["since=3"]
    assert [got.query for got in daemon.requests("GET", AUDIO)] == [
        "paced=false", "paced=false&start=2000",
    ]  # fmt: skip
    (asked,) = daemon.requests("POST", "/v1/replies")
    assert asked.body["on_disconnect"] == "continue"
    with wave.open(str(path)) as file:
        assert file.readframes(file.getnframes()) == samples.pcm(4_410)


def test_a_connection_that_breaks_again_and_again_is_given_up(
    daemon: FakeDaemon, jarvisctl: Jarvisctl
) -> None:
    daemon.lines("POST", "/v1/replies", [*samples.reply()[:2], hang_up])
    daemon.lines("GET", EVENTS, [hang_up])
    ran = jarvisctl.run("ask", "hi")
    assert (ran.code, ran.text) == (3, "Good evening.\n")
    assert len(daemon.requests("GET", EVENTS)) == ATTEMPTS
    assert daemon.requests("POST", "/v1/replies")[0].body["on_disconnect"] == "stop"
    assert daemon.requests("POST", INTERRUPT) == []  # the daemon saw us go


def test_a_reply_that_goes_on_without_us_is_stopped_when_its_file_cannot_be_written(
    daemon: FakeDaemon, jarvisctl: Jarvisctl
) -> None:
    released = threading.Event()
    daemon.lines("POST", "/v1/say", [*samples.reply()[:2], lambda: released.wait(LONG_S)])
    daemon.audio(AUDIO, samples.wav(400_000))
    ran = jarvisctl.run("say", "hi", "-o", "/dev/full")
    released.set()
    assert ran.code == 1
    assert len(daemon.requests("POST", INTERRUPT)) == 1


@pytest.mark.parametrize("choice", ["wait", "interrupt", "refuse"])
def test_what_is_done_while_the_conversation_is_busy_can_be_chosen(
    daemon: FakeDaemon, jarvisctl: Jarvisctl, choice: str
) -> None:
    assert jarvisctl.run("ask", "hi", "--when-busy", choice).code == 0
    assert daemon.requests("POST", "/v1/replies")[0].body["when_busy"] == choice


def test_a_refusal_is_shown_with_its_hint(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    daemon.refuse(
        "POST", "/v1/say", 404, "speech.voice_unknown", "there is no voice 'ami'",
        "Did you mean amy? See: jarvisctl voices",
    )  # fmt: skip
    ran = jarvisctl.run("say", "hi", "--voice", "ami", "-o", "/tmp/never-written.wav")
    assert ran.code == 1
    assert ran.stderr.splitlines()[-2:] == [
        "jarvisctl: there is no voice 'ami'",
        "  Did you mean amy? See: jarvisctl voices",
    ]
    assert not Path("/tmp/never-written.wav").exists()
    ran = jarvisctl.run("say", "hi", "--json")
    assert [line["error"]["code"] for line in ran.objects] == ["speech.voice_unknown"]


def test_a_silent_daemon_is_given_up(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    released = threading.Event()
    daemon.lines("POST", "/v1/say", [samples.started(), lambda: released.wait(LONG_S)])
    ran = jarvisctl.run("say", "hi", "--timeout", "0.2")
    released.set()
    assert ran.code == 4
    assert "in time" in ran.stderr


def test_skips_and_fallbacks_are_told(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    events = samples.reply()
    events[0] = samples.started(fallback=True, fallback_reason="piper died twice")
    events[6] = samples.skipped(6, 1, "speech.deadline", "took longer than 30 s")
    daemon.lines("POST", "/v1/say", events)
    ran = jarvisctl.run("say", "hi", "-o", "/dev/null")
    assert ran.code == 1
    assert ran.stderr == (
        "spoken by the fallback voice piper en_US-amy-medium: piper died twice\n"
        "jarvisctl: 1 of 2 utterances was not spoken: took longer than 30 s\n"
        "  See why: jarvisctl status\n"
    )


def test_a_fallback_in_the_middle_of_a_reply_is_told(
    daemon: FakeDaemon, jarvisctl: Jarvisctl
) -> None:
    events = [
        msgspec.structs.replace(
            event, engine="espeak", voice="espeak:en", fallback=True, fallback_reason="piper died"
        )
        if isinstance(event, Chunk)
        else event
        for event in samples.reply()
    ]
    daemon.lines("POST", "/v1/say", events)
    ran = jarvisctl.run("say", "hi", "-o", "/dev/null")
    assert (ran.code, ran.stderr) == (0, "spoken by the fallback voice espeak:en: piper died\n")


def test_what_is_left_out_on_purpose_is_no_failure(
    daemon: FakeDaemon, jarvisctl: Jarvisctl
) -> None:
    events = samples.reply()
    events[6] = samples.skipped(6, 1, "code")
    daemon.lines("POST", "/v1/say", events)
    ran = jarvisctl.run("say", "hi", "-o", "/dev/null")
    assert (ran.code, ran.stderr) == (0, "1 of 2 utterances was not spoken: code\n")


def test_an_answer_that_was_read_is_no_failure_where_it_was_not_heard(
    daemon: FakeDaemon, jarvisctl: Jarvisctl
) -> None:
    events = samples.reply()
    events[6] = samples.skipped(6, 1, "speech.deadline", "took longer than 30 s")
    daemon.lines("POST", "/v1/replies", events)
    ran = jarvisctl.run("ask", "hi")
    assert (ran.code, ran.stderr) == (
        0, "1 of 2 utterances was not spoken: took longer than 30 s\n"
    )  # fmt: skip


def test_a_reply_that_is_not_on_disk_is_told(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    events = samples.reply()
    events[-1].kept, events[-1].kept_reason = False, "the disk is full"
    daemon.lines("POST", "/v1/replies", events)
    ran = jarvisctl.run("ask", "hi")
    assert (ran.code, ran.stderr) == (0, "not kept in the conversation: the disk is full\n")
    assert jarvisctl.run("ask", "hi", "--json").objects[-1]["kept"] is False


def test_timings_are_a_table(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    ran = jarvisctl.run("say", "hi", "--timings", "--no-play")
    assert ran.stderr.splitlines() == [
        "#    text   start   sound    done   audio  speed  spoken",
        "0  200 ms  201 ms  240 ms  301 ms  0.10 s     1x  Good evening.",
        "1  200 ms  201 ms  240 ms  301 ms  0.10 s     1x  All is well.",
        ("first token 180 ms · first sound 240 ms · text complete 390 ms · all 410 ms"),
    ]


def test_what_a_model_writes_does_not_drive_the_terminal(
    daemon: FakeDaemon, jarvisctl: Jarvisctl
) -> None:
    daemon.lines(
        "POST",
        "/v1/replies",
        [samples.started(), samples.token(1, "a\x1b[2Jb"), samples.done(2, 0)],
    )
    assert jarvisctl.run("ask", "hi").text == "a[2Jb\n"


@pytest.mark.parametrize("verb", ["say", "ask"])
def test_ctrl_c_interrupts_the_reply(
    daemon: FakeDaemon, jarvisctl: Jarvisctl, verb: str, player: dict[str, str]
) -> None:
    heard, released = threading.Event(), threading.Event()
    path = "/v1/say" if verb == "say" else "/v1/replies"
    daemon.lines("POST", path, [*samples.reply()[:2], lambda: released.wait(LONG_S)])
    daemon.audio(AUDIO, [*samples.wav(4_410), lambda: released.wait(LONG_S)])
    daemon.on("POST", PLAYED, heard.set)
    process = jarvisctl.start(verb, "hi", env=jarvisctl.environment(**player))
    assert heard.wait(LONG_S)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=LONG_S)
    released.set()
    assert process.returncode == 130
    assert b"Traceback" not in stderr
    (interrupt,) = daemon.requests("POST", INTERRUPT)
    assert 0 <= interrupt.body["played"] <= 4_410


def test_a_reader_that_leaves_is_no_trouble(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    left = threading.Event()
    audio: list[Any] = [*samples.wav(400_000), lambda: left.wait(LONG_S), samples.pcm(400_000)]
    daemon.audio(AUDIO, audio)
    process = jarvisctl.start("say", "hi", "-o", "-")
    assert process.stdout is not None
    assert process.stdout.read(44)[:4] == b"RIFF"
    process.stdout.close()
    left.set()
    assert process.wait(LONG_S) == 0
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()


def test_a_closed_stdout_is_quiet(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    read, write = os.pipe()
    os.close(read)
    process = subprocess.Popen(
        jarvisctl.command("ask", "hi"), stdin=subprocess.DEVNULL, stdout=write,
        stderr=subprocess.PIPE, env=jarvisctl.environment(),
    )  # fmt: skip
    os.close(write)
    _, stderr = process.communicate(timeout=LONG_S)
    assert (process.returncode, stderr) == (0, b"")


@pytest.mark.parametrize("target", ["/nowhere/a.wav", "/tmp"])
def test_a_file_that_cannot_be_written_is_refused_before_anything_is_asked(
    daemon: FakeDaemon, jarvisctl: Jarvisctl, target: str
) -> None:
    assert jarvisctl.run("say", "hi", "-o", target).code == 2
    assert daemon.received == []


def test_a_killed_client_leaves_a_valid_file(
    daemon: FakeDaemon, jarvisctl: Jarvisctl, tmp_path: Path
) -> None:
    acknowledged, released = threading.Event(), threading.Event()
    daemon.lines("POST", "/v1/say", [samples.started(), lambda: released.wait(LONG_S)])
    daemon.audio(AUDIO, [*samples.wav(44_100), lambda: released.wait(LONG_S)])
    daemon.on("POST", PLAYED, acknowledged.set)
    path = tmp_path / "reply.wav"
    process = jarvisctl.start("say", "hi", "-o", str(path))
    assert acknowledged.wait(LONG_S)
    process.kill()
    with contextlib.closing(process.stdout), contextlib.closing(process.stderr):  # type: ignore[type-var]
        process.wait(LONG_S)
    released.set()
    with wave.open(str(path)) as file:
        kept = file.readframes(file.getnframes())
    assert kept == samples.pcm(44_100)[: len(kept)] != b""
