"""Writes the manual pages in ``man/`` from the commands and settings themselves: ``make man``.

What a page says of an option, a verb or a setting is what the program says of it, so that pages
cannot drift: a test compares what is in the tree with what this makes.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from jarvisctl.cli import GROUPS, cli
from jarvisd import __version__
from jarvisd.__main__ import parser as daemon_parser
from jarvisd.config.rendering import limits, toml_value
from jarvisd.config.tree import tables
from scripts.roff import Page, bold, escaped, italic

FOLDER = Path(__file__).parent.parent / "man"
DATE = "2026-11-21"  # of the newest change to the words below
# Every verb has them; the page says so once.
SHARED = {"--json", "--socket", "--help"}

AROUND_JARVISCTL = {
    "EXIT STATUS": {
        "0": "It worked.",
        "1": "It failed; stderr says why and names the next command.",
        "2": "The command line, or the request made from it, cannot be used.",
        "3": "No daemon runs.",
        "4": "The daemon did not answer in time.",
        "5": "Not allowed: this user may not open the socket, or not do this.",
        "130": "Interrupted with Ctrl-C.",
    },
    "ENVIRONMENT": {
        "JARVISD_SOCKET": "The socket to use without --socket.",
        "NO_COLOR": "If set: no colours.",
    },
    "FILES": {
        "/run/jarvisd/control.sock": "The system's daemon; members of group jarvis may use it.",
        "$XDG_RUNTIME_DIR/jarvisd/control.sock": "A daemon of your own, tried after that one.",
    },
}
EXAMPLES = {
    "Ask, read the answer and hear it:": 'jarvisctl ask "How full is the NAS?"',
    "Let a script speak:": "echo 'The backup is done.' | jarvisctl say",
    "Tell a script which voice speaks:": "jarvisctl status --json | jq .voice",
    "Log more for ten minutes:": "jarvisctl log level debug --for 10m; jarvisctl logs -f",
}
AROUND_JARVISD = {
    "SIGNALS": {
        "SIGTERM": "Stop: running replies get daemon.shutdown_deadline_s to end.",
        "SIGTERM twice": "End at once.",
        "SIGHUP": "Read the configuration again. A bad one changes nothing.",
    },
    "EXIT STATUS": {
        "0": "Stopped as asked.",
        "1": "Failed; the log says why.",
        "2": "The command line cannot be used.",
        "78": "The configuration cannot be used; systemd does not try again.",
    },
    "ENVIRONMENT": {
        "JARVISD__SECTION__SETTING": "Stronger than the files: JARVISD__LOG__LEVEL is log.level.",
        "JARVISD_SOCKET": "The same as JARVISD__API__SOCKET.",
        "STATE_DIRECTORY": "From systemd: where the database and the voices are.",
        "NOTIFY_SOCKET, WATCHDOG_USEC, LISTEN_FDS": "From systemd: readiness, watchdog, sockets.",
        "CREDENTIALS_DIRECTORY": "From systemd: where llama-server's API key is.",
    },
    "FILES": {
        "/etc/jarvisd/jarvisd.toml": "The configuration, see jarvisd.toml(5).",
        "/etc/jarvisd/credentials/llama-api-key": "The API key that systemd hands over.",
        "/run/jarvisd/control.sock": "The control socket.",
        "/var/lib/jarvisd": "Conversations and voices.",
    },
}


def pages() -> dict[str, str]:
    """Every page by the name of its file."""
    made = {
        "jarvisctl.1": jarvisctl_page(),
        "jarvisd.8": jarvisd_page(),
        "jarvisd.toml.5": settings_page(),
    }
    return {name: str(page) for name, page in made.items()}


def _page(name: str, section: int, about: str) -> Page:
    return Page(name, section, about=about, date=DATE, source=f"jarvisd {__version__}")


# --- jarvisctl(1) -------------------------------------------------------------------------------


def jarvisctl_page() -> Page:
    """Every verb with its options."""
    page = _page("jarvisctl", 1, "talk with jarvisd, the voice of the homelab")
    context = click.Context(cli, info_name="jarvisctl", help_option_names=["-h", "--help"])
    page.section("SYNOPSIS")
    page.line(f"{bold('jarvisctl')} [{bold('--json')}] [{bold('--socket')} {italic('PATH')}] "
              f"{italic('COMMAND')} [{italic('ARGUMENT')} ...]")  # fmt: skip
    page.section("DESCRIPTION")
    page.text((cli.help or "").partition("\n\n")[2])
    page.text("Help for a command: jarvisctl help COMMAND. Without a command it opens the "
              "dashboard, or says what to do first.")  # fmt: skip
    page.section("OPTIONS")
    page.text("They may stand before or after the command.")
    _options(page, context, shared=True)
    for title, verbs in GROUPS.items():
        page.section(f"COMMANDS: {title.upper()}")
        for verb in verbs:
            command = cli.get_command(context, verb)
            if command is not None:
                _verb(page, command, context)
    _surroundings(page, AROUND_JARVISCTL)
    page.section("EXAMPLES")
    for text, example in EXAMPLES.items():
        page.term(escaped(text), "")
        page.line(bold(example))
    page.see_also("jarvisd(8)", "jarvisd.toml(5)", "journalctl(1)")
    return page


def _verb(page: Page, command: click.Command, parent: click.Context) -> None:
    context = click.Context(command, info_name=command.name, parent=parent)
    page.part(context.command_path.removeprefix("jarvisctl "))
    usage = " ".join([piece for piece in command.collect_usage_pieces(context) if piece])
    page.line(f"{bold(context.command_path)} {escaped(usage)}".rstrip())
    page.line(".PP")
    page.text((command.help or "").replace("\b", ""))
    _options(page, context)
    page.line(".PP")
    page.line("Examples:")
    for line in (command.epilog or "").partition("Examples:\n")[2].splitlines():
        page.line(".br")
        page.line(bold(line.strip()))
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None and not below.hidden:
                _verb(page, below, context)


def _options(page: Page, context: click.Context, *, shared: bool = False) -> None:
    for parameter in context.command.get_params(context):
        record = parameter.get_help_record(context)
        if record is None or isinstance(parameter, click.Argument):
            continue  # the usage shows arguments, the text says what they are
        if not shared and SHARED & set(parameter.opts):
            continue
        names, text = record
        page.term(_option(names), text)


def _option(names: str) -> str:
    """``-n, --lines N`` with its names bold and its value in italics."""
    words = []
    for word in names.split():
        name, comma = word.removesuffix(","), "," * word.endswith(",")
        words.append((bold(name) if name.startswith("-") else italic(name)) + comma)
    return " ".join(words)


# --- jarvisd(8) ---------------------------------------------------------------------------------


def jarvisd_page() -> Page:
    """The daemon: its flags, signals, surroundings and files."""
    page = _page("jarvisd", 8, "speaks a language model's answers aloud")
    actions = [action for action in daemon_parser()._actions if action.option_strings]  # noqa: SLF001 - argparse has no other list
    page.section("SYNOPSIS")
    page.line(" ".join([bold("jarvisd"), *(f"[{_flag(action)}]" for action in actions)]))
    page.section("DESCRIPTION")
    page.text(
        """jarvisd asks a llama-server on the same host, speaks the answer while it is still being
        written, can be interrupted at any word, and remembers what was heard. It is controlled with
        jarvisctl(1) through a Unix socket, and is ready with neither a llama-server nor a neural
        voice.

        It is meant to run under systemd(1) as jarvisd.service, behind jarvisd.socket. Started by
        hand it is a daemon of your own, with its socket in $XDG_RUNTIME_DIR."""
    )
    page.section("OPTIONS")
    for action in actions:
        page.term(_flag(action), _sentence(action.help or ""))
    _surroundings(page, AROUND_JARVISD)
    page.see_also("jarvisctl(1)", "jarvisd.toml(5)", "systemctl(1)", "systemd.resource-control(5)")
    return page


def _flag(action: argparse.Action) -> str:
    name = bold(action.option_strings[-1])
    return f"{name} {italic(str(action.metavar))}" if action.metavar else name


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}".rstrip(".") + "."


def _surroundings(page: Page, sections: dict[str, dict[str, str]]) -> None:
    for title, entries in sections.items():
        page.section(title)
        for name, meaning in entries.items():
            page.term(bold(name), meaning)


# --- jarvisd.toml(5) ----------------------------------------------------------------------------


def settings_page() -> Page:
    """Every setting with its default and its bounds."""
    page = _page("jarvisd.toml", 5, "configuration of jarvisd")
    page.section("SYNOPSIS")
    page.line(italic("/etc/jarvisd/jarvisd.toml"))
    page.line(".br")
    page.line(italic("/etc/jarvisd/jarvisd.toml.d/*.toml"))
    page.section("DESCRIPTION")
    page.text(
        """TOML. Every setting has a default, so that an empty file, or none at all, is a valid
        configuration. Later wins for each setting: the file, its drop-ins in alphabetical order,
        the environment (JARVISD__API__SOCKET is socket in [api]), the command line of jarvisd(8).

        Check it with jarvisd --check-config, see what is in force and why with jarvisctl config
        show, and put changes in force with jarvisctl reload: what needs a restart is named."""
    )
    page.section("SETTINGS")
    for table in tables().values():
        if not table.path:
            continue
        page.part(f"[{table.path}]")
        page.text((table.section.__doc__ or "").strip())
        for leaf in table.leaves:
            name = leaf.path.rpartition(".")[2]
            default = "" if leaf.default is None else f" = {toml_value(leaf.default)}"
            page.term(bold(name) + escaped(default), f"{leaf.about} {limits(leaf)}")
    page.see_also("jarvisd(8)", "jarvisctl(1)")
    return page


# --- the command --------------------------------------------------------------------------------


def drifted() -> Iterator[str]:
    """The pages in the tree that are not what they should be."""
    for name, text in pages().items():
        file = FOLDER / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            yield name


def main() -> int:
    """Write the pages; with ``--check`` only say which ones drifted."""
    if sys.argv[1:] == ["--check"]:
        wrong = list(drifted())
        if wrong:
            print(f"man/ drifted: {', '.join(wrong)}. Run: make man", file=sys.stderr)  # noqa: T201 - a command's answer
        return bool(wrong)
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
