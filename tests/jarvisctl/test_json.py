"""What every verb prints with ``--json``, frozen: programs are built on it.

The answers are those of a real daemon, with what differs from run to run and host to host masked.
Fields may be added. After a wanted change, or for a new verb (which needs a case below):
JARVISCTL_WRITE_JSON=1 pytest tests/jarvisctl/test_json.py.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jarvisctl import cli
from jarvisctl.private_daemon import PrivateDaemon
from jarvisd.wire import SayRequest
from jarvisd.wire.client import ApiClient
from tests.jarvisctl.conftest import Jarvisctl

GOLDEN = Path(__file__).parent / "json"
CONFIG = '[llm]\nprovider = "builtin"\n'
# Their documents tell of this host and have tests of their own; the others print no data.
ELSEWHERE = {"bench", "doctor"}
NO_DATA = {"completion", "top"}
# What a case says for the reply and the conversation that the daemon has had, and one that runs.
ENDED, TALK, RUNNING = "{ended}", "{talk}", "{running}"
LONG = "One sentence after another is spoken here. " * 40
CASES = {
    "ask": ("ask", "--no-play", "hi"),
    "config check": ("config", "check"),
    "config path": ("config", "path"),
    "config show": ("config", "show"),
    "conversations": ("conversations",),
    "conversations show": ("conversations", "show", TALK),
    "conversations delete": ("conversations", "delete", TALK, "--yes"),
    "days": ("days",),
    "events": ("events", "--since", "0", "--no-follow"),
    "governor": ("governor",),
    "health": ("health",),
    "pause": ("pause", RUNNING),
    "resume": ("resume", RUNNING),
    "interrupt": ("interrupt", RUNNING),
    "log": ("log", "level"),
    "logs": ("logs",),
    "metrics": ("metrics",),
    "notices": ("notices",),
    "preview": ("preview", "It costs 3 €. Does it?"),
    "reload": ("reload",),
    "replies": ("replies",),
    "say": ("say", "--no-play", "hi"),
    "series": ("series",),
    "status": ("status",),
    "trace": ("trace",),
    "trace show": ("trace", "show", ENDED),
    "unreachable": ("--socket", "/nonexistent/socket", "status"),
    "version": ("version",),
    "voices": ("voices",),
}
# Text that depends on the host, the voice or what was said; and maps whose keys do.
FREE = {"text", "spoken", "heard", "title", "reason", "hint", "message", "about", "platform",
        "python", "version", "description", "help", "component", "name", "event", "value",
        "jarvisctl", "state", "source", "voice", "id", "language", "outcome", "phase"}  # fmt: skip
# The same, also where it is empty or absent.
ALWAYS = {"reply", "conversation", "life", "level", "text", "spoken", "heard", "hint", "reason",
          "quota", "slack_s", "tokens_per_s", "baseline", "loss", "cost"}  # fmt: skip
FREE_KEYS = {"packages", "series", "units", "summary", "spans", "labels", "marks"}
# Found in some runs and not in others, as timing has it.
PASSING = {"heartbeat", "governor.decision", "lagged"}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateDaemon]:
    """A real daemon that has answered one question."""
    config = tmp_path_factory.mktemp("json") / "jarvisd.toml"
    config.write_text(CONFIG)
    with PrivateDaemon(config=config) as daemon:
        yield daemon


@pytest.fixture(scope="module")
def turn(real: PrivateDaemon) -> dict[str, str]:
    """The reply and the conversation that the daemon has had."""
    ran = Jarvisctl(real.socket).run("ask", "--no-play", "--trace", "--json", "Good evening.")
    started = ran.objects[0]
    return {"ended": started["reply"], "talk": started["conversation"]}


@pytest.fixture
def running(real: PrivateDaemon) -> Iterator[str]:
    """A reply that is being spoken."""
    with (
        ApiClient(real.socket) as client,
        client.stream_events("/v1/say", SayRequest(text=LONG, paced=True)) as events,
    ):
        yield msgspec.json.decode(next(iter(events)).raw)["reply"]


def masked(value: Any, name: str = "") -> Any:
    """``value`` with every figure, id and free text masked, and lists cut to their first entry."""
    if isinstance(value, dict):
        if name in FREE_KEYS and value:
            return {"…": masked(next(iter(value.values())))}
        return {key: masked(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [masked(inner, name * isinstance(inner, str)) for inner in value[:1]]
    if name in ALWAYS:
        return "…"
    if name.endswith("_ms"):
        return 0  # or absent
    if isinstance(value, bool) or value is None or name == "schema":
        return value
    if isinstance(value, int | float):
        return 0
    if name in FREE and value:
        return "…"
    return re.sub(r"\b[rc]-[0-9a-f]+|\d{4}-\d\d-\d\d|.*/.*", "…", value)


def documents(text: str) -> list[Any]:
    """The objects in ``text``, which end with a brace at the beginning of a line."""
    return [msgspec.json.decode(part + "}") for part in text.split("\n}\n") if part]


def one_of_each(objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first object of each type, sorted: in which order they come is a matter of time."""
    first: dict[str, dict[str, Any]] = {}
    for one in objects:
        first.setdefault(str(one.get("type", "")), one)
    return [first[kind] for kind in sorted(first) if kind not in PASSING]


def without_additions(found: Any, frozen: Any) -> Any:
    """``found`` without the fields that ``frozen`` does not know: those may come at any time."""
    if isinstance(found, dict) and isinstance(frozen, dict):
        known = (name for name in frozen if name in found)
        return {name: without_additions(found[name], frozen[name]) for name in known}
    if isinstance(found, list) and isinstance(frozen, list):
        if len(found) != len(frozen):  # of what a host has one, another may have none
            return frozen
        return [without_additions(one, other) for one, other in zip(found, frozen, strict=True)]
    return found


@pytest.mark.parametrize("name", CASES)
def test_json_reads_as_it_was_agreed(
    real: PrivateDaemon, turn: dict[str, str], request: pytest.FixtureRequest, name: str
) -> None:
    wanted = CASES[name]
    if RUNNING in wanted:
        turn = turn | {"running": request.getfixturevalue("running")}
    jarvisctl = Jarvisctl(real.socket)
    ran = jarvisctl.run(*(word.format(**turn) for word in wanted), "--json")
    assert "Traceback" not in ran.stderr
    found = [masked(one) for one in one_of_each(ran.objects)]
    file = GOLDEN / f"{name.replace(' ', '-')}.json"
    if os.environ.get("JARVISCTL_WRITE_JSON"):
        GOLDEN.mkdir(exist_ok=True)
        lines = (msgspec.json.format(msgspec.json.encode(one), indent=1) for one in found)
        file.write_text("".join(line.decode() + "\n" for line in lines))
    frozen = documents(file.read_text())
    assert without_additions(found, frozen) == frozen
    assert all(line.startswith(b'{"schema":1,') for line in ran.stdout.splitlines())


def test_every_verb_has_its_json_frozen() -> None:
    frozen = {arguments[0] for arguments in CASES.values()}
    assert set(cli.VERBS) - frozen == ELSEWHERE | NO_DATA
    assert {file.stem for file in GOLDEN.iterdir()} == {name.replace(" ", "-") for name in CASES}
