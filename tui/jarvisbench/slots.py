"""Whether a second synthesis at the same time pays on this machine, or only moves the work about.

The same sentences are made by a heavy voice through two private daemons, one with one slot and one
with two, in turn, so that other work on the machine weighs on both. The quickest round of each
counts, because nothing makes work quicker than it is.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from jarvisbench.figures import Row
from jarvisbench.replies import ANSWERS
from jarvisbench.rig import HEAVY, PartUnavailable, Rig
from jarvisbench.verdict import TWO_SLOTS
from jarvisbench.wire import PCM, Wire, post

# Long enough to be an utterance each, and about equally long.
SENTENCES = tuple(answer for answer in ANSWERS if 60 <= len(answer) <= 90)
SENTENCES_PER_ROUND = 4
# Goes on with the rig's [governor]: it would give way to whatever else runs here.
UNGOVERNED = "quota = 1024.0\nweight = 100\n"


def measure(rig: Rig) -> Iterator[Row]:
    """How many times as fast the two are."""
    try:
        rig.voices  # noqa: B018 - built before the daemons start
    except PartUnavailable as reason:
        yield Row(name=TWO_SLOTS, unit="times", skipped=str(reason))
        return
    sentences = SENTENCES[:SENTENCES_PER_ROUND]
    spent: dict[int, list[float]] = {1: [], 2: []}
    with (
        rig.daemon(voice=HEAVY, slots=1, more=UNGOVERNED) as single,
        rig.daemon(voice=HEAVY, slots=2, more=UNGOVERNED) as double,
    ):
        for number in range(rig.samples(4, 2)):
            rig.say(f"one slot, then two: round {number + 1}")
            spent[1].append(_seconds(single.socket, sentences))
            spent[2].append(_seconds(double.socket, sentences))
    yield Row(name=TWO_SLOTS, unit="times", values=[min(spent[1]) / min(spent[2])])


def _seconds(socket: Path, sentences: Sequence[str]) -> float:
    """From the text to the end of its audio, read as fast as it comes.

    Each on a connection of its own: while the other daemon speaks, this one would close an idle
    one.
    """
    with Wire(socket) as wire:
        sent_at = wire.send(post("/v1/say", {"text": " ".join(sentences)}, accept=PCM))
        wire.drain()
        return wire.ended_at - sent_at
