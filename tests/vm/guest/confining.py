"""What the sandbox forbids, tried from inside; and what the scores say."""

import json
from pathlib import Path

from harness import test
from system import DROP_INS, control_group, journal, main_pid, run, succeed

ALLOWED = {
    "write its state", "read its configuration", "connect to this host", "read the pressure",
    "make its own control groups", "be nice", "choose processors", "load the embedded voice",
}  # fmt: skip
EXPOSURE = 15


@test
def the_sandbox_holds() -> None:
    """From inside, what is forbidden fails and what is needed works."""
    found = _probe()
    wrong = {name: how for name, how in found.items() if (how == "allowed") != (name in ALLOWED)}
    assert not wrong, wrong
    assert len(found) >= 25, sorted(found)


def _probe() -> dict[str, str]:
    """Run the probes as a service that differs from jarvisd's in its command only."""
    text = Path("/etc/systemd/system/jarvisd.service").read_text()
    text = text.replace(
        "ExecStart=/opt/jarvisd/current/bin/jarvisd",
        "ExecStart=/opt/jarvisd/current/bin/python /run/probes/probes.py",
    )
    for line, instead in (
        ("Type=notify\n", "Type=oneshot\n"),
        ("Requires=jarvisd.socket\n", ""),
        ("Restart=always\n", "Restart=no\n"),
        ("ReadWritePaths=-/sys/fs/cgroup/jarvis.slice/jarvisd.service",
         "ReadWritePaths=-/sys/fs/cgroup/jarvis.slice/probes.service"),
    ):  # fmt: skip
        assert line in text, line
        text = text.replace(line, instead)
    unit = DROP_INS / "probes.service"
    unit.write_text(text)
    probes = Path("/run/probes/probes.py")
    probes.parent.mkdir(exist_ok=True)
    probes.write_text(Path("/project/tests/vm/guest/probes.py").read_text())
    Path("/home/member/secret").write_text("secret")
    succeed("systemctl", "daemon-reload")
    started = run("systemctl", "start", "probes.service")
    said = journal("probes.service")
    assert started.code == 0, said
    unit.unlink()
    Path("/home/member/secret").unlink()
    succeed("systemctl", "daemon-reload")
    return dict(json.loads(line) for line in said.splitlines() if line.startswith("["))


@test
def workers_are_confined() -> None:
    """Workers give up files and system calls inside the unit's own sandbox, too"""
    succeed("jarvisctl", "say", "Confined.")
    said = journal("jarvisd.service")
    assert "worker.ready" in said
    assert "worker.unconfined" not in said, said


@test
def the_exposure_is_low() -> None:
    """systemd-analyze security of the running service stays within the limit."""
    said = succeed("systemd-analyze", "security", "--no-pager", f"--threshold={EXPOSURE}",
                   "jarvisd.service")  # fmt: skip
    print(said.splitlines()[-1])


@test
def the_installed_units_are_understood() -> None:
    """systemd-analyze verify has nothing to say about the installed units."""
    said = run("systemd-analyze", "verify", "--man=no", "jarvisd.service", "jarvisd.socket")
    assert (said.code, said.output.strip()) == (0, ""), said


@test
def the_daemon_owns_its_own_group_only() -> None:
    """The delegated control group belongs to the daemon's user; the slice above does not."""
    group = control_group()
    assert group.parent.name == "jarvis.slice"
    assert group.owner() == "jarvis"
    assert group.parent.owner() == "root"
    assert Path(f"/proc/{main_pid()}/cgroup").read_text().startswith("0::/jarvis.slice/jarvisd")
