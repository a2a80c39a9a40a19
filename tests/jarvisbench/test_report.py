"""The table and the JSON document, as they were agreed."""

import pytest

from jarvisbench.figures import Row
from jarvisbench.parts import PARTS
from jarvisbench.report import document, short, table

REASON = "onnx not installed: pip install 'jarvisd[bench]'"
ROWS = [
    Row(name="golden_rules", unit="rules", values=[46], target=44, at_least=True),
    Row(name="text_per_token", unit="µs", values=[6.5, 7.25, 112.0], floor=0.16),
    Row(
        name="first_audio.espeak",
        unit="ms",
        values=[2.5, 3.0, 7.5],
        judged="p95",
        floor=1.9,
        target=6.9,
    ),
    Row(name="first_audio.piper", unit="ms", skipped=REASON),
    Row(name="interrupt.freed", unit="ms", skipped=REASON),
    Row(name="loop_stall", unit="", skipped="not measured: the daemon ended", broken=True),
    Row(name="idle.memory", unit="MiB", values=[47.8], floor=30.9, target=70.0),
]

TABLE = """\
figure              unit    p50    p95   p99  floor  target  n
golden_rules        rules    46                        ≥ 44  1  ok
text_per_token      µs     7.25    112   112  0.160          3
first_audio.espeak  ms        3  7.50*  7.50   1.90  ≤ 6.90  3  MISSED
first_audio.piper   ms                                          skipped
interrupt.freed     ms                                          skipped
loop_stall                                                      FAILED
idle.memory         MiB    47.8                30.9    ≤ 70  1  ok

* judged, beside the same percentile of the floor
first_audio.piper, interrupt.freed: onnx not installed: pip install 'jarvisd[bench]'
loop_stall: not measured: the daemon ended
"""


def test_the_table_reads_as_agreed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert table(ROWS) + "\n" == TABLE


def test_every_row_of_the_benchmark_fits_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    rows = [
        Row(
            name=name,
            unit="frames",
            values=[0.123, 12.34, 1234.5],
            judged="p99",
            floor=1234.5,
            target=1234.5,
        )
        for part in PARTS
        for name in part.rows
    ]
    lines = table(rows).splitlines()
    assert max(map(len, lines)) <= 80
    assert all(line.endswith("ok") for line in lines[1 : len(rows) + 1])


def test_the_document_holds_the_rows_and_what_they_have_no_field_for() -> None:
    made = document(ROWS, {"cpus": 2})
    assert list(made) == ["host", "rows"]
    assert made["rows"] == [row.wire() for row in ROWS]
    assert made["host"] == {
        "cpus": 2,
        "run": {
            "samples": {row.name: len(row.values) for row in ROWS},
            "judged": {"golden_rules": "p50", "first_audio.espeak": "p95", "idle.memory": "p50"},
            "skipped": {
                "first_audio.piper": REASON,
                "interrupt.freed": REASON,
                "loop_stall": "not measured: the daemon ended",
            },
        },
    }


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (0.0, "0"),
        (46.0, "46"),
        (0.0123, "0.012"),
        (1.234, "1.23"),
        (12.34, "12.3"),
        (123.4, "123"),
        (123_456.7, "123457"),
    ],
)
def test_figures_are_short(value: float | None, text: str) -> None:
    assert short(value) == text
