"""One run of the benchmark: the chosen parts, one after the other, whatever becomes of each."""

from collections.abc import Callable, Iterator, Sequence

from jarvisbench.figures import Row
from jarvisbench.parts import Part
from jarvisbench.rig import PartUnavailable, Rig


def run(
    parts: Sequence[Part],
    *,
    quick: bool,
    say: Callable[[str], None],
    done: Callable[[], None] = lambda: None,
    llama_server: str = "",
    model: str = "",
) -> Iterator[tuple[Part, list[Row]]]:
    """Measure each part; ``say`` is told what is being done, ``done`` that a part is."""
    with Rig(quick=quick, say=say, llama_server=llama_server, model=model) as rig:
        for part in parts:
            say(part.about)
            yield part, rows_of(part, rig)
            done()


def rows_of(part: Part, rig: Rig) -> list[Row]:
    """The rows of one part; those it could not fill say why, and are broken if nothing excuses it.

    A part that fails must not cost the figures of the others.
    """
    rows: list[Row] = []
    reason, broken = "", False
    try:
        rows.extend(part.measure(rig))
    except PartUnavailable as missing:
        reason = str(missing)
    except Exception as error:  # noqa: BLE001 - the figures of the other parts must not be lost
        reason, broken = f"not measured: {str(error) or type(error).__name__}", True
        rig.say("\n".join([reason, *getattr(error, "hint", "").splitlines()[-4:]]))
    made = {row.name for row in rows}
    return rows + [
        Row(name=name, unit="", skipped=reason, broken=broken)
        for name in part.rows
        if name not in made
    ]
