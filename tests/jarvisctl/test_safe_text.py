"""What a model, a voice, a file or a daemon writes never drives the terminal.

Every string of every answer is hostile here, made from the wire types themselves: a field that is
added is tested from its first day.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisctl import cli
from jarvisctl.output import Style, _shown
from jarvisctl.terminal import escaped, one_line, printable
from jarvisd import wire
from tests.fakes.daemon import Answer, FakeDaemon
from tests.jarvisctl import samples
from tests.jarvisctl.conftest import ENVIRONMENT, Ran
from tests.jarvisctl.test_json import CASES, NO_DATA

# Clipboard, title, colour, cursor, C1 controls, overrides and isolates, hidden tags, a bell.
ATTACKS = (
    "\x1b]52;c;cm0gLXJmIH4K\x07", "\x1b]0;root\x1b\\", "\x1b[8;31m", "\x1b[2J", "\x9b2J",
    "\x9d0;x\x9c", "\u202egpj.exe", "\u2066\u2069", "\x00", "\r", "\x7f", "\U000e0041", "\x08",
)  # fmt: skip
HOSTILE = "a" + "b".join(ATTACKS) + "z"
# What must not come out; a line end and a tab may.
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e0fff]")


def hostile(kind: Any) -> Any:
    """A value of a wire type with every string in it hostile."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return hostile(arguments[0])
    if origin is Literal:
        return arguments[0]
    if origin in (Union, UnionType):
        return hostile(next(one for one in arguments if one is not type(None)))
    if origin is list:
        return [hostile(arguments[0])]
    if origin in (dict, Mapping):
        return {hostile(arguments[0]): hostile(arguments[1])}
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        fields = msgspec.structs.fields(kind)
        return kind(**{field.name: hostile(field.type) for field in fields})
    made: dict[Any, Any] = {str: HOSTILE, int: 1, float: 1.0, bool: True, Any: HOSTILE}
    return made[kind]


def strings(value: Any) -> Iterator[str]:
    """Every string in a value, with the names of fields."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


REPLY = "/v1/replies/r-1"
EVENTS = [hostile(kind) for kind in get_args(wire.ReplyEvent)]
TURN = [
    event for event in EVENTS if not isinstance(event, wire.ReplyFailed | wire.ReplyInterrupted)
]
DAEMON = [hostile(wire.StateEvent), *EVENTS, hostile(wire.GovernorDecision)]
METRICS = f'# TYPE a counter\n# HELP a {HOSTILE}\na_total{{voice="{HOSTILE}"}} 1\n# EOF\n'
GETS: dict[str, Any] = {
    "/v1/config": wire.ConfigResponse,
    "/v1/conversations": wire.ConversationsResponse,
    "/v1/conversations/c-1": wire.ConversationResponse,
    "/v1/days": wire.DaysResponse,
    "/v1/governor": wire.GovernorResponse,
    "/v1/health": wire.HealthResponse,
    "/v1/log/level": wire.LogLevelResponse,
    "/v1/notices": wire.NoticesResponse,
    "/v1/replies": wire.RepliesResponse,
    "/v1/replies/recent": wire.RecentRepliesResponse,
    "/v1/series": wire.SeriesResponse,
    "/v1/status": wire.StatusResponse,
    "/v1/traces": wire.TracesResponse,
    "/v1/traces/r-1": wire.TraceResponse,
    "/v1/version": wire.VersionResponse,
    "/v1/voices": wire.VoicesResponse,
}
EXTRA = [
    ("ask", "--no-play", "--timings", "hi"),
    ("bench", "--list"),
    ("completion", "bash"),
    ("conversations", "delete", "c-1", "--yes"),
    ("doctor",),
    ("health", "--checks", "5"),
    ("metrics", "a"),
    ("preview", HOSTILE.replace("\x00", "")),
    ("say", "--no-play", "--timings", "hi"),
    ("trace", "export", "r-1"),
    ("voices", HOSTILE.replace("\x00", "")),
    ("no such command " + HOSTILE.replace("\x00", ""),),
]
IDS = {"ended": "r-1", "running": "r-1", "talk": "c-1"}
# Every verb whose JSON is frozen is tried here as well.
COMMANDS = [tuple(word.format(**IDS) for word in words) for words in CASES.values()] + EXTRA
NEEDS_A_TERMINAL = {"top"}
NO_JSON = {"completion"}

Run = Callable[..., Ran]
Captured = pytest.CaptureFixture[bytes]


@pytest.fixture
def hostile_daemon(daemon: FakeDaemon) -> FakeDaemon:
    for path, kind in GETS.items():
        daemon.json("GET", path, hostile(kind))
    daemon.json("DELETE", "/v1/conversations/c-1", hostile(wire.DeletedResponse))
    daemon.json("POST", "/v1/reload", hostile(wire.ReloadResponse))
    daemon.json("POST", f"{REPLY}/interrupt", hostile(wire.InterruptResponse))
    for verb in ("pause", "resume"):
        daemon.json("POST", f"{REPLY}/{verb}", hostile(wire.ReplyInfo))
    for path in ("/v1/say", "/v1/replies"):
        daemon.lines("POST", path, TURN)
    daemon.lines("GET", "/v1/events", DAEMON)
    daemon.lines("GET", "/v1/logs", [hostile(wire.LogLine)])
    daemon.answers["GET", "/metrics"] = Answer(body=METRICS.encode())
    return daemon


@pytest.fixture
def jarvisctl(socket_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: Captured) -> Run:
    """jarvisctl in this process: there are many commands, and a process takes a while."""
    for name, value in (ENVIRONMENT | {"JARVISD_SOCKET": str(socket_path)}).items():
        monkeypatch.setenv(name, value)

    def run(*words: str) -> Ran:
        code = cli.run(list(words))
        said = capfdbinary.readouterr()
        return Ran(code, said.out, said.err.decode())

    return run


def assert_harmless(ran: Ran) -> None:
    assert OBEYED.findall(ran.text) == []
    assert OBEYED.findall(ran.stderr) == []
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: printable(" ".join(words))[:30])
@pytest.mark.usefixtures("hostile_daemon")
def test_no_field_of_any_answer_drives_the_terminal(jarvisctl: Run, words: tuple[str, ...]) -> None:
    assert_harmless(jarvisctl(*words))
    if words[0] not in NO_JSON:
        assert_harmless(jarvisctl(*words, "--json"))


@pytest.mark.parametrize(
    "words",
    [("status",), ("voices",), ("events",), ("logs",), ("ask", "--no-play", "hi"), ("replies",)],
    ids=" ".join,
)
@pytest.mark.usefixtures("hostile_daemon")
def test_json_says_what_was_sent(jarvisctl: Run, words: tuple[str, ...]) -> None:
    found = [text for one in jarvisctl(*words, "--json").objects for text in strings(one)]
    assert HOSTILE in found


def test_every_verb_is_tried() -> None:
    assert {words[0] for words in COMMANDS} >= set(cli.VERBS) - NEEDS_A_TERMINAL - NO_DATA


@pytest.mark.parametrize("words", [("status",), ("say", "--no-play", "hi")], ids=" ".join)
def test_no_error_drives_the_terminal(
    daemon: FakeDaemon, jarvisctl: Run, words: tuple[str, ...]
) -> None:
    for method, path in (("GET", "/v1/status"), ("POST", "/v1/say")):
        daemon.refuse(method, path, 500, HOSTILE, HOSTILE, HOSTILE)
    ran = jarvisctl(*words)
    assert ran.code == 1
    assert_harmless(ran)
    daemon.answers["GET", "/v1/status"] = Answer(status=502, body=HOSTILE.encode())
    assert_harmless(jarvisctl("status"))


def test_a_failed_reply_does_not_drive_the_terminal(daemon: FakeDaemon, jarvisctl: Run) -> None:
    daemon.lines("POST", "/v1/replies", [samples.started(), hostile(wire.ReplyFailed)])
    assert_harmless(jarvisctl("ask", "--no-play", "hi"))


@given(st.text(max_size=60), st.integers(0, 60))
def test_text_is_the_same_however_it_is_cut(text: str, cut: int) -> None:
    assert printable(text[:cut]) + printable(text[cut:]) == printable(text)
    assert not OBEYED.search(printable(text))


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_json_is_escaped_without_changing_it(text: str) -> None:
    document = escaped(msgspec.json.encode({"a": text, text: 1}))
    assert msgspec.json.decode(document) == {"a": text, text: 1}
    assert not OBEYED.search(document.decode())


@given(st.text(max_size=60))
def test_only_our_own_colours_get_through(text: str) -> None:
    red = Style(enabled=True)
    shown = _shown(red(text, "red"))
    assert shown == (f"\x1b[31m{printable(text)}\x1b[0m" if text else "")
    assert not OBEYED.search(_shown("\ufdd0" + text + "31\ufdd1"))


def test_what_is_written_stays() -> None:
    for text in ("naïve café", "数字 ½", "👩‍👩‍👧 🏳️‍🌈", "a\tb\nc", "שלום", "e\u0301"):
        assert printable(text) == text
    assert one_line(" a\n\n\tb\x1b ") == "a b"
