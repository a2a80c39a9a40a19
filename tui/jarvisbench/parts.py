"""The parts of the benchmark by name and group, in the order in which they run.

Knows what there is without importing any of it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from jarvisbench import ramp
from jarvisbench.figures import Row

if TYPE_CHECKING:
    from jarvisbench.rig import Rig


@dataclass(frozen=True, slots=True)
class Part:
    """One measurement: its name on the command line, what it tells, and its rows.

    ``group`` is a name for several parts together, or one that is known better than its own.
    ``by_name_only``: it needs what not every machine has, and runs only when it is asked for.
    """

    name: str
    about: str
    rows: tuple[str, ...]
    module: str
    group: str = ""
    by_name_only: bool = False

    @property
    def names(self) -> set[str]:
        """Everything that selects it."""
        return {self.name, *self.rows} | ({self.group} if self.group else set())

    def measure(self, rig: "Rig") -> Iterator[Row]:
        """Import the measurement and run it."""
        measure: Callable[[Rig], Iterator[Row]] = import_module(
            f"jarvisbench.{self.module}"
        ).measure
        return measure(rig)


_PHRASING = (
    *("phrase", "subordinate", "conjunction", "comma", "colon", "sentence", "weak", "words"),
    *("pitch", "loudness", "pause", "first_audio"),
)


PARTS: tuple[Part, ...] = (
    Part("rules", "sentence rules that come out exactly", ("golden_rules",), "sentence_rules"),
    Part("text", "what a token costs on its way to speech", ("text_per_token",), "text_cost"),
    Part(
        "phrasing",
        "sentences cut while they are written, beside whole ones",
        tuple(f"phrasing.{figure}.{pace}" for pace in (40, 20) for figure in _PHRASING),
        "phrasing",
    ),
    Part("start", "from start to first answer", ("ready_after_start",), "startup"),
    Part(
        "idle",
        "memory, processor and wake-ups at rest",
        ("idle.memory", "idle.cpu", "idle.wake_ups"),
        "idling",
    ),
    Part("status", "GET /v1/status on a kept connection", ("status",), "status_latency"),
    Part(
        "say",
        "from a given text to its first audio",
        ("first_audio.espeak", "first_audio.piper"),
        "first_audio",
        group="latency",
    ),
    Part(
        "ask",
        "from the first token to the first audio",
        ("token_to_audio.40", "token_to_audio.20"),
        "token_to_audio",
        group="latency",
    ),
    Part(
        "steps",
        "clause to synthesis, PCM to socket",
        ("clause_to_synthesis", "pcm_to_socket"),
        "pipeline_steps",
        group="latency",
    ),
    Part(
        "interrupt",
        "from an interrupt to silence",
        ("interrupt.silent", "interrupt.freed"),
        "interrupting",
    ),
    Part("stall", "waiting while two syntheses run", ("loop_stall",), "loop_stall"),
    Part(
        "frames",
        "paced frames of three sessions",
        ("frames.jitter", "frames.dropped"),
        "frame_jitter",
        group="jitter",
    ),
    Part(
        "concurrency",
        "1 to 50 paced sessions, 1 to 8 live syntheses",
        tuple(ramp.names()),
        "concurrency",
    ),
    Part("slots", "whether two syntheses at once pay", ("two_slots",), "slots"),
    Part(
        "overhead",
        "what measuring and tracing cost",
        (
            "overhead.ring",
            "overhead.sketch",
            "overhead.trace_on",
            "overhead.trace_off",
            "overhead.first_audio",
            "overhead.cpu",
        ),
        "overhead",
    ),
    Part(
        "neighbour",
        "what speaking costs a real llama-server",
        (
            "neighbour.loss",
            "neighbour.loss.free",
            "neighbour.gaps",
            "neighbour.gaps.free",
            "neighbour.first",
            "neighbour.first.free",
        ),
        "neighbour",
        by_name_only=True,
    ),
)


def selected(names: Sequence[str]) -> list[Part]:
    """The parts of these names in running order; for none, all that need nothing special.

    A group's or a row's name selects its parts. Raises ``KeyError`` with a name that is neither.
    """
    known = {name for part in PARTS for name in part.names}
    for name in names:
        if name not in known:
            raise KeyError(name)
    if not names:
        return [part for part in PARTS if not part.by_name_only]
    return [part for part in PARTS if part.names & set(names)]


def groups() -> list[str]:
    """The names for several parts, in running order."""
    return list(dict.fromkeys(part.group for part in PARTS if part.group))
