"""The 48 English golden rules, written character by character as a slow model would."""

from collections.abc import Iterator

from jarvisbench.figures import Row
from jarvisbench.golden_rules import GOLDEN_RULES, GoldenRule
from jarvisbench.rig import Rig
from jarvisd.text import SentenceSplitter

EXACT_RULES = 44


def measure(rig: Rig) -> Iterator[Row]:
    """How many rules come out exactly; the others are named."""
    wrong = [rule.name for rule in GOLDEN_RULES if not is_exact(rule)]
    if wrong:
        rig.say("not exact: " + ", ".join(wrong))
    exact = len(GOLDEN_RULES) - len(wrong)
    yield Row(name="golden_rules", unit="rules", values=[exact], target=EXACT_RULES, at_least=True)


def is_exact(rule: GoldenRule) -> bool:
    """Whether the splitter finds the sentences of ``rule`` and no others."""
    splitter = SentenceSplitter()
    sentences = [sentence for letter in rule.text for sentence in splitter.feed(letter)]
    sentences += splitter.finish()
    return tuple(sentence.text for sentence in sentences) == rule.sentences
