"""``python -m tests.vm [NAME…]``: run the guest's tests (all, or those whose name contains NAME).

Prints what the guest prints: one line a test. Its journal and logs stay in .cache/vm/results.
"""

import argparse
import fcntl
import shutil
import sys
import time
from pathlib import Path

from tests.vm import machine, project_image, root_image, tools
from tests.vm.project_image import TREE

CACHE = TREE / ".cache/vm"
# About eleven minutes on two free cores; others may be at work beside us.
LIMIT_S = 3600.0


def main() -> int:
    """Run the guest; 0 when all of its tests passed."""
    parser = argparse.ArgumentParser(prog="python -m tests.vm", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="parts of tests' names")
    names = parser.parse_args().names
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one guest at a time: it takes every processor
        try:
            return _run(names)
        except tools.CannotRunError as error:
            print(f"test-vm: {error}", file=sys.stderr)
            return 2


def _run(names: list[str]) -> int:
    started = time.monotonic()
    emulator = tools.require(CACHE / "tools")
    root = root_image.build(CACHE, tools.GUEST_PACKAGES)
    project = project_image.build(CACHE, names)
    _say(f"The guest is made ({time.monotonic() - started:.0f} s). It boots …")
    results = CACHE / "results"
    shutil.rmtree(results, ignore_errors=True)
    ended = machine.boot(
        emulator, root=root, project=project, results=results, limit_s=LIMIT_S, on_line=_say
    )
    _say(f"{time.monotonic() - started:.0f} s in all; journal and logs: {results}")
    if not ended:
        _say("The guest did not switch itself off; its console is above.")
        return 1
    return _exit_code(results)


def _exit_code(results: Path) -> int:
    try:
        return int((results / "exit-code").read_text())
    except (FileNotFoundError, ValueError):
        _say("The guest brought no result.")
        return 1


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
