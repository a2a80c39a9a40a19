"""The benchmarks are run through jarvisctl: its tests' scripted daemon and runner serve here too."""

from tests.jarvisctl.conftest import daemon, jarvisctl, socket_path

__all__ = ["daemon", "jarvisctl", "socket_path"]
