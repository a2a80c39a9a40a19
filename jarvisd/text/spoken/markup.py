"""Readers of markup: Markdown, HTML and SSML tags are silent, the text in them is spoken."""

import re

from jarvisd.text.spoken.readings import SOFT_COMMA, SOFT_STOP, fixed, worded

_ENTITIES = {"amp": "and", "lt": "less than", "gt": "greater than", "nbsp": " ", "quot": ""}
_LOWER = re.compile(r"[^\W\d_A-Z]")


def _entity(match: re.Match[str]) -> str:
    return _ENTITIES.get(match[1], "")


def _line_end(match: re.Match[str]) -> str:
    """A full stop, unless a lower-case word follows: then the line was only wrapped."""
    return " " if _LOWER.match(match.string, match.end()) else SOFT_STOP


LINE_READERS = (
    worded("code fence", r"(?m:^[ \t]*(?:`{3,}|~{3,})[^\n]*$)", fixed("")),  # fence of a code block
    worded("table rule", r"(?m:^[ \t]*\|(?=[^\n]*-)[ \t:|-]*$)", fixed("")),  # |---|---|
    worded(
        "line across",
        r"(?m:^[ \t]*(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,}|={3,})$)",
        fixed(""),
    ),
    worded("heading", r"(?m:^[ \t]*#{1,6}[ \t]+)", fixed("")),  # heading
    worded("quotation", r"(?m:^[ \t]*(?:>[ \t]?)+)", fixed("")),  # quotation
    worded(
        "list item", r"(?m:^[ \t]*[-*+•⁃‣▪◦][ \t]+(?:\[[ xX]\][ \t]+)?)", fixed("")
    ),  # item of a list
    worded("table cell", r"(?m:^[ \t]*\|[ \t]*)", fixed("")),  # first cell of a row
    worded("table cell", r"(?<![ \t])[ \t]*\|[ \t]*(?=\n|\Z)", fixed("")),
    worded("line end", r"(?<![ \t])[ \t]*\n\s*+", _line_end),
)

INLINE_READERS = (
    worded("terminal colour", r"\x1b\[[0-9;]*[A-Za-z]", fixed("")),  # colours of a terminal
    worded("comment", r"<!--(?:[^<-]|<(?!!--)|-(?!->))*+-->", fixed("")),
    worded("address mark", r"<(?=(?:https?|ftp|mailto):)", fixed("")),  # <https://example.com>
    worded("tag", r"<[/!?]?[A-Za-z][^<>]*>", fixed(" ")),
    worded("entity", r"&(amp|lt|gt|nbsp|quot|apos|#\d{1,6}|#x[0-9a-fA-F]{1,5});", _entity),
    worded(
        "link", r"!?\[(?=!?\[?[^\[\]\n]{0,300}\]\()", fixed("")
    ),  # [label](address): the label is said
    worded("link", r"\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:[ \t]+\"[^\"\n]*\")?\)", fixed("")),
    worded("reference mark", r"\[\^?\d{1,3}\]", fixed("")),  # reference mark
    worded("omission", r"\[(?:\.\.\.|…)\]", fixed("")),  # omission
    worded("escape", r"\\(?=[*_`#\[\]()~>|\\-])", fixed("")),  # escape
    worded("emphasis", r"\*+|~~|`+", fixed("")),
    worded("emphasis", r"(?<!\w)_{1,3}(?=\w)|(?<=[^\W_])_{1,3}(?!\w)", fixed("")),
    worded("underscore", r"_+", fixed(" ")),
    worded("table cell", r"(?<![ \t])[ \t]*\|[ \t]*", fixed(SOFT_COMMA)),  # next cell of a row
)
