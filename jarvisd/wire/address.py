"""The default path of the control socket: one rule for the daemon and its clients.

It reads only the environment it is given, and never checks whether a daemon answers.
"""

import os
from collections.abc import Mapping
from pathlib import Path

SYSTEM_DIRECTORY = Path("/run/jarvisd")
SOCKET_NAME = "control.sock"


def system_socket() -> Path:
    """The socket of the system's daemon."""
    return SYSTEM_DIRECTORY / SOCKET_NAME


def own_socket(environ: Mapping[str, str]) -> Path:
    """The socket of a daemon that a user runs: in the user's run-time directory."""
    runtime = environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    return Path(runtime) / "jarvisd" / SOCKET_NAME


def default_socket(environ: Mapping[str, str]) -> Path:
    """Where a daemon listens: in systemd's directory, else in ``/run/jarvisd`` if it may write
    there, else at its user's own socket.
    """
    if "RUNTIME_DIRECTORY" in environ:
        return Path(environ["RUNTIME_DIRECTORY"].split(":")[0]) / SOCKET_NAME
    if os.access(SYSTEM_DIRECTORY, os.W_OK):
        return system_socket()
    return own_socket(environ)


def asked_socket(environ: Mapping[str, str]) -> str:
    """The socket named in the environment; empty for none."""
    return environ.get("JARVISD_SOCKET") or environ.get("JARVISD__API__SOCKET") or ""
