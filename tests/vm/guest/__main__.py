"""Runs every test inside the guest, in order, and says on the console how each went."""

# ruff: noqa: F401, I001 - importing registers tests, from our own directory, in this order
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import harness
import installing
import confining
import sharing
import supervising
import personal
import upgrading
import manual
import rebooting
import removing

ONLY = Path("/project/only").read_text().split()
failed = harness.run_all(ONLY, Path("/dev/ttyS0"))
if not harness.REBOOT.exists():
    (harness.RESULTS / "exit-code").write_text(f"{min(failed, 1)}\n")
