"""``jarvisctl config``: is the configuration usable, and what is in force and why."""

import os
from pathlib import Path

import click

from jarvisctl.exitcodes import ExitCode
from jarvisctl.invocation import Invocation, json_option, pass_invocation
from jarvisd.config.reader import Loaded, load_with_sources
from jarvisd.config.rendering import describe, toml_value
from jarvisd.config.sources import configuration_file
from jarvisd.errors import ConfigError

config_option = click.option(
    "--config", type=click.Path(path_type=Path), metavar="FILE",
    help="This file instead of the usual one (see jarvisctl config path).",
)  # fmt: skip


@click.group("config")
def command() -> None:
    """Check and show the daemon's configuration.

    Read here, in this process and with this environment: no daemon is asked.
    """


@command.command("check")
@config_option
@json_option
@pass_invocation
def check(invocation: Invocation, config: Path | None) -> ExitCode:
    """Say whether the configuration can be used, and everything that is wrong with it."""
    out = invocation.out
    try:
        loaded = _load(config)
    except ConfigError as error:
        if out.json:
            out.object({"valid": False, "problems": error.problems})
        else:
            _list_problems(invocation, error)
        return ExitCode.FAILED
    if out.json:
        out.object({"valid": True, "problems": []})
    else:
        out.line(f"{out.style('ok', 'green')}  {_files(loaded)}")
    return ExitCode.OK


@command.command("show")
@click.option("--changed", is_flag=True, help="Only what differs from the defaults.")
@config_option
@json_option
@pass_invocation
def show(invocation: Invocation, config: Path | None, changed: bool) -> None:
    """Show every setting in force and where it was set."""
    out = invocation.out
    loaded = _load(config)
    section = ""
    for setting in describe(loaded.settings, loaded.sources):
        is_default = setting.source.kind == "default"
        if changed and is_default:
            continue
        if out.json:
            out.object(
                {"path": setting.path, "value": setting.value, "source": str(setting.source),
                 "about": setting.about}
            )  # fmt: skip
            continue
        table, _, name = setting.path.rpartition(".")
        if table != section:
            out.line(("\n" if section else "") + out.style(f"[{table}]", "bold"))
            section = table
        shown = (
            f"{name} = {toml_value(setting.value)}" if setting.value is not None else f"# {name}"
        )
        origin = "" if is_default else out.style(f"  # {setting.source}", "cyan")
        out.line(f"{shown}{origin}")
    if changed and not section and not out.json:
        out.talk("Every setting has its default.")


@command.command("path")
@json_option
@pass_invocation
def path(invocation: Invocation) -> None:
    """Print the file that is read where none is named."""
    file = configuration_file(os.environ)
    if invocation.out.json:
        invocation.out.object({"path": str(file), "exists": file.exists()})
        return
    invocation.out.line(str(file))
    if not file.exists():
        invocation.out.talk("It does not exist: every setting has its default.")


def _load(config: Path | None) -> Loaded:
    return load_with_sources(config, environ=os.environ)


def _files(loaded: Loaded) -> str:
    if not loaded.files:
        return "no file: every setting has its default"
    return ", ".join(str(file) for file in loaded.files)


def _list_problems(invocation: Invocation, error: ConfigError) -> None:
    out = invocation.out
    count = len(error.problems)
    out.talk(out.talk_style(f"{count} problem{'s' * (count != 1)}:", "red", "bold"))
    for problem in error.problems:
        out.talk(f"  {problem}")
