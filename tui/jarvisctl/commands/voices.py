"""``jarvisctl voices``: what can be asked for by ``--voice``."""

from typing import Any

import click
import msgspec

from jarvisctl.invocation import Invocation, daemon_options, examples, pass_invocation
from jarvisctl.layout import columns, folded, table
from jarvisctl.output import Output
from jarvisd.wire import Voice, VoicesResponse

_SEARCHED = ("id", "name", "language", "description")
_NONE = "There is no voice. See why: jarvisctl health"


@click.command(
    "voices",
    epilog=examples(
        "jarvisctl voices",
        "jarvisctl voices de",
    ),
)
@click.argument("word", required=False)
@daemon_options
@pass_invocation
def command(invocation: Invocation, word: str | None) -> None:
    """List the voices.

    With WORD only the voices with that word in their name, language or description. The default
    voice comes first. A voice that cannot be used says why.
    """
    with invocation.client() as client:
        fields = client.get("/v1/voices", dict[str, Any])
    if word:
        fields["voices"] = [voice for voice in fields["voices"] if _has(voice, word.lower())]
    if invocation.out.json:
        invocation.out.object(fields)
        return
    voices = msgspec.convert(fields, VoicesResponse).voices
    if voices:
        _show(invocation.out, voices)
    else:
        invocation.out.talk(f"No voice has {word!r}. All: jarvisctl voices" if word else _NONE)


def _with_reason(line: str, reason: str) -> list[str]:
    """``line``; where its end was cut the whole reason follows on lines of its own."""
    if not line.endswith("…"):
        return [line]
    lead = line.partition("not available")[0]
    indent = " " * 4
    told = folded(" ".join(reason.split()), max(20, columns() - len(indent)))
    return [f"{lead}not available:", *(indent + part for part in told)]


def _has(voice: dict[str, Any], word: str) -> bool:
    return any(word in str(voice.get(field, "")).lower() for field in _SEARCHED)


def _show(out: Output, voices: list[Voice]) -> None:
    rows = [
        (
            ("* " if voice.default else "  ") + voice.id,
            voice.language,
            f"{voice.sample_rate / 1000:g} kHz",
            voice.description or voice.name
            if voice.available
            else f"not available: {voice.reason}",
        )
        for voice in voices
    ]
    head, _, body = table(("  voice", "language", "rate", ""), rows).partition("\n")
    out.line(out.style(head, "bold"))
    for line, voice in zip(body.split("\n"), voices, strict=True):
        for shown in [line] if voice.available else _with_reason(line, voice.reason):
            out.line(shown if voice.available else out.style(shown, "dim"))
    if any(voice.default for voice in voices):
        out.talk(out.talk_style("* is the default voice", "dim"))
