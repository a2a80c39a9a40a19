"""The machine is switched off and on, and nobody does anything."""

from pathlib import Path

from harness import RebootError, remembered, test
from system import SOCKET, as_installed, events, get, restarts, run, succeed, until_running


@test
def a_reboot_changes_nothing() -> None:
    """After a reboot the same version runs, by itself, with its conversations."""
    if not remembered:
        as_installed()
        told = events("/v1/replies", {"text": "How are you?", "conversation": "reboot"})
        assert told[-1]["type"] == "reply.done", told[-1]
        raise RebootError({"version": get("/v1/version")["version"]})
    until_running()
    assert get("/v1/version")["version"] == remembered["version"]
    roles = [m["role"] for m in get("/v1/conversations/reboot")["messages"]]
    assert roles == ["user", "assistant"]
    assert restarts() == 0
    enabled = succeed("systemctl", "is-enabled", "jarvisd.service", "jarvisd.socket").split()
    assert enabled == ["enabled", "enabled"]
    assert (SOCKET.parent.owner(), SOCKET.group()) == ("root", "jarvis")
    assert Path("/run/jarvisd").stat().st_mode & 0o777 == 0o755
    assert run("jarvisctl", "status").code == 0
