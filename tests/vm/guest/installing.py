"""A new owner's first minutes."""

import re
import shutil
import threading
from collections.abc import Iterable
from pathlib import Path

from harness import RESULTS, always, test
from system import (
    MEMBER,
    PROJECT,
    SOCKET,
    STRANGER,
    every_file,
    get,
    main_pid,
    run,
    run_as,
    show,
    succeed,
)

# What lives on its own: kernel file systems, run-time files, logs, caches of the system itself.
ELSEWHERE = ("/proc", "/sys", "/dev", "/run", "/project", "/tmp", "/var/log", "/var/tmp",
             "/var/lib/systemd", "/etc/.pwd.lock", "/etc/passwd-", "/etc/group-", "/etc/shadow-",
             "/etc/gshadow-", "/etc/subuid-", "/etc/subgid-")  # fmt: skip
# What was there before, kept across the reboot.
BEFORE = RESULTS / "before"
# Another package's, which is empty.
OTHERS = Path("/usr/local/share/zsh/site-functions")
# Another interpreter than the system's, which goes away one day.
FORMER_PYTHON = Path((PROJECT / "former-python").read_text())
RELEASES = Path("/opt/jarvisd")
PREPARED = PROJECT / "releases/opt/jarvisd"


def install(wheels: str) -> tuple[Path | str, ...]:
    """The installer's command line with one of the sets of wheels."""
    # The dashboard's libraries are many files, which an emulated processor compiles for minutes.
    return (PROJECT / "install.sh", "--without-top", "--wheels", PROJECT / "wheels" / wheels)


def tree_with_other_units() -> Path:
    """What an installer needs of a tree, whose services differ from the installed ones."""
    tree = Path("/run/tree")
    if tree.exists():
        return tree
    for name in ("systemd", "etc", "man", "lock"):
        shutil.copytree(PROJECT / name, tree / name)
    for name in ("install.sh", "pyproject.toml"):
        shutil.copy(PROJECT / name, tree)
    for service in (tree / "systemd/jarvisd.service", tree / "systemd/user/jarvisd.service"):
        service.write_text(service.read_text().replace("RestartSec=1\n", "RestartSec=3\n"))
    return tree


def _bring(releases: Iterable[Path]) -> None:
    RELEASES.mkdir(exist_ok=True)
    for release in releases:
        succeed("cp", "--archive", release, RELEASES)
        # What is older than the release in force would be removed with the first upgrade.
        (RELEASES / release.name / ".made-of").touch()


def _bring_others() -> None:
    _bring(release for release in PREPARED.iterdir() if not (RELEASES / release.name).exists())
    FORMER_PYTHON.parent.mkdir(parents=True)
    shutil.copy("/usr/bin/python3", FORMER_PYTHON)


bringing = threading.Thread(target=_bring_others)


@always
def the_plan_can_be_seen_first() -> None:
    """install.sh --dry-run changes nothing."""
    succeed("useradd", "--create-home", MEMBER)
    succeed("useradd", "--create-home", STRANGER)
    OTHERS.mkdir(parents=True)
    before = every_file(but=ELSEWHERE)
    assert "would run" in succeed(*install("this"), "--dry-run")
    assert every_file(but=ELSEWHERE) == before
    BEFORE.write_text("\n".join(before))


@always
def one_command_installs() -> None:
    """install.sh installs the tree, starts the daemon and lets it speak."""
    # Made with the tree's own installer where that takes seconds.
    _bring([next(release for release in PREPARED.iterdir() if release.name < "9")])
    said = succeed(*install("this"))
    assert "is there already" in said, said
    assert "is ready" in said, said
    assert "could not be said" not in said, said
    python = Path("/opt/jarvisd/current/bin/python3").resolve()
    assert re.fullmatch(r"python3\.\d+", python.name), python
    assert python == Path(f"/opt/jarvisd/current/bin/{python.name}").readlink()


@test
def it_is_supervised() -> None:
    """systemctl start has seen READY, and STATUS is a line for people."""
    assert show("Type") == "notify"
    assert show("ActiveState") == "active"
    assert show("StatusText"), "no STATUS"
    assert succeed("systemctl", "is-enabled", "jarvisd.service", "jarvisd.socket").split() == [
        "enabled",
        "enabled",
    ]
    assert "active (running)" in succeed("systemctl", "status", "--no-pager", "jarvisd")


@test
def it_is_ready_without_a_model_and_a_neural_voice() -> None:
    """It is ready with neither llama-server nor Piper, and says what is missing."""
    assert get("/v1/status")["state"] == "running"
    components = {c["name"]: c["state"] for c in get("/v1/ready")["components"]}
    assert components["llm"] == "degraded", components
    assert components["voice"] in ("ready", "degraded"), components


@test
def a_second_run_changes_nothing() -> None:
    """install.sh run again changes nothing and restarts nothing."""
    pid = main_pid()
    assert "runs already" in succeed(*install("this"))
    assert main_pid() == pid


@test
def a_member_of_the_group_is_answered() -> None:
    """A reply is spoken through the socket to a member of group jarvis."""
    succeed("usermod", "-aG", "jarvis", MEMBER)
    said = run_as(MEMBER, "jarvisctl", "say", "Good evening", "-o", "/tmp/evening.wav")
    assert said.code == 0, said
    audio = Path("/tmp/evening.wav").read_bytes()
    assert audio[:4] == b"RIFF"
    assert len(audio) > 10_000, len(audio)
    assert any(audio[1000:]), "silence"


@test
def a_stranger_is_refused() -> None:
    """Another user is refused, and told how to become a member."""
    refused = run_as(STRANGER, "jarvisctl", "say", "Good evening", "-o", "/tmp/stranger.wav")
    assert refused.code == 5, refused
    assert "usermod -aG jarvis" in refused.output
    assert SOCKET.stat().st_mode & 0o777 == 0o660


@test
def the_socket_cannot_be_replaced() -> None:
    """The daemon's user, and so its workers, cannot put another socket in the place of ours."""
    assert (SOCKET.parent.owner(), SOCKET.parent.group()) == ("root", "root")
    for attempt in (("rm", "-f", str(SOCKET)), ("mv", str(SOCKET), "/run/jarvisd/other")):
        tried = run_as("jarvis", *attempt)
        assert tried.code != 0, tried
        assert "Permission denied" in tried.output, tried
    assert get("/v1/live")["live"]


@test
def state_is_private() -> None:
    """Conversations are for the daemon's user alone; the daemon holds no privilege."""
    listed = run_as(STRANGER, "ls", "/var/lib/jarvisd")
    assert listed.code != 0, listed
    status = Path(f"/proc/{main_pid()}/status").read_text()
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert int(fields["CapEff"], 16) == 0
    assert int(fields["CapBnd"], 16) == 0
    assert fields["NoNewPrivs"].strip() == "1"
    assert fields["Seccomp"].strip() == "2"
    assert run("id", "-u", "jarvis").output.strip() == fields["Uid"].split()[0]


@test
def releases_come_in_beside_the_one_that_runs() -> None:
    """Prepared releases come in beside the one that runs; no test to come waits for them."""
    bringing.start()
    assert get("/v1/status")["state"] == "running"
