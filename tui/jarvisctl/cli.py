"""The command line: global options, verbs loaded when they are used, errors turned into exit codes.

Start-up is what a person feels: this module imports click, msgspec and http.client, and a verb's
own module only once that verb is called.
"""

import os
import sys
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import TextIO, cast

import click
import msgspec

from jarvisctl.ctrl_c import heed_at_terminal
from jarvisctl.exitcodes import ExitCode, exit_code
from jarvisctl.invocation import Invocation, daemon_options, examples, pass_invocation
from jarvisctl.sockets import explained
from jarvisd import __version__
from jarvisd.errors import JarvisError

# What help shows, in this order; the line beside a verb is the first line of its own help (a test
# compares them). A new verb: a line here, and a module of its name in commands/.
GROUPS = {
    "Speak and ask": {
        "ask": "Ask the assistant; without a text, hold a conversation.",
        "say": "Speak a text.",
        "interrupt": "Stop speaking now; short: jarvisctl stop.",
        "pause": "Pause what is being spoken.",
        "resume": "Continue speaking after a pause.",
        "voices": "List the voices.",
        "preview": "Show how a text would be spoken; needs no daemon.",
    },
    "Look": {
        "top": "Open the dashboard: see everything live, and ask.",
        "status": "Show the daemon's state and what it is doing.",
        "health": "Show the state of every component.",
        "conversations": "List, show and delete conversations.",
        "replies": "List running and recent replies.",
        "events": "Follow the daemon's events.",
        "notices": "List recent problems and changes, newest first.",
        "logs": "Show the daemon's log.",
        "days": "Show a summary of each day, newest first.",
        "series": "Show measurements over time, with percentiles.",
        "trace": "Show where the time of a reply went.",
        "governor": "Show how much CPU speech may use, and why.",
        "metrics": "Print the metrics in Prometheus format.",
    },
    "Manage": {
        "doctor": "Check this host and suggest fixes.",
        "config": "Show and check the configuration.",
        "reload": "Reload the daemon's configuration.",
        "log": "Show or change the log level.",
        "bench": "Benchmark this machine.",
        "completion": "Print a completion script for a shell.",
        "version": "Show the versions of jarvisctl and of the daemon.",
    },
}
VERBS = {name: about for group in GROUPS.values() for name, about in group.items()}
# Verbs whose module is not named after them; benchmarks are a package of their own.
MODULES = {
    "bench": "jarvisbench.command",
    "help": "jarvisctl.commands.help_",
    "stop": "jarvisctl.commands.interrupt",
    "try": "jarvisctl.commands.try_",
}


class ReaderLeftError(Exception):
    """The reader of our stdout closed it; click would turn the plain error into a failure."""


class LazyGroup(click.Group):
    """Knows every verb by name and imports only the one that is called."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the verb."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise ReaderLeftError from error

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs that help and completion show."""
        return sorted(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of one verb; ``None`` where there is no such verb."""
        if cmd_name not in VERBS and cmd_name not in MODULES:
            return None
        module = MODULES.get(cmd_name, f"jarvisctl.commands.{cmd_name}")
        command: click.Command = import_module(module).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs without importing them."""
        width = max(map(len, VERBS))
        for title, verbs in GROUPS.items():
            with formatter.section(title):
                formatter.write_dl([(verb.ljust(width), about) for verb, about in verbs.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb, or say which one may have been meant."""
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            close = get_close_matches(args[0], [*VERBS, *MODULES], n=1)
            meant = f" Did you mean {close[0]!r}?" if close else ""
            raise click.UsageError(f"There is no command {args[0]!r}.{meant}", ctx)
        return super().resolve_command(ctx, args)


@click.command(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=examples(
        'jarvisctl ask "How full is the NAS?"',
        'jarvisctl say "Dinner is ready."',
        "jarvisctl help ask",
    )
    + "\n\nExit codes: 0 ok, 1 failed, 2 usage, 3 no daemon, 4 timeout, 5 not allowed, "
    "130 interrupted.",
)
@daemon_options
@click.version_option(__version__, message="jarvisctl %(version)s")
@pass_invocation
@click.pass_context
def cli(context: click.Context, invocation: Invocation) -> int | None:
    """Talk with jarvisd, the voice of the homelab.

    Results go to stdout, everything else to stderr.
    """
    if context.invoked_subcommand is not None:
        return None
    from jarvisctl.welcome import welcome  # noqa: PLC0415 - only where no verb is given

    return welcome(invocation)


# Whatever a user, a full disk or another version of the daemon can cause; the rest are bugs.
_EXPECTED = (
    JarvisError,
    ReaderLeftError,
    click.Abort,
    click.ClickException,
    KeyboardInterrupt,
    msgspec.MsgspecError,
    OSError,
)


def run(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code; never raises for what a user can cause."""
    invocation = Invocation()
    try:
        result: object = cli.main(
            args=arguments, prog_name="jarvisctl", standalone_mode=False, obj=invocation
        )
        sys.stdout.flush()
    except _EXPECTED as error:
        return _reported(error, invocation)
    return result if isinstance(result, int) else ExitCode.OK


def _reported(error: BaseException, invocation: Invocation) -> ExitCode:
    """Say what went wrong, in the user's words, and return its exit code."""
    match error:
        case ReaderLeftError():
            _forget_stdout()
            return ExitCode.OK  # the reader has all it wanted
        case click.Abort() | KeyboardInterrupt():
            return ExitCode.INTERRUPTED
        case click.ClickException():
            invocation.out.refusal(error)
            return ExitCode.USAGE if isinstance(error, click.UsageError) else ExitCode.FAILED
    failure = explained(_as_failure(error), invocation.sockets)
    invocation.out.failure(failure)
    return exit_code(failure)


def _as_failure(error: BaseException) -> JarvisError:
    if isinstance(error, JarvisError):
        return error
    if isinstance(error, OSError):
        _forget_stdout()
        return JarvisError(f"cannot write: {error.strerror or error}", code="output.failed")
    return JarvisError(
        f"the daemon's answer is not understood: {error}",
        code="daemon.protocol",
        hint="jarvisd and jarvisctl may have different versions: jarvisctl version",
    )


def main() -> None:
    """Entry point of ``jarvisctl``."""
    # A shell's ``>&-`` leaves no stream at all: there nothing is read, and words are dropped.
    sys.stdin = sys.stdin or _nowhere("r")
    sys.stdout = sys.stdout or _nowhere("w")
    sys.stderr = sys.stderr or _nowhere("w")
    heed_at_terminal()
    sys.exit(run())


def _nowhere(mode: str) -> TextIO:
    return cast("TextIO", Path(os.devnull).open(mode, encoding="utf-8"))


def _forget_stdout() -> None:
    """The reader is gone: buffered text must not raise an error when Python exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
