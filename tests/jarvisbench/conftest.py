"""The benchmarks are run through jarvisctl: its scripted daemon and runner serve here."""

from tests.jarvisctl.conftest import daemon, jarvisctl, socket_path

__all__ = ["daemon", "jarvisctl", "socket_path"]
