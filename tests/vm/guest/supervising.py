"""systemd and the daemon: crashes, hangs, restarts, connections meanwhile, reloads."""

import json
import os
import signal
import threading
import time
from pathlib import Path

from harness import test, until
from system import (
    PATIENCE_S,
    SOCKET,
    api,
    as_installed,
    burning,
    configuration,
    control_group,
    drop_in,
    events,
    get,
    journal,
    main_pid,
    restart,
    restarts,
    run,
    show,
    succeed,
    until_restarted,
    until_running,
)
from tries import Tries

# Long enough for a healthy daemon in here, short enough to wait for twice.
SHORT_WATCHDOG = "[Service]\nWatchdogSec=8\nTimeoutAbortSec=2\n"
WATCHDOG_S = 8
LONG_ENOUGH_S = WATCHDOG_S + 3  # a daemon that no longer answers the watchdog is killed by then


@test
def a_killed_daemon_comes_back_with_its_conversations() -> None:
    """kill -9: systemd restarts it, and the conversation is whole."""
    as_installed()
    before = events("/v1/replies", {"text": "How are you?", "conversation": "evening"})
    assert before[-1]["type"] == "reply.done", before[-1]
    told = get("/v1/conversations/evening")["messages"]
    assert [message["role"] for message in told] == ["user", "assistant"]
    until(lambda: _stored("evening") == 2, "the database holds both messages")
    pid = main_pid()
    os.kill(pid, signal.SIGKILL)
    until_restarted(pid, "it was killed")
    again = get("/v1/conversations/evening")["messages"]
    assert [(m["role"], m["text"]) for m in again] == [(m["role"], m["text"]) for m in told]
    assert restarts() >= 1


def _stored(conversation: str) -> int:
    """Messages on disk, as another process sees them."""
    import sqlite3  # noqa: PLC0415 - only here

    path = next(Path("/var/lib/jarvisd").glob("*.sqlite3"))
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
        assert "messages" in tables, tables
        return int(database.execute("SELECT count(*) FROM messages").fetchone()[0])


@test
def a_connection_starts_a_stopped_daemon() -> None:
    """The socket alone starts the daemon: the first connection is served."""
    as_installed()
    succeed("systemctl", "stop", "jarvisd.service")
    assert show("ActiveState") == "inactive"
    assert SOCKET.is_socket(), "stopping the daemon removed its socket"
    assert api("/v1/live")[0] == 200
    assert show("ActiveState") == "active"


@test
def connections_during_a_restart_wait() -> None:
    """Connections made during a restart wait and are served; none is refused."""
    tries = Tries()
    with tries:
        restart()
        restart()
    assert tries.refused == [], tries.refused
    assert tries.served > 2, tries.served


@test
def a_bad_configuration_is_not_tried_twice() -> None:
    """A configuration that cannot be used stops with 78, says why, and is not tried again."""
    with configuration("[speech]\nslots = 99\n"):
        succeed("systemctl", "stop", "jarvisd.socket", "jarvisd.service")
        assert run("systemctl", "start", "jarvisd.service").code != 0
        assert show("ExecMainStatus") == "78"
        assert show("ActiveState") == "failed"
        assert "speech.slots" in journal()


@test
def a_stopped_daemon_is_restarted_by_the_watchdog() -> None:
    """SIGSTOP of the daemon: the watchdog restarts it."""
    with drop_in(SHORT_WATCHDOG):
        restart()
        pid = main_pid()
        os.kill(pid, signal.SIGSTOP)
        until_restarted(pid, "it was stopped")
        assert "atchdog timeout" in journal()


FROZEN = """[Service]
ExecStart=
ExecStart=/opt/jarvisd/current/bin/python /run/freezing.py
"""
# A real daemon in every way, but for one signal handler that never returns.
FREEZING = """import signal, sys, time
signal.signal(signal.SIGUSR1, lambda *_: time.sleep(86400))
from jarvisd.__main__ import main
sys.exit(main([]))
"""


@test
def a_frozen_loop_is_restarted_by_the_watchdog() -> None:
    """A frozen event loop: the watchdog restarts the daemon."""
    Path("/run/freezing.py").write_text(FREEZING)
    with drop_in(SHORT_WATCHDOG + FROZEN.replace("[Service]\n", "")):
        restart()
        pid = main_pid()
        os.kill(pid, signal.SIGUSR1)
        until_restarted(pid, "its loop was frozen")


@test
def a_frozen_model_is_no_reason_to_restart() -> None:
    """A frozen llama-server: neither it nor the daemon is restarted, and the daemon answers."""
    unit = Path("/run/systemd/system/llama-server.service")
    unit.write_text("[Service]\nExecStart=/usr/bin/python3 /project/tests/vm/guest/slow_model.py\n")
    succeed("systemctl", "daemon-reload")
    succeed("systemctl", "start", "llama-server.service")
    try:
        with drop_in(SHORT_WATCHDOG), configuration('[llm]\nprovider = "llama-server"\n'):
            restart()
            pid, model = main_pid(), int(show("MainPID", "llama-server.service"))
            until(lambda: _llm_state() == "ready", "the model is ready")
            asking = threading.Thread(target=_ask_in_vain)
            asking.start()
            until(lambda: get("/v1/status")["replies"], "a reply is being written")
            os.kill(model, signal.SIGSTOP)
            end = time.monotonic() + LONG_ENOUGH_S
            while time.monotonic() < end:
                assert api("/v1/live")[0] == 200
                time.sleep(1)
            assert main_pid() == pid
            assert restarts() == 0
            assert int(show("MainPID", "llama-server.service")) == model
            os.kill(model, signal.SIGKILL)
            asking.join(PATIENCE_S)
            assert not asking.is_alive(), "the reply never ended"
    finally:
        succeed("systemctl", "stop", "llama-server.service")
        unit.unlink()


def _llm_state() -> str:
    return next(c["state"] for c in get("/v1/ready")["components"] if c["name"] == "llm")


def _ask_in_vain() -> None:
    try:
        api("/v1/replies", {"text": "Tell me a long story", "conversation": "story"})
    except OSError as error:
        print("the reply ended with", error)


@test
def a_starving_host_is_no_reason_to_restart() -> None:
    """A tenth of a processor for the daemon and a worker that wants it all: nothing restarts."""
    with drop_in(SHORT_WATCHDOG):
        restart()
        pid = main_pid()
        until(_workers_are_ready, "the workers are ready")
        quota = ("systemctl", "set-property", "--runtime", "jarvisd.service")
        try:
            succeed(*quota, "CPUQuota=10%")
            with burning(control_group() / "workers"):
                time.sleep(LONG_ENOUGH_S)
                assert api("/v1/live")[0] == 200
        finally:
            succeed(*quota, "CPUQuota=")
        assert (main_pid(), restarts()) == (pid, 0)


def _workers_are_ready() -> bool:
    """Both, the spare one, too: starting takes more of a processor than the test leaves them."""
    return [worker["state"] for worker in get("/v1/status")["workers"]] == ["idle", "idle"]


@test
def a_key_for_the_model_is_handed_over() -> None:
    """llama-server's key, where there is one, is handed to the daemon and to nobody else."""
    key = Path("/etc/jarvisd/credentials/llama-api-key")
    key.write_text("sesame\n")
    key.chmod(0o600)
    try:
        restart()
        directory = Path("/run/credentials/jarvisd.service")
        assert (directory / "llama-api-key").read_text().strip() == "sesame"
        assert run("runuser", "-u", "member", "--", "ls", str(directory)).code != 0
        environment = Path(f"/proc/{main_pid()}/environ").read_text()
        assert "sesame" not in environment
    finally:
        key.unlink()


@test
def a_reload_takes_effect_without_a_restart() -> None:
    """systemctl reload takes a changed configuration over, in the same process."""
    as_installed()
    pid = main_pid()
    with configuration("[speech]\nslots = 1\n"):
        succeed("systemctl", "reload", "jarvisd.service")
        until(lambda: get("/v1/status")["slots"] == 1, "the new number of slots is in force")
        assert main_pid() == pid
        until(lambda: show("ActiveState") == "active", "the reload is over")
    succeed("jarvisctl", "reload")
    until_running()
    assert main_pid() == pid


@test
def a_bad_reload_changes_nothing() -> None:
    """A bad file changes nothing on reload, and is explained."""
    as_installed()
    pid, slots = main_pid(), get("/v1/status")["slots"]
    with configuration("[speech]\nslots = 99\n"):
        run("systemctl", "reload", "jarvisd.service")
        until(lambda: "speech.slots" in journal(), "the journal explains")
        refused = run("jarvisctl", "reload")
        assert refused.code != 0, refused
        assert "speech.slots" in refused.output
        assert (main_pid(), get("/v1/status")["slots"]) == (pid, slots)
        assert show("ActiveState") == "active"


@test
def the_journal_explains_what_happened() -> None:
    """Events have native fields in the journal, and journalctl -x explains them."""
    as_installed()
    query = ("journalctl", "-b", "-u", "jarvisd.service", "--no-pager")
    entries = [json.loads(line) for line in succeed(*query, "-o", "json").splitlines()]
    ready = [e for e in entries if "MESSAGE_ID" in e and "daemon.ready" in str(e["MESSAGE"])]
    assert ready, [entry.get("MESSAGE") for entry in entries[-5:]]
    assert ready[-1]["PRIORITY"] == "6"
    assert any(name.startswith("JARVISD_") for name in ready[-1]), ready[-1]
    assert "Subject:" in succeed(*query, "-x")
