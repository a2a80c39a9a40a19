"""What the way from a token to utterances costs: splitting, cutting clauses, making speakable.

The floor is the least that a splitter could do: search each token for the end of a sentence.
"""

import re
from collections.abc import Iterator
from time import perf_counter

from jarvisbench.figures import Row, percentile
from jarvisbench.paced_server import PacedServer
from jarvisbench.replies import ANSWERS
from jarvisbench.rig import Rig
from jarvisd.config.settings import TextSettings
from jarvisd.text import UtteranceStream

_END = re.compile(r"[.!?]\s*$")


def measure(rig: Rig) -> Iterator[Row]:
    """Microseconds per token. Information: nothing is asked of it."""
    tokens = PacedServer(" ".join(ANSWERS), 1.0).tokens
    ours, floors = [], []
    for _ in range(rig.samples(20, 5)):
        stream = UtteranceStream(TextSettings())
        for token in tokens:
            began = perf_counter()
            _END.search(token)
            between = perf_counter()
            stream.feed(token)
            ours.append((perf_counter() - between) * 1e6)
            floors.append((between - began) * 1e6)
        stream.finish()
    yield Row(name="text_per_token", unit="µs", values=ours, floor=percentile(floors, "p50"))
