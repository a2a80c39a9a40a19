"""What `make mutants` does beside mutmut: figures are changed, survivors accepted by name."""

from scripts.mutants import Acceptance, _figures

SOURCE = """
LIMIT_S = 1.0
LOW, _HIGH = 4_000, 1e-3  # of 7
NAME = "at 5"
WORDS = frozenset({1, 2})

def function():
    LOCAL = 3
"""
FIGURES = "jarvisd.a", "LIMIT_S = 1.0", "LIMIT_S = 1.25"


def test_each_figure_that_a_module_names_is_changed_once() -> None:
    assert list(_figures(SOURCE)) == [
        ("LIMIT_S = 1.0", "LIMIT_S = 1.25"),
        ("LOW, _HIGH = 4_000, 1e-3  # of 7", "LOW, _HIGH = 5001, 1e-3  # of 7"),
        ("LOW, _HIGH = 4_000, 1e-3  # of 7", "LOW, _HIGH = 4_000, 0.00125  # of 7"),
    ]


def test_a_survivor_is_accepted_by_its_function_and_both_lines() -> None:
    function, before, after = FIGURES
    listed = {"function": function, "before": before, "after": after, "reason": "any will do"}
    acceptance = Acceptance({"accepted": [listed]})
    assert not acceptance.accepts(("jarvisd.b", before, after))
    assert acceptance.stale() == [FIGURES]
    assert acceptance.accepts(FIGURES)
    assert acceptance.stale() == []


def test_a_rule_must_match_the_line_before_and_after() -> None:
    acceptance = Acceptance({"rule": [{"lines": "raise "}]})
    assert acceptance.accepts(("f", "raise A", "raise B"))
    assert not acceptance.accepts(("f", "raise A", "pass"))
