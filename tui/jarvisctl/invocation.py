"""What every command shares: the output, the daemon's address, the options, and its input text."""

import os
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from jarvisctl.output import Output
from jarvisctl.sockets import candidates, choose
from jarvisd.wire.client import ApiClient

MAX_TEXT_BYTES = 1_048_576  # the daemon's own default limit of a request body

F = TypeVar("F", bound=Callable[..., Any])


class Invocation:
    """One run of jarvisctl; commands get it with ``@pass_invocation``."""

    def __init__(self) -> None:
        self.out = Output()
        self.socket: str | None = None

    @property
    def sockets(self) -> list[str]:
        """The sockets that this run may use, in order of preference."""
        return candidates(self.socket, os.environ)

    def client(self, *, stream_timeout_s: float = 300.0, timeout_s: float = 10.0) -> ApiClient:
        """A client of the daemon; connects when first used."""
        return ApiClient(
            choose(self.sockets), stream_timeout_s=stream_timeout_s, timeout_s=timeout_s
        )


pass_invocation = click.make_pass_decorator(Invocation, ensure=True)


def examples(*lines: str) -> str:
    """The end of a command's help: what to type, a line each."""
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in lines)))


def json_option(command: F) -> F:
    """``--json``, accepted before and after the verb."""

    def choose_json(context: click.Context, _: click.Parameter, chosen: bool) -> None:
        if chosen:
            context.ensure_object(Invocation).out.json = True

    return click.option(
        "--json",
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=choose_json,
        help='Write JSON: an object a line, with "schema": 1.',
    )(command)


def socket_option(command: F) -> F:
    """``--socket``, accepted before and after the verb."""

    def choose_socket(context: click.Context, _: click.Parameter, path: str | None) -> None:
        if path:
            context.ensure_object(Invocation).socket = path

    return click.option(
        "--socket",
        metavar="PATH",
        expose_value=False,
        is_eager=True,
        callback=choose_socket,
        help="Socket of the daemon to talk to; also JARVISD_SOCKET.",
    )(command)


def daemon_options(command: F) -> F:
    """The options of every command that speaks to the daemon."""
    return json_option(socket_option(command))


def input_text(words: tuple[str, ...], *, example: str) -> str:
    """The text from the arguments, else from stdin when something is piped in.

    Raises ``click.UsageError`` where there is none, or where it is not UTF-8.
    """
    if words and words != ("-",):
        text = " ".join(words)
    elif words or not sys.stdin.isatty():
        text = _piped_text()
    else:
        raise click.UsageError(f"No text given. Try: {example}")
    if not text.strip():
        raise click.UsageError(f"The text is empty. Try: {example}")
    if not text.isprintable() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise click.UsageError("The text is not valid UTF-8.")
    return text


def _piped_text() -> str:
    data = sys.stdin.buffer.read(MAX_TEXT_BYTES + 1)
    if len(data) > MAX_TEXT_BYTES:
        raise click.UsageError(f"The text on stdin is longer than {MAX_TEXT_BYTES} bytes.")
    try:
        return data.decode("utf-8").rstrip("\n")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"The text on stdin is not UTF-8 (byte {error.start}).") from error
