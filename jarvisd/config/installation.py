"""How this installation came to be, and so how an optional part of it is added.

Told to people in hints only; nothing else may depend on it.
"""

import sys
from pathlib import Path

# install.sh leaves it in every release that it made.
MARK = ".made-of"
_OPTIONS = {"piper": " --with-piper", "tui": ""}


def how_to_add(extra: str, *, prefix: Path | None = None) -> str:
    """The command that adds an extra here. What install.sh made is only changed by install.sh."""
    release = Path(sys.prefix) if prefix is None else prefix
    try:
        (release / MARK).lstat()
        by_root = release.stat().st_uid == 0
    except OSError:
        return f"pip install 'jarvisd[{extra}]'"
    installer = "sudo ./install.sh" if by_root else "./install.sh --user"
    return f"{installer}{_OPTIONS[extra]}"
