"""A very small test runner: tests run as they are written, and each says how it went.

A test is a function that returns when what it claims is so, and raises when it is not. Python is
many times slower in here: tests say that something happens, never when.
"""

import json
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

RESULTS = Path("/run/results")
REBOOT = RESULTS / "reboot"
PATIENCE_S = 90.0

Test = Callable[[], None]
_tests: list[Test] = []
_always: set[Test] = set()


def test(function: Test) -> Test:
    """Register a test; its docstring (or its name) is what it claims."""
    _tests.append(function)
    return function


def always(function: Test) -> Test:
    """Register a test that the others build on: it runs whichever are chosen."""
    _always.add(function)
    return test(function)


class NotApplicableError(Exception):
    """The test does not apply here, for the reason given."""


class RebootError(Exception):
    """The test goes on after a reboot: it is called again then, and ``remembered`` is not empty."""

    def __init__(self, remember: dict[str, object]) -> None:
        super().__init__("a reboot")
        self.remember = remember


remembered: dict[str, object] = {}


def until(reached: Callable[[], object], what: str, *, patience_s: float = PATIENCE_S) -> None:
    """Wait until ``reached`` answers truly."""
    end = time.monotonic() + patience_s
    while not reached():
        assert time.monotonic() < end, f"waited {patience_s:.0f} s in vain until {what}"
        time.sleep(0.5)


def run_all(only: list[str], console: Path) -> int:
    """Run the tests whose name contains one of ``only``, or all; returns how many failed."""
    chosen = [t for t in _tests if not only or t in _always or any(p in t.__name__ for p in only)]
    first, failed, skipped = _resume()
    with console.open("w") as out:
        sys.stdout = sys.stderr = (RESULTS / "log").open("a")

        def tell(line: str) -> None:
            for stream in (out, sys.stdout):
                print(line, file=stream, flush=True)

        if first == 1:
            tell(f"1..{len(chosen)}")
        for number, one in enumerate(chosen, 1):
            if number < first:
                continue
            claim = f"{number} - {(one.__doc__ or one.__name__).strip().rstrip('.')}"
            started = time.monotonic()
            try:
                one()
                verdict, reason = f"ok {claim}", ""
            except RebootError as error:
                state = {"next": number, "failed": failed, "skipped": skipped}
                REBOOT.write_text(json.dumps({**state, "remembered": error.remember}))
                return failed
            except NotApplicableError as error:
                skipped += 1
                verdict, reason = f"ok {claim} # SKIP {error}", ""
            except BaseException:  # noqa: BLE001 - whatever it was, the next test runs
                failed += 1
                verdict, reason = f"not ok {claim}", traceback.format_exc(limit=-3) + _journal()
            tell(f"{verdict} ({time.monotonic() - started:.1f} s)")
            for line in reason.splitlines():
                tell(f"#   {line}")
        tell(f"{len(chosen) - failed - skipped} passed, {failed} failed, {skipped} skipped")
    return failed


def _resume() -> tuple[int, int, int]:
    """Which test is the next one, and how many failed and were skipped before."""
    if not (RESULTS / "log").exists():
        return 1, 0, 0
    # Without this file nobody asked for the reboot, and the kernel's last words are on the console.
    state = json.loads(REBOOT.read_text())
    REBOOT.unlink()
    remembered.update(state["remembered"])
    return state["next"], state["failed"], state["skipped"]


def _journal() -> str:
    shown = subprocess.run(
        ["journalctl", "-b", "-n", "12", "-o", "short-monotonic", "--no-pager", "-u", "jarvis*"],
        check=False,
        text=True,
        capture_output=True,
    )
    return shown.stdout
