"""The 48 English golden rules, streamed character by character."""

from collections.abc import Callable

import pytest

from jarvisbench.golden_rules import GOLDEN_RULES, GoldenRule
from jarvisd.text import SentenceSplitter
from tests.text.chunks import by_size, made_from

# Both have a stop that the text decides at the space behind it, and dots set with spaces after
# it. To wait for the dots would delay every sentence.
KNOWN_TO_FAIL = {"ellipsis at the end of a quotation", "ellipsis after a stop"}


def split(text: str) -> tuple[str, ...]:
    return tuple(each.text for each in made_from(by_size(text, 1), SentenceSplitter()))


def test_there_are_48_rules() -> None:
    assert len({rule.name for rule in GOLDEN_RULES}) == 48


@pytest.mark.parametrize("rule", GOLDEN_RULES, ids=lambda rule: rule.name)
def test_golden_rule(rule: GoldenRule) -> None:
    assert (split(rule.text) == rule.sentences) is (rule.name not in KNOWN_TO_FAIL)


def test_how_many_golden_rules_hold(record_property: Callable[[str, object], None]) -> None:
    exact = sum(split(rule.text) == rule.sentences for rule in GOLDEN_RULES)
    record_property("golden_rules_exact", exact)
    print(f"golden rules, character by character: {exact} of {len(GOLDEN_RULES)}")
    assert exact >= 46
