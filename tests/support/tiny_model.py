"""Where the tests' tiny language model lies; built from nothing at the first call ever."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

Variant = Literal["tiny", "endless", "slow"]
CACHE = Path(__file__).parents[2] / ".cache"
_VERSION = 1  # part of the file name: raise it when the model built here changes


@contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Hold ``lock`` against other processes: parallel test runs share the cache."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def tiny_model(variant: Variant = "tiny") -> Path:
    """The path of a model.

    ``tiny`` answers within milliseconds. ``endless`` writes some hundred tokens a second and stops
    only where it is told to, or its context is full. ``slow`` takes 25 ms of a core for a token.
    """
    path = CACHE / "models" / f"{variant}-{_VERSION}.gguf"
    with only_one(path.with_suffix(".lock")):
        if not path.exists():
            from tests.support.gguf_model import build  # noqa: PLC0415 - imports for a second

            unfinished = path.with_suffix(".part")
            build(unfinished, variant)
            unfinished.rename(path)
    return path
