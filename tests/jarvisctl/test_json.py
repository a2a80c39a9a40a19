"""What every verb prints with ``--json``, frozen: programs are built on it.

Fields may be added. After a wanted change, or for a new verb (which needs a case below):
JARVISCTL_WRITE_JSON=1 pytest tests/jarvisctl/test_json.py.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jarvisctl import cli
from jarvisd import wire
from tests.fakes.daemon import Answer, FakeDaemon
from tests.jarvisctl import samples, test_observing, test_trace, test_verbs
from tests.jarvisctl.conftest import Jarvisctl

GOLDEN = Path(__file__).parent / "json"
REPLY = f"/v1/replies/{samples.REPLY}"
# Their documents tell of this host and have tests of their own; the others print no data.
ELSEWHERE = {"bench", "doctor"}
NO_DATA = {"completion", "top"}
MOST_LINES = 10  # there are as many settings as there are


def replies(daemon: FakeDaemon) -> None:
    daemon.json("GET", "/v1/replies", wire.RepliesResponse(replies=[samples.INFO]))
    daemon.json("GET", "/v1/replies/recent", test_observing.RECENT)


def control(verb: str) -> Callable[[FakeDaemon], None]:
    answer = samples.INTERRUPTED if verb == "interrupt" else samples.INFO
    return lambda daemon: daemon.json("POST", f"{REPLY}/{verb}", answer)


def get(path: str, value: object) -> Callable[[FakeDaemon], None]:
    return lambda daemon: daemon.json("GET", path, value)


def metrics(daemon: FakeDaemon) -> None:
    daemon.answers["GET", "/metrics"] = Answer(body=test_observing.METRICS.encode())


def no_daemon(daemon: FakeDaemon) -> None:
    """It asks none."""


RELOADED = wire.ReloadResponse(changed=["llm.model"], restart=["api.socket"])
LEVEL = wire.LogLevelResponse(level="debug", configured="info", reverts_in_s=600.0)
DAYS = wire.DaysResponse(
    days=[
        wire.Day(day="2027-01-15", replies=4, errors=1, interrupted=1, utterances=9, fallback=1,
                 skipped=0, spans={"ttfa": wire.Quantiles(count=4, p50_ms=212.0)}),
    ]
)  # fmt: skip
CASES: dict[str, tuple[tuple[str, ...], Callable[[FakeDaemon], None]]] = {
    "ask": (
        ("ask", "--no-play", "hi"),
        lambda daemon: daemon.lines("POST", "/v1/replies", samples.reply()),
    ),
    "config check": (("config", "check"), no_daemon),
    "config show": (
        ("config", "show"),
        get(
            "/v1/config",
            wire.ConfigResponse(
                files=["/etc/jarvisd/jarvisd.toml"],
                settings=[
                    wire.SettingInfo(
                        path="llm.model", value="m", source="/etc/jarvisd/jarvisd.toml:3"
                    )
                ],
            ),
        ),
    ),
    "conversations": (("conversations",), get("/v1/conversations", test_verbs.CONVERSATIONS)),
    "conversations show": (
        ("conversations", "show", "c-1"),
        get("/v1/conversations/c-1", test_verbs.CONVERSATION),
    ),
    "conversations delete": (
        ("conversations", "delete", "c-1", "--yes"),
        lambda daemon: daemon.json(
            "DELETE", "/v1/conversations/c-1", wire.DeletedResponse(deleted=4)
        ),
    ),
    "days": (("days",), get("/v1/days", DAYS)),
    "events": (
        ("events",),
        lambda daemon: daemon.lines("GET", "/v1/events", test_verbs.EVENTS),
    ),
    "governor": (
        ("governor",),
        get(
            "/v1/governor",
            wire.GovernorResponse(
                enabled=True, now=test_observing.DECISION, decisions=[test_observing.DECISION]
            ),
        ),
    ),
    "health": (("health",), get("/v1/health", test_observing.health())),
    "interrupt": (("interrupt", samples.REPLY), control("interrupt")),
    "log": (("log", "level"), get("/v1/log/level", LEVEL)),
    "logs": (("logs",), lambda daemon: daemon.lines("GET", "/v1/logs", test_observing.LINES)),
    "metrics": (("metrics",), metrics),
    "notices": (("notices",), get("/v1/notices", test_observing.NOTICES)),
    "pause": (("pause", samples.REPLY), control("pause")),
    "preview": (("preview", "It costs 3 €. Does it?"), no_daemon),
    "reload": (("reload",), lambda daemon: daemon.json("POST", "/v1/reload", RELOADED)),
    "replies": (("replies",), replies),
    "resume": (("resume", samples.REPLY), control("resume")),
    "say": (
        ("say", "--no-play", "hi"),
        lambda daemon: daemon.lines("POST", "/v1/say", samples.reply()),
    ),
    "series": (("series",), get("/v1/series", test_observing.SERIES)),
    "status": (("status",), get("/v1/status", samples.status())),
    "trace": (("trace",), test_trace.served),
    "trace show": (("trace", "show", "r-1"), test_trace.served),
    "unreachable": (("--socket", "/nonexistent/socket", "status"), no_daemon),
    "version": (("version",), get("/v1/version", test_verbs.VERSION)),
    "voices": (("voices",), get("/v1/voices", test_verbs.VOICES)),
}


def documents(text: str) -> list[Any]:
    """The objects in ``text``, which end with a brace at the beginning of a line."""
    return [msgspec.json.decode(part + "}") for part in text.split("\n}\n") if part]


def without_additions(found: Any, frozen: Any) -> Any:
    """``found`` without the fields that ``frozen`` does not know: those may come at any time."""
    if isinstance(found, dict) and isinstance(frozen, dict):
        known = (name for name in frozen if name in found)
        return {name: without_additions(found[name], frozen[name]) for name in known}
    if isinstance(found, list) and isinstance(frozen, list) and len(found) == len(frozen):
        return [without_additions(one, other) for one, other in zip(found, frozen, strict=True)]
    return found


@pytest.mark.parametrize("name", CASES)
def test_json_reads_as_it_was_agreed(daemon: FakeDaemon, jarvisctl: Jarvisctl, name: str) -> None:
    arguments, prepare = CASES[name]
    prepare(daemon)
    ran = jarvisctl.run(*arguments, "--json")
    lines = ran.stdout.splitlines()[:MOST_LINES]
    found = "".join(msgspec.json.format(line, indent=1).decode() + "\n" for line in lines)
    found = found.replace(str(jarvisctl.socket.parent), "HOME")
    found = re.sub(r'"hint": "jarvisd .*"', '"hint": "…"', found)  # what else runs on this host
    file = GOLDEN / f"{name.replace(' ', '-')}.json"
    if os.environ.get("JARVISCTL_WRITE_JSON"):
        GOLDEN.mkdir(exist_ok=True)
        file.write_text(found)
    frozen = documents(file.read_text())
    assert without_additions(documents(found), frozen) == frozen
    assert all(line.startswith(b'{"schema":1,') for line in ran.stdout.splitlines())


def test_every_verb_has_its_json_frozen() -> None:
    frozen = {arguments[0] for arguments, _ in CASES.values()}
    assert set(cli.VERBS) - frozen == ELSEWHERE | NO_DATA
