"""Why a text is spoken as it is: every change of an utterance, with the rule that made it.

Pure: values in, rows out. It must never decide what is said.
"""

from typing import NamedTuple

from jarvisctl.layout import folded, padded
from jarvisctl.terminal import one_line
from jarvisd.text.languages import Language
from jarvisd.text.model import Utterance
from jarvisd.text.spoken.own_words import OwnWords
from jarvisd.text.spoken.readings import SOFT_COMMA, SOFT_STOP
from jarvisd.text.spoken.speakable import readings

_RULE_COLUMNS = 18
_GAP = 3
_PAUSES = {SOFT_COMMA: "(short pause)", SOFT_STOP: "(pause)"}


class Change(NamedTuple):
    """``written`` is said as ``spoken``, because of ``rule``."""

    written: str
    spoken: str
    rule: str


def changes(utterance: Utterance, language: Language, own_words: OwnWords) -> list[Change]:
    """Every change in the order of the text; the whole utterance, where a setting decides it."""
    if utterance.skipped in ("code", "table"):
        return [Change(utterance.text, "", _setting(utterance.skipped))]
    whole = utterance.spoken.alignments
    if len(whole) == 1 and not whole[0].verbatim and utterance.spoken.text.endswith("skipped."):
        said = utterance.spoken.text
        return [Change(utterance.text, said, _setting("code" if "code" in said.lower() else ""))]
    found = readings(utterance.text, language=language, own_words=own_words)
    return [
        Change(utterance.text[one.start : one.end], _PAUSES.get(one.spoken, one.spoken), one.rule)
        for one in found
    ]


def _setting(block: str) -> str:
    return "text.code_blocks" if block == "code" else "text.tables"


def text_columns(width: int) -> int:
    """How wide each of the two columns of text may be on a terminal of ``width`` columns."""
    return max(12, (width - 5 - _RULE_COLUMNS - 2 * _GAP) // 2)


def rows(change: Change, width: int) -> list[tuple[str, str, str]]:
    """The change in lines of three columns, the first two of ``width``."""
    written = folded(_shown(change.written, "(space)"), width - 2)
    spoken = folded(_shown(change.spoken, "(nothing)"), width - 2)
    rule = folded(change.rule, _RULE_COLUMNS)
    height = max(map(len, (written, spoken, rule)))
    lines = [[*column, *[""] * (height - len(column))] for column in (written, spoken, rule)]
    return [
        (
            padded(f"  {left}" if left else "", width),
            padded(f"  {right}" if right else "", width),
            why,
        )
        for left, right, why in zip(*lines, strict=True)
    ]


def _shown(text: str, nothing: str) -> str:
    if visible := one_line(text):
        return visible
    return "(line end)" if "\n" in text else nothing
