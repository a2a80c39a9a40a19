"""Phrasing is measured with the real engine; of the figures only their shape is asked."""

from typing import Any

from jarvisbench.parts import PARTS
from jarvisbench.phrasing_sentences import SENTENCES
from tests.jarvisctl.conftest import Jarvisctl


def test_two_hundred_sentences_no_two_alike() -> None:
    assert len(set(SENTENCES)) == len(SENTENCES) == 200


def test_every_row_that_is_promised_is_measured(jarvisctl: Jarvisctl) -> None:
    ran = jarvisctl.run("bench", "phrasing", "--quick", "--json")  # an engine is one to a process
    assert ran.code == 0, ran.stderr
    rows: dict[str, dict[str, Any]] = {row["name"]: row for row in ran.objects[0]["rows"]}
    (part,) = (part for part in PARTS if part.name == "phrasing")
    assert tuple(rows) == part.rows
    found = {name.removeprefix("phrasing."): row["p50"] for name, row in rows.items()}
    assert None not in found.values()
    for pace in (40, 20):
        strengths = ("phrase", "subordinate", "conjunction", "comma", "colon", "sentence")
        shares = [found[f"{each}.{pace}"] for each in strengths]
        assert round(sum(shares), 6) == 100
        assert round(sum(shares[:3]), 6) == round(found[f"weak.{pace}"], 6)
    assert found["weak.40"] < found["weak.20"]
