"""The gates on units serve the installer's units too."""

from tests.systemd.conftest import analyze, installed

__all__ = ["analyze", "installed"]
