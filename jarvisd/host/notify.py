"""Telling systemd where the daemon stands, where there is a systemd to tell.

Without NOTIFY_SOCKET every call does nothing. It must never raise: supervision is not a reason to
fail.
"""

import sdnotify

_notifier = sdnotify.SystemdNotifier()


def ready(status: str) -> None:
    """The API answers."""
    _notifier.notify(f"READY=1\nSTATUS={status}")


def stopping() -> None:
    """Shutting down in good order."""
    _notifier.notify("STOPPING=1\nSTATUS=Stopping")
