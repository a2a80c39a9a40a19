"""A hostile directory: a file for every module that Python could import, each leaving a trace."""

import sys
from importlib.metadata import packages_distributions
from pathlib import Path

TRACE = """import os
with open({trace!r}, "a") as trace:
    print(__file__, os.getuid(), file=trace)
raise SystemExit("a planted file ran")
"""


def plant(folder: Path) -> Path:
    """Fill ``folder``; returns the file that exists once any of the planted files was run."""
    trace = folder.parent / "trace"
    text = TRACE.format(trace=str(trace))
    for name in {*sys.stdlib_module_names, *packages_distributions(), "sitecustomize"}:
        (folder / f"{name}.py").write_text(text)
    return trace
