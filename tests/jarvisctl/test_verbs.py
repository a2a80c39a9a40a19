"""Every other verb: what it asks the daemon, what it prints, and its JSON."""

import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jarvisd import __version__, wire
from tests.fakes.daemon import FakeDaemon
from tests.jarvisctl import samples
from tests.jarvisctl.conftest import Jarvisctl

REPLY = f"/v1/replies/{samples.REPLY}"
VOICES = wire.VoicesResponse(
    voices=[
        wire.Voice(id="espeak-ng/en-us+f5", engine="espeak-ng", name="en-us+f5", language="en-us",
                   sample_rate=22_050, default=True, available=True, description="embedded"),
        wire.Voice(id="piper/amy", engine="piper", name="amy", language="en_US",
                   sample_rate=16_000, default=False, available=False, reason="no piper-tts"),
    ]
)  # fmt: skip
CONVERSATIONS = wire.ConversationsResponse(
    conversations=[
        wire.ConversationInfo(conversation="c-1", created_at=1_800_000_000.0,
                              updated_at=1_800_000_060.0, messages=4, title="Is the NAS well?"),
    ],
    next="c-0",
)  # fmt: skip
CONVERSATION = wire.ConversationResponse(
    conversation="c-1",
    created_at=1_800_000_000.0,
    messages=[
        wire.MessageInfo(role="user", text="Is the NAS well?", created_at=1_800_000_000.0),
        wire.MessageInfo(role="assistant", text="It is well. Load is low.", heard="It is well.",
                         interrupted=True, created_at=1_800_000_002.0, reply="r-1"),
    ],
)  # fmt: skip
VERSION = wire.VersionResponse(
    version=__version__,
    schema=1,
    python="3.11.2",
    platform="linux x86_64",
    packages={"msgspec": "0"},
)
EVENTS: list[Any] = [
    {"type": "state", "event": 2, "status": {"state": "ready", "replies": []}},
    {
        "event": 1,
        "type": "reply.started",
        "reply": "r-1",
        "seq": 0,
        "provider": "llama-server",
        "engine": "piper",
        "voice": "piper:amy",
        "fallback": False,
    },
    {"type": "heartbeat", "event": 1},
    {"event": 2, "type": "token", "reply": "r-1", "seq": 1, "text": "Hello"},
    {"event": 3, "type": "reply.failed", "reply": "r-1", "seq": 2, "error": {"message": "gone"}},
]


def test_status_tells_of_the_fallback_voice_and_of_what_was_left_out(
    daemon: FakeDaemon, jarvisctl: Jarvisctl
) -> None:
    daemon.json("GET", "/v1/status", samples.status(fallback=True, fallback_share=0.25))
    shown = jarvisctl.run("status").text.splitlines()
    assert "  voice     espeak-ng en-us+f5  (fallback)" in shown
    assert "  so far    12 replies, 80 utterances, 2 skipped, 25% by the fallback voice" in shown
    assert "  r-7f3a  running  1.0 of 2.0 s  piper en_US-amy-medium" in shown


def test_a_reply_of_text_alone_has_no_seconds(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    silent = msgspec.structs.replace(samples.INFO, state="running", sample_rate=0)
    daemon.json("GET", "/v1/status", msgspec.structs.replace(samples.status(), replies=[silent]))
    ran = jarvisctl.run("status")
    assert (ran.code, ran.stderr) == (0, "")
    assert "  r-7f3a  running  text only  " in ran.text


def test_status_json_is_the_daemons_own(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    daemon.json("GET", "/v1/status", {"version": "9", "something": "new"})
    ran = jarvisctl.run("status", "--json")
    assert ran.text == '{"schema":1,"version":"9","something":"new"}\n'


@pytest.mark.parametrize(
    ("verb", "state", "answer", "said"),
    [
        ("interrupt", "done", samples.INTERRUPTED, "r-7f3a interrupted; heard: Good evening."),
        (
            "pause",
            "running",
            samples.INFO,
            "r-7f3a paused after 1.0 s; go on with: jarvisctl resume",
        ),
        ("resume", "paused", samples.INFO, "r-7f3a resumed"),
    ],
)
def test_control_verbs_mean_every_reply_in_their_state(
    daemon: FakeDaemon, jarvisctl: Jarvisctl, verb: str, state: Any, answer: Any, said: str
) -> None:
    info = wire.ReplyInfo(
        **{name: getattr(samples.INFO, name) for name in samples.INFO.__struct_fields__}
    )
    info.state = state
    daemon.json("GET", "/v1/replies", wire.RepliesResponse(replies=[info]))
    daemon.json("POST", f"{REPLY}/{verb}", answer)
    assert jarvisctl.run(verb).text == said + "\n"
    assert jarvisctl.run(verb, samples.REPLY, "--json").objects[0]["reply"] == samples.REPLY
    assert len(daemon.requests("POST", f"{REPLY}/{verb}")) == 2

    daemon.json("GET", "/v1/replies", wire.RepliesResponse(replies=[]))
    ran = jarvisctl.run(verb)
    assert (ran.code, ran.text, ran.stderr) == (0, "", f"There is nothing to {verb}.\n")


def test_a_reply_that_is_named_must_exist(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    daemon.refuse("POST", "/v1/replies/r-0/interrupt", 404, "reply.unknown", "no reply 'r-0'")
    ran = jarvisctl.run("interrupt", "r-0")
    assert (ran.code, ran.stderr) == (1, "jarvisctl: no reply 'r-0'\n")


def test_events_are_followed(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    daemon.lines("GET", "/v1/events", EVENTS)
    ran = jarvisctl.run("events", "--since", "0")
    assert ran.code == 0
    shown = [line[9:] for line in ran.text.splitlines()]
    assert [line[:8].isspace() for line in ran.text.splitlines()] == [False, True, True, False]
    assert shown == [
        "    2  state                ready, 0 replies running",
        "    1  reply.started      r-1  llama-server, piper:amy",
        "    2  token              r-1  'Hello'",
        "    3  reply.failed       r-1  gone",
    ]
    assert daemon.received[0].query == "since=0"


def test_decisions_and_silent_replies_read_well(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    decision = wire.GovernorDecision(at=1.0, phase="first", reason="the first utterance", slots=1,
                                     weight=100, quota=0.5)  # fmt: skip
    silent = samples.started(engine="", voice="", provider="builtin")
    daemon.lines("GET", "/v1/events", [decision, silent])
    ran = jarvisctl.run("events", environ={"COLUMNS": "120"})
    first, second = ran.text.splitlines()
    assert first.endswith("first: the first utterance (1 slot, weight 100, 0.50 cores)")
    assert second.endswith("builtin")


def test_events_without_follow_stop_at_what_has_happened(
    daemon: FakeDaemon, jarvisctl: Jarvisctl
) -> None:
    released = threading.Event()
    daemon.lines("GET", "/v1/events", [*EVENTS[:4], lambda: released.wait(30)])
    ran = jarvisctl.run("events", "--since", "0", "--no-follow", "--json")
    released.set()
    assert ran.code == 0
    assert ran.objects == [{"schema": 1} | event for event in EVENTS[:4]]


def test_voices_are_searched_and_say_why_they_cannot_be_used(
    daemon: FakeDaemon, jarvisctl: Jarvisctl
) -> None:
    daemon.json("GET", "/v1/voices", VOICES)
    assert jarvisctl.run("voices", "AMY").text.splitlines()[1:] == [
        "  piper/amy  en_US     16 kHz  not available: no piper-tts",
    ]
    assert (
        jarvisctl.run("voices", "Klingon").stderr
        == "No voice has 'Klingon'. All: jarvisctl voices\n"
    )
    (answer,) = jarvisctl.run("voices", "--json").objects
    assert [answer["schema"], answer["voices"][1]["id"]] == [1, "piper/amy"]


def test_a_long_reason_is_told_to_its_end(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    reason = "amy.onnx leads to /srv/voices/amy.onnx, where a worker may not read. Put it there"
    voice = msgspec.structs.replace(VOICES.voices[1], reason=reason)
    daemon.json("GET", "/v1/voices", wire.VoicesResponse(voices=[voice]))
    assert jarvisctl.run("voices").text.splitlines()[1:] == [
        "  piper/amy  en_US     16 kHz  not available:",
        "    amy.onnx leads to /srv/voices/amy.onnx, where a worker may not read. Put it",
        "    there",
    ]


def test_conversations_are_listed_page_by_page(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    daemon.json("GET", "/v1/conversations", CONVERSATIONS)
    for arguments in (["conversations"], ["conversations", "list"]):
        ran = jarvisctl.run(*arguments)
        assert ran.text.splitlines()[1].split()[:2] == ["c-1", "2027-01-15"]
        assert ran.stderr == "More: jarvisctl conversations list --before c-0\n"
    jarvisctl.run("conversations", "list", "--limit", "5", "--before", "c&0")
    assert daemon.received[-1].query == "limit=5&before=c%260"
    for arguments in (["conversations", "--json"], ["conversations", "list", "--json"]):
        assert jarvisctl.run(*arguments).objects[0]["next"] == "c-0"


def test_a_conversation_shows_where_it_was_cut(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    daemon.json("GET", "/v1/conversations/c-1", CONVERSATION)
    assert jarvisctl.run("conversations", "show", "c-1").text.splitlines() == [
        "08:00    you  Is the NAS well?",
        "08:00 jarvis  It is well. ✂ Load is low.",
    ]
    (answer,) = jarvisctl.run("conversations", "show", "c-1", "--json").objects
    assert [answer["schema"], len(answer["messages"])] == [1, 2]


def test_deleting_asks_first(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    daemon.json("DELETE", "/v1/conversations/c-1", wire.DeletedResponse(deleted=4))
    ran = jarvisctl.run("conversations", "delete", "c-1", stdin=b"n\n")
    assert (ran.code, ran.text, daemon.received) == (130, "", [])
    assert (
        jarvisctl.run("conversations", "delete", "c-1", "--yes").text == "c-1 deleted: 4 messages\n"
    )
    ran = jarvisctl.run("conversations", "delete", "c-1", "--yes", "--json")
    assert ran.text == '{"schema":1,"deleted":4}\n'
    daemon.json("DELETE", "/v1/conversations/c-1", wire.DeletedResponse(deleted=0))
    ran = jarvisctl.run("conversations", "delete", "c-1", "--yes")
    assert (ran.code, ran.text) == (0, "")
    assert "List them with: jarvisctl conversations" in ran.stderr


def test_version_with_and_without_a_daemon(
    daemon: FakeDaemon, jarvisctl: Jarvisctl, tmp_path: Path
) -> None:
    daemon.json("GET", "/v1/version", VERSION)
    assert jarvisctl.run("version").text.splitlines() == [
        f"jarvisctl {__version__}",
        f"jarvisd   {__version__}  (3.11.2 on linux x86_64)",
    ]
    assert jarvisctl.run("version", "--json").objects[0]["jarvisd"]["schema"] == 1
    alone = jarvisctl.run("--socket", str(tmp_path / "none"), "version")
    assert alone.code == 0
    assert "not reachable" in alone.text
    alone = jarvisctl.run("version", "--json", "--socket", str(tmp_path / "none"))
    assert alone.objects == [{"schema": 1, "jarvisctl": __version__, "jarvisd": None}]
    assert jarvisctl.run("--version").text == f"jarvisctl {__version__}\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(jarvisctl: Jarvisctl, shell: str) -> None:
    ran = jarvisctl.run("completion", shell)
    assert ran.code == 0
    assert "_JARVISCTL_COMPLETE" in ran.text
    assert ran.stderr.startswith("To install: jarvisctl completion")
