"""``jarvisctl voices``: what can be asked for by ``--voice``."""

from typing import Any

import click
import msgspec

from jarvisctl.invocation import Invocation, daemon_options, pass_invocation
from jarvisctl.output import Output
from jarvisd.api.types import Voice, VoicesResponse


@click.command("voices")
@daemon_options
@pass_invocation
def command(invocation: Invocation) -> None:
    """List the voices.

    The default comes first; what is not available says why.
    """
    with invocation.client() as client:
        fields = client.get("/v1/voices", dict[str, Any])
    if invocation.out.json:
        invocation.out.object(fields)
    else:
        _show(invocation.out, msgspec.convert(fields, VoicesResponse).voices)


def _show(out: Output, voices: list[Voice]) -> None:
    if not voices:
        out.talk("There is no voice. Why: jarvisctl status")
        return
    rows = [
        (
            ("* " if voice.default else "  ") + voice.id,
            voice.engine,
            voice.language,
            f"{voice.sample_rate / 1000:g} kHz",
            voice.description or voice.name if voice.available else f"not here: {voice.reason}",
        )
        for voice in voices
    ]
    head, _, body = out.table(("  voice", "engine", "language", "rate", ""), rows).partition("\n")
    out.line(out.style(head, "bold"))
    for line, voice in zip(body.split("\n"), voices, strict=True):
        out.line(line if voice.available else out.style(line, "dim"))
    out.talk(out.talk_style("* speaks where no other is asked for", "dim"))
