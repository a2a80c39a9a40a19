"""``jarvisctl completion``: the script that makes a shell complete verbs, options and voices."""

import click
from click.shell_completion import get_completion_class

from jarvisctl.invocation import Invocation, examples, pass_invocation

_INSTALL = {
    "bash": "jarvisctl completion bash > ~/.local/share/bash-completion/completions/jarvisctl",
    "zsh": 'jarvisctl completion zsh > "${fpath[1]}/_jarvisctl"',
    "fish": "jarvisctl completion fish > ~/.config/fish/completions/jarvisctl.fish",
}

_EXTRA = {
    # Voices are called engine:name, and bash would complete only what follows the colon.
    "bash": "COMP_WORDBREAKS=${COMP_WORDBREAKS//:/}\n"
}


@click.command(
    "completion",
    epilog=examples(
        "source <(jarvisctl completion bash)",
    ),
)
@click.argument("shell", type=click.Choice(sorted(_INSTALL)))
@pass_invocation
@click.pass_context
def command(context: click.Context, invocation: Invocation, shell: str) -> None:
    """Print a completion script for a shell.

    The last line, on stderr, says where to save it.
    """
    maker = get_completion_class(shell)
    if maker is None:
        raise click.UsageError(f"This click cannot complete for {shell}.")
    script = maker(context.find_root().command, {}, "jarvisctl", "_JARVISCTL_COMPLETE").source()
    invocation.out.text(script.strip("\n") + "\n" + _EXTRA.get(shell, ""))
    invocation.out.talk(f"To install: {_INSTALL[shell]}")
