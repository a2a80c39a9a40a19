"""The doctor: every check on made-up hosts, and the whole of it on this one."""

import os
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jarvisctl.commands.doctor import examine
from jarvisctl.doctor.findings import Finding
from jarvisctl.doctor.language_model import options
from jarvisctl.doctor.probe import HttpAnswer, SocketFile, User
from jarvisctl.doctor.this_host import ThisHost
from jarvisd import __version__
from jarvisd.config import ApiSettings, LlmSettings, Settings
from jarvisd.errors import ConfigError
from jarvisd.wire import Component, StatusResponse
from jarvisd.wire.client import ApiClient, DaemonUnreachableError
from tests.fakes.daemon import FakeDaemon
from tests.fakes.probe import ADVISED, CPU0, FakeProbe, healthy_status
from tests.jarvisctl.conftest import Jarvisctl

GONE = DaemonUnreachableError("no daemon answers", hint="Start it:\n  systemctl start jarvisd")
NOBODY = frozenset[str]()
NO_LLAMA = {"JARVISD__LLM__URL": "http://127.0.0.1:9"}  # nobody listens at the discard port


def found(probe: FakeProbe) -> dict[str, Finding]:
    return {finding.check: finding for finding in examine(probe)}


def test_a_healthy_host_has_nothing_to_complain_about() -> None:
    findings = found(FakeProbe())
    assert {finding.verdict for finding in findings.values()} == {"ok"}
    assert len(findings) > 15


def set_file(path: str, text: str | None) -> Callable[[FakeProbe], None]:
    def change(probe: FakeProbe) -> None:
        if text is None:
            del probe.files[path]
        else:
            probe.files[path] = text

    return change


def set_(**values: Any) -> Callable[[FakeProbe], None]:
    def change(probe: FakeProbe) -> None:
        for name, value in values.items():
            assert hasattr(probe, name)
            setattr(probe, name, value)

    return change


def component(name: str, state: Any, reason: str, hint: str = "") -> Callable[[FakeProbe], None]:
    optional = state == "absent"
    part = Component(name=name, state=state, reason=reason, hint=hint, optional=optional)

    def change(probe: FakeProbe) -> None:
        assert isinstance(probe.its_status, StatusResponse)
        probe.its_status.components.append(part)

    return change


def status_of(version: str) -> StatusResponse:
    made = healthy_status()
    made.version = version
    return made


def props(text: str) -> Callable[[FakeProbe], None]:
    return lambda probe: probe.routes.update({"/props": HttpAnswer(200, text)})


def without(option: str) -> Callable[[FakeProbe], None]:
    return set_(llama_line=ADVISED.replace(option, ""))


@pytest.mark.parametrize(
    ("change", "check", "verdict", "message", "fix"),
    [
        (set_(its_settings=ConfigError(["a: wrong", "b"])),
         "configuration", "fail", "a: wrong (and 1 more)", "config check"),
        (set_(socket=None), "socket", "fail", "none at /run/jarvisd", "systemctl start"),
        (set_(socket=None, unit=False),
         "socket", "fail", "none at /run/jarvisd", "Start it: jarvisd"),
        (set_(socket=SocketFile(0o660, "ada", "ada")),
         "socket", "warn", "belongs to ada", "of your own: jarvisd"),
        (set_(socket=SocketFile(0o660, "ada", "ada"), its_user=User("eve", False, NOBODY, NOBODY)),
         "group", "skip", "belongs to ada", ""),
        (set_(its_status=status_of("9.9"), unit=False),
         "versions", "warn", "jarvisd is 9.9", "Start jarvisd again"),
        (set_(socket=SocketFile(0o666, "jarvis")),
         "socket", "warn", "open to every user", "chmod 0660"),
        (set_(socket=SocketFile(0o660, "root")),
         "socket", "warn", "group root, not jarvis", "chgrp jarvis"),
        (set_(socket=SocketFile(0, "", hidden=True)), "socket", "skip", "permission denied", ""),
        (set_(groups=NOBODY, socket=SocketFile(0o600, "ada", own=True)),
         "group", "skip", "your own needs none", ""),
        (set_(groups=NOBODY, socket=None), "group", "skip", "your own needs none", ""),
        (set_(groups=NOBODY), "group", "warn", "there is no group", "groupadd"),
        (set_(its_user=User("eve", False, NOBODY, NOBODY)),
         "group", "warn", "eve is not in", "usermod -aG jarvis"),
        (set_(its_user=User("ada", False, NOBODY, frozenset({"jarvis"}))),
         "group", "warn", "not yet in this session", "Log out"),
        (set_(its_settings=Settings(api=ApiSettings(socket_group=""))),
         "group", "skip", "only root", ""),
        (set_(its_status=GONE),
         "daemon", "fail", "no daemon answers", "Start it: systemctl start jarvisd"),
        (set_(its_status=GONE), "delegation", "skip", "does not answer", ""),
        (set_(its_status=GONE), "voices", "skip", "does not answer", ""),
        (set_(its_status=status_of("9.9")),
         "versions", "warn", "jarvisd is 9.9", "restart jarvisd"),
        (set_(its_python="3.10.4"), "versions", "fail", "3.10.4 is too old", "3.11"),
        (set_(systemd=245), "versions", "warn", "systemd 245", "Upgrade"),
        (set_(routes={"/props": HttpAnswer(0, "Connection refused")}),
         "llama-server", "warn", "builtin provider answers instead", "Start llama-server"),
        (set_(routes={"/props": HttpAnswer(503, "")}), "llama-server", "warn", "loading", "Wait"),
        (set_(routes={"/props": HttpAnswer(401, "")}, its_status=GONE),
         "llama-server", "fail", "API key", "llm.api_key_file"),
        (set_(routes={"/props": HttpAnswer(404, "")}),
         "llama-server", "fail", "answers 404", "llm.url"),
        (props('{"default_generation_settings":{"n_ctx":512}}'),
         "llama-server context", "warn", "512 tokens", "-c 4096"),
        (props('{"total_slots":4}'), "llama-server slots", "warn", "4 slots", "-np 1"),
        (props('{"endpoint_slots":false}'), "llama-server busy", "warn", "busy", "--slots"),
        (lambda probe: probe.routes.pop("/metrics"),
         "llama-server metrics", "warn", "not offered", "--metrics"),
        (without("-t 7"), "llama-server threads", "warn", "unlimited on 8 CPUs", "-t 7 -tb 8"),
        (set_(cpus=7), "llama-server threads", "warn", "7 on 7 CPUs", "-t 6 -tb 7"),
        (without("-b 64"), "llama-server batch", "warn", "batches of 2048", "-b 64"),
        (without("--cache-ram 512"),
         "llama-server options", "warn", "without --cache-ram 512", "--cache-ram 512"),
        (without("--offline"), "llama-server options", "warn", "without --offline", "--offline"),
        (set_(llama_line=None), "llama-server options", "skip", "not on this host", ""),
        (component("engine.piper", "absent", "piper-tts is not installed", "pip install"),
         "engine.piper", "optional", "not installed", "pip install"),
        (component("engine.espeak", "failed", "it crashed"),
         "engine.espeak", "fail", "it crashed", "jarvisctl status"),
        (set_(free=10_000_000), "disk", "fail", "0.0 GB free for /var/lib/jarvisd", "df -h"),
        (set_(free=500_000_000), "disk", "warn", "0.5 GB free", "df -h"),
        (set_(free=None), "disk", "skip", "cannot be read", ""),
        (set_(socket_path="/tmp/s"), "disk", "ok", "/home/ada/.local/state/jarvisd", ""),
        (set_(its_player=""), "player", "warn", "silent", "apt install"),
        (set_file("/sys/fs/cgroup/cgroup.controllers", None),
         "control groups", "warn", "systemd ignores CPUQuota", "unified_cgroup_hierarchy=1"),
        (set_file("/sys/fs/cgroup/cgroup.controllers", "cpu io"),
         "control groups", "warn", "without memory", "cgroup_disable"),
        (set_file("/sys/fs/cgroup/jarvis.slice/jarvisd.service/cgroup.subtree_control", "memory"),
         "delegation", "warn", "cpu not enabled", "Delegate="),
        (set_file("/proc/42/cgroup", "1:cpu:/\n"), "delegation", "skip", "no control group", ""),
        (set_file("/proc/pressure/cpu", None), "pressure", "warn", "does not measure", "psi=1"),
        (set_file(f"{CPU0}/scaling_governor", "powersave"),
         "frequency", "warn", "slowest", "schedutil"),
        (set_file(f"{CPU0}/scaling_governor", None), "frequency", "skip", "cannot be read", ""),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found_and_what_helps_is_named(
    change: Callable[[FakeProbe], None], check: str, verdict: str, message: str, fix: str
) -> None:
    probe = FakeProbe()
    change(probe)
    finding = found(probe)[check]
    assert finding.verdict == verdict
    assert message in finding.message
    assert fix in finding.fix
    assert bool(finding.fix) == (finding.verdict in {"warn", "fail", "optional"})


def test_powersave_of_a_driver_that_scales_is_fine() -> None:
    probe = FakeProbe()
    probe.files[f"{CPU0}/scaling_governor"] = "powersave"
    probe.files[f"{CPU0}/scaling_driver"] = "intel_pstate"
    assert found(probe)["frequency"].verdict == "ok"


def test_a_required_llama_server_that_is_missing_is_a_failure() -> None:
    probe = FakeProbe(its_settings=Settings(llm=LlmSettings(provider="llama-server")))
    probe.routes.clear()
    probe.routes["/props"] = HttpAnswer(0, "Connection refused")
    assert found(probe)["llama-server"].verdict == "fail"


def test_a_key_that_only_the_daemon_has_is_fine() -> None:
    probe = FakeProbe(routes={"/props": HttpAnswer(401, "")})
    assert found(probe)["llama-server"].verdict == "ok"


def test_a_model_on_the_gpu_may_use_every_thread() -> None:
    probe = FakeProbe(llama_line=ADVISED.replace("-t 7", "-ngl 99"))
    assert "llama-server threads" not in found(probe)


def test_options_are_read_as_llama_server_reads_them() -> None:
    line = ["llama-server", "-t", "3", "--metrics", "--ctx-size=512", "-b", "64", "--temp", "-1"]
    assert options(line) == {
        "--threads": "3", "--metrics": "", "--ctx-size": "512", "--batch-size": "64", "--temp": "-1"
    }  # fmt: skip


def test_strange_answers_do_no_harm() -> None:
    for text in ("", "[]", "{", '{"default_generation_settings": 3, "total_slots": "x"}'):
        probe = FakeProbe()
        probe.routes["/props"] = HttpAnswer(200, text)
        assert "llama-server options" in found(probe)


# --- the command --------------------------------------------------------------------------------


def test_here_it_says_something_about_everything(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    daemon.json("GET", "/v1/status", status_of(__version__))
    ran = jarvisctl.run("doctor", "--json", environ=NO_LLAMA)
    (answer,) = ran.objects
    assert {"configuration", "socket", "daemon", "versions", "control groups", "disk"} <= {
        finding["check"] for finding in answer["findings"]
    }
    assert answer["counts"]["ok"] > 3
    assert ran.code == (1 if answer["counts"].get("fail") else 0)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_socket_that_we_may_not_see_is_not_said_to_be_missing() -> None:
    with tempfile.TemporaryDirectory(prefix="j-", dir="/tmp") as folder:
        hidden = Path(folder) / "control.sock"
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(hidden))
            os.chown(folder, 1_234, -1)  # a person's, closed to all others
            os.seteuid(65_534)
            try:
                with ApiClient(str(hidden)) as client:
                    found = ThisHost(client, [str(hidden)], {}).socket_file()
            finally:
                os.seteuid(0)
    assert found == SocketFile(0, "", "user 1234", hidden=True)


def test_without_a_daemon_it_fails_and_says_how_to_go_on(jarvisctl: Jarvisctl) -> None:
    ran = jarvisctl.run("doctor", environ=NO_LLAMA)
    assert ran.code == 1
    assert "FAIL  socket: there is none at" in ran.text
    assert "\u2192 " in ran.text
    assert max(map(len, ran.text.splitlines())) <= 80
    assert "failing" in ran.stderr
