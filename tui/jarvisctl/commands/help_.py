"""``jarvisctl help``: the same as ``--help``, for those who type it the other way round."""

import click

from jarvisctl.invocation import Invocation, examples, pass_invocation


@click.command("help", epilog=examples("jarvisctl help ask", "jarvisctl help config show"))
@click.argument("words", nargs=-1, metavar="[COMMAND]...")
@pass_invocation
@click.pass_context
def command(context: click.Context, invocation: Invocation, words: tuple[str, ...]) -> None:
    """Explain a command, or list all of them."""
    here = context.find_root()
    for word in words:
        group = here.command
        found = group.get_command(here, word) if isinstance(group, click.Group) else None
        if found is None:
            raise click.UsageError(f"There is no command {' '.join(words)!r}.", here)
        here = click.Context(found, info_name=found.name, parent=here)
    invocation.out.line(here.command.get_help(here))
