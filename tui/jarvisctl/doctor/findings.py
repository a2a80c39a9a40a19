"""What a check found: a verdict, one line about it, and one line that helps."""

from typing import Literal

from msgspec import Struct

Verdict = Literal["ok", "warn", "fail", "optional", "skip"]


class Finding(Struct, frozen=True):
    """``fix`` is empty where nothing needs fixing, or nothing can."""

    check: str
    verdict: Verdict
    message: str
    fix: str = ""


def ok(check: str, message: str) -> Finding:
    """It is as it should be."""
    return Finding(check, "ok", message)


def warn(check: str, message: str, fix: str) -> Finding:
    """It works, and could work better."""
    return Finding(check, "warn", message, fix)


def fail(check: str, message: str, fix: str) -> Finding:
    """It does not work."""
    return Finding(check, "fail", message, fix)


def optional(check: str, message: str, fix: str) -> Finding:
    """It is not here, and need not be."""
    return Finding(check, "optional", message, fix)


def skip(check: str, message: str) -> Finding:
    """It cannot be known here."""
    return Finding(check, "skip", message)
