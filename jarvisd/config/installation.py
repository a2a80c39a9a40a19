"""How jarvisd was installed, and so how to add an optional part.

Used in hints only; nothing else may depend on it.
"""

import sys
from pathlib import Path

# install.sh leaves it in every release that it made.
MARK = ".made-of"
_OPTIONS = {"piper": " --with-piper", "tui": ""}


def how_to_add(extra: str, *, prefix: Path | None = None) -> str:
    """The command that adds an extra here; what install.sh made is changed by install.sh only."""
    release = Path(sys.prefix) if prefix is None else prefix
    try:
        (release / MARK).lstat()
        by_root = release.stat().st_uid == 0
    except OSError:
        return f"pip install 'jarvisd[{extra}]'"
    installer = "sudo ./install.sh" if by_root else "./install.sh --user"
    return f"{installer}{_OPTIONS[extra]}"
