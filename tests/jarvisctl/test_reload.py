"""``jarvisctl reload``: what it says of each outcome, and its exit codes."""

from jarvisd import wire
from tests.fakes.daemon import FakeDaemon
from tests.jarvisctl.conftest import Jarvisctl

PROBLEMS = ["/etc/jarvisd/jarvisd.toml:4: log.levell: unknown setting", "llm.url: not an address"]


def refuse(daemon: FakeDaemon) -> None:
    detail = wire.ErrorDetail(code="config.invalid", message="x", problems=PROBLEMS)
    daemon.json("POST", "/v1/reload", wire.ErrorResponse(error=detail), status=422)


def test_what_changed_and_what_waits_is_named(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    done = wire.ReloadResponse(changed=["llm.url", "log.level"], restart=["api.socket"])
    daemon.json("POST", "/v1/reload", done)
    ran = jarvisctl.run("reload")
    assert ran.code == 0
    assert ran.text == "Changed: llm.url, log.level.\nAfter a restart: api.socket.\n"
    assert ran.stderr == "Restart jarvisd.\n"  # this socket is no unit's
    assert jarvisctl.run("reload", "--json").objects == [
        {"schema": 1, "changed": ["llm.url", "log.level"], "restart": ["api.socket"]}
    ]


def test_nothing_new_is_said_too(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    daemon.json("POST", "/v1/reload", wire.ReloadResponse(changed=[], restart=[]))
    ran = jarvisctl.run("reload")
    assert (ran.code, ran.text, ran.stderr) == (0, "Changed: nothing.\n", "")


def test_every_problem_is_listed_and_nothing_was_changed(
    daemon: FakeDaemon, jarvisctl: Jarvisctl
) -> None:
    refuse(daemon)
    ran = jarvisctl.run("reload")
    assert (ran.code, ran.text) == (1, "")
    assert "Nothing was changed" in ran.stderr
    assert all(problem in ran.stderr for problem in PROBLEMS)


def test_problems_are_data_too(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    refuse(daemon)
    ran = jarvisctl.run("reload", "--json")
    assert ran.code == 1
    assert ran.objects[0]["error"] == {"code": "config.invalid", "problems": PROBLEMS}


def test_who_may_not_is_told_by_the_daemon(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    daemon.refuse("POST", "/v1/reload", 403, "access.denied", "this needs the role admin")
    ran = jarvisctl.run("reload")
    assert ran.code == 5
    assert "needs the role admin" in ran.stderr
