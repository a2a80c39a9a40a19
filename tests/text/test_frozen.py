"""How texts are cut, frozen: each boundary, sentence and utterance, and after how many characters.

Where a rule was changed on purpose: JARVISD_UPDATE_GOLDEN=1, and read the difference.
"""

import os
import random
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from jarvisd.config.settings import TextSettings
from jarvisd.text import SentenceSplitter, Utterance, UtteranceStream
from jarvisd.text.splitting.boundaries import Kind
from tests.text.chunks import FRAGMENTS, boundaries
from tests.text.replies import REPLIES

FROZEN = Path(__file__).with_name("frozen.txt")
PAUSE_MS = 100
SHOWN = 24  # characters before a boundary, for the reader

BLOCKS = """Run this, and wait for it:

```python
import os
print(1)
```
Then this.
~~~sh quiet
rm it
~~~
The hosts are:

| Name | IP |
|---|---|
| nas | up |
And the lamp is on! Is it? So is the other one, which is in the house.

- milk
- bread, and more of it
# A heading
1) first 2) second • third
"""
PROSE = """\"Go on.\" She left (at 5 p.m. on Jan. 3, as he said). He met Dr. Jones... I think. \
Yahoo! is old; J. R. Smith uses it. No. 5 is free. It was No. It is 5 a.m. now. \
Am 3. Oktober war es. Vraiment ? « Bonjour ! » Il est parti. 你好。「行く。」と言った！ Nobody \
else came, though it was late and the rest of them had gone to the other house on the hill, or so \
we were told by the one who stayed. It was 1, 2, 3 of 10,000 and I know \
that **Ann** wrote `a. b, c` to x@y.org.
This line is long enough to go on, because it has more than sixty characters
in the next one. This one is not
And this is new.
"""
SHORT = TextSettings(utterance_min_chars=0, utterance_max_chars=60)


def mixed(seed: int) -> str:
    return "".join(random.Random(seed).choices(FRAGMENTS, k=60))


def cut(text: str, settings: TextSettings) -> Iterator[str]:
    """One character at a time, so that it shows when each is certain."""
    splitter, stream = SentenceSplitter(), UtteranceStream(settings, pause_ms=PAUSE_MS)
    for read, character in enumerate(text, start=1):
        for sentence in splitter.feed(character):
            yield f"{read:5}: {sentence.start}-{sentence.end} {sentence.text!r}"
        for utterance in stream.feed(character):
            yield f"{read:5}  {as_line(utterance)}"
    for sentence in splitter.finish():
        yield f"  end: {sentence.start}-{sentence.end} {sentence.text!r}"
    for utterance in stream.finish():
        yield f"  end  {as_line(utterance)}"


def as_line(made: Utterance) -> str:
    parts = " ".join(
        f"{part.spoken_start}-{part.spoken_end}{'~='[part.verbatim]}{part.start}-{part.end}"
        for part in made.spoken.alignments
    )
    on = " goes on" if made.continues else ""
    how = made.skipped or f"{made.spoken.text!r}{on} then {made.pause_ms} ms [{parts}]"
    shown = "".join(f" ({each.start}-{each.end})" for each in made.sentences)
    return f"{made.seq}: {made.start}-{made.end} {made.text!r}: {how}{shown}"


def bounded(text: str) -> Iterator[str]:
    for read, (kind, start, end, after, decided, strength) in boundaries(text):
        assert decided == read
        shown = text[max(start, end - SHOWN) : end]
        name = (strength if kind is Kind.CLAUSE else kind).name.lower()
        yield f"{read:5}: {name} {start}-{end} then {after} {shown!r}"


REPLIES_TEXT = " ".join(REPLIES[:8]) + "\n\n" + "\n".join(REPLIES[8:])
TEXTS = {
    **{
        f"blocks, {code} and {table}": (BLOCKS, TextSettings(code_blocks=code, tables=table))
        for code, table in product(("announce", "skip", "read"), repeat=2)
    },
    "prose": (PROSE, TextSettings()),
    "prose, short": (PROSE, SHORT),
    "replies": (REPLIES_TEXT, TextSettings()),
    **{f"mixed {seed}": (mixed(seed), TextSettings()) for seed in range(8)},
    **{f"mixed {seed}, short": (mixed(seed), SHORT) for seed in range(8, 12)},
}
BOUNDED = {
    "boundaries, blocks": BLOCKS,
    "boundaries, prose": PROSE,
    "boundaries, replies": REPLIES_TEXT,
    **{f"boundaries, mixed {seed}": mixed(seed) for seed in range(12)},
}


@pytest.fixture(scope="module")
def frozen() -> dict[str, list[str]]:
    if os.environ.get("JARVISD_UPDATE_GOLDEN"):
        made = {name: cut(*of) for name, of in TEXTS.items()}
        made |= {name: bounded(text) for name, text in BOUNDED.items()}
        sections = ("\n".join([f"## {name}", *lines, ""]) for name, lines in made.items())
        FROZEN.write_text("".join(sections))
    named = (section.splitlines() for section in re.split(r"(?m)^## ", FROZEN.read_text())[1:])
    return {name: lines for name, *lines in named}


@pytest.mark.parametrize("name", TEXTS)
def test_texts_are_cut_as_ever(name: str, frozen: dict[str, list[str]]) -> None:
    assert list(cut(*TEXTS[name])) == frozen[name]


@pytest.mark.parametrize("name", BOUNDED)
def test_boundaries_are_found_as_ever(name: str, frozen: dict[str, list[str]]) -> None:
    assert list(bounded(BOUNDED[name])) == frozen[name]
