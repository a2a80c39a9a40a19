"""The golden rules of other languages, streamed character by character."""

import pytest

from tests.text.golden import golden, split

FLOORS = {"da": 43, "de": 26, "es": 29, "fr": 5, "it": 30, "ja": 4, "kk": 8, "ru": 34, "zh": 2}


@pytest.mark.parametrize("code", FLOORS)
def test_how_many_golden_rules_hold(code: str) -> None:
    rules = list(golden(code))
    wrong = [rule.text for rule in rules if split(rule.text, code) != rule.sentences]
    exact = len(rules) - len(wrong)
    assert exact >= FLOORS[code], f"{exact} of {len(rules)}; wrong: {wrong}"
