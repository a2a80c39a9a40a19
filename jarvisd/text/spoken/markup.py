"""Reading rules for markup: Markdown, HTML and SSML tags are silent, the text in them is spoken."""

import re

from jarvisd.text.spoken.rules import SOFT_COMMA, SOFT_STOP, Rule, fixed

_ENTITIES = {"amp": "and", "lt": "less than", "gt": "greater than", "nbsp": " ", "quot": ""}
_LOWER = re.compile(r"[^\W\d_A-Z]")


def _entity(match: re.Match[str]) -> str:
    return _ENTITIES.get(match[1], "")


def _line_end(match: re.Match[str]) -> str:
    """A full stop, unless a lower-case word follows: then the line was only wrapped."""
    return " " if _LOWER.match(match.string, match.end()) else SOFT_STOP


LINE_RULES = (
    Rule(r"(?m:^[ \t]*(?:`{3,}|~{3,})[^\n]*$)", fixed("")),  # fence of a code block
    Rule(r"(?m:^[ \t]*\|(?=[^\n]*-)[ \t:|-]*$)", fixed("")),  # |---|---|
    Rule(r"(?m:^[ \t]*(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,}|={3,})$)", fixed("")),
    Rule(r"(?m:^[ \t]*#{1,6}[ \t]+)", fixed("")),  # heading
    Rule(r"(?m:^[ \t]*(?:>[ \t]?)+)", fixed("")),  # quotation
    Rule(r"(?m:^[ \t]*[-*+•⁃‣▪◦][ \t]+(?:\[[ xX]\][ \t]+)?)", fixed("")),  # item of a list
    Rule(r"(?m:^[ \t]*\|[ \t]*)", fixed("")),  # first cell of a row
    Rule(r"(?<![ \t])[ \t]*\|[ \t]*(?=\n|\Z)", fixed("")),
    Rule(r"(?<![ \t])[ \t]*\n\s*+", _line_end),
)

INLINE_RULES = (
    Rule(r"\x1b\[[0-9;]*[A-Za-z]", fixed("")),  # colours of a terminal
    Rule(r"<!--(?:[^<-]|<(?!!--)|-(?!->))*+-->", fixed("")),
    Rule(r"<(?=(?:https?|ftp|mailto):)", fixed("")),  # <https://example.com>
    Rule(r"<[/!?]?[A-Za-z][^<>]*>", fixed(" ")),
    Rule(r"&(amp|lt|gt|nbsp|quot|apos|#\d{1,6}|#x[0-9a-fA-F]{1,5});", _entity),
    Rule(r"!?\[(?=!?\[?[^\[\]\n]{0,300}\]\()", fixed("")),  # [label](address): the label is said
    Rule(r"\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:[ \t]+\"[^\"\n]*\")?\)", fixed("")),
    Rule(r"\[\^?\d{1,3}\]", fixed("")),  # reference mark
    Rule(r"\[(?:\.\.\.|…)\]", fixed("")),  # omission
    Rule(r"\\(?=[*_`#\[\]()~>|\\-])", fixed("")),  # escape
    Rule(r"(?<=\d) ?\* ?(?=\d)", fixed("times")),
    Rule(r"\*+|~~|`+", fixed("")),
    Rule(r"(?<!\w)_{1,3}(?=\w)|(?<=[^\W_])_{1,3}(?!\w)", fixed("")),
    Rule(r"_+", fixed(" ")),
    Rule(r"(?<![ \t])[ \t]*\|[ \t]*", fixed(SOFT_COMMA)),  # next cell of a row
)
