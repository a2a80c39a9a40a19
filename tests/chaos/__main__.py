"""``python -m tests.chaos [NAME…]``: every fault, or those whose name contains NAME.

Prints a line for each fault, one line of figures, and how many passed. Exits with 1 where one
failed. ``--seed`` repeats a run.
"""

import argparse
import asyncio
import sys
import time
import traceback
from contextlib import redirect_stdout
from io import StringIO

import uvloop

from tests.chaos import endurance, faults, fuzzing
from tests.chaos.faults import Fault
from tests.chaos.figures import Figures
from tests.chaos.stage import stage

LIMIT_S = 600.0
FAULTS: tuple[Fault, ...] = (
    faults.kill_the_daemon,
    faults.kill_workers,
    faults.stop_workers,
    faults.take_the_descriptors,
    faults.fill_the_disk,
    faults.jump_the_clock,
    faults.leave_in_the_middle,
    faults.meet_hostile_models,
    fuzzing.send_anything,
    endurance.talk_for_long,
)


def main() -> int:
    """Run the faults; 0 when all passed."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="parts of faults' names")
    parser.add_argument("--seed", default="jarvisd", help="decides all that is left to chance")
    flags = parser.parse_args()
    chosen = [one for one in FAULTS if _wanted(one.__name__, flags.names)]
    figures, failed = Figures(), 0
    for fault in chosen:
        passed = uvloop.run(_run(fault, f"{flags.seed} {fault.__name__}", figures))
        failed += not passed
    print(f"seed {flags.seed}: {figures.line()}")
    print(f"{len(chosen) - failed} passed, {failed} failed")
    return 1 if failed else 0


def _wanted(name: str, parts: list[str]) -> bool:
    return not parts or any(part in name for part in parts)


async def _run(fault: Fault, seed: str, figures: Figures) -> bool:
    """Run one fault on a stage of its own; its log is shown where it failed."""
    started, log, problem = time.monotonic(), StringIO(), ""
    async with stage(seed) as playing:
        try:
            with redirect_stdout(log):
                async with asyncio.timeout(LIMIT_S):
                    await fault(playing)
        except Exception:  # noqa: BLE001 - whatever went wrong is told, and the next fault runs
            problem = traceback.format_exc()
        figures.add(playing.figures)
        passed = playing.figures.clean and not problem
    name = fault.__name__.replace("_", " ")
    print(f"{'ok    ' if passed else 'FAILED'} {name} ({time.monotonic() - started:.0f} s)")
    if not passed:
        print(f"       {playing.figures.line()}\n{problem}{log.getvalue()[-6_000:]}")
    sys.stdout.flush()
    return passed


if __name__ == "__main__":
    sys.exit(main())
