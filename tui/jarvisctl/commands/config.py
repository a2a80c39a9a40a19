"""``jarvisctl config``: what is in force, where it was set, and whether the files can be used."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from jarvisctl.exitcodes import ExitCode
from jarvisctl.invocation import Invocation, daemon_options, examples, json_option, pass_invocation
from jarvisctl.output import Output
from jarvisd.config.reader import Loaded, load_with_sources
from jarvisd.config.rendering import describe, toml_key, toml_value
from jarvisd.config.sources import (
    SYSTEM_FILE,
    configuration_file,
    drop_in_directory,
    files,
    own_file,
    variables,
)
from jarvisd.config.tree import SAY, leaves
from jarvisd.errors import ConfigError, JarvisError
from jarvisd.wire import ConfigResponse
from jarvisd.wire.client import DaemonUnreachableError

config_option = click.option(
    "--config", type=click.Path(path_type=Path), metavar="FILE",
    help="Read this file instead of the usual one (see jarvisctl config path).",
)  # fmt: skip


@click.group(
    "config",
    epilog=examples(
        "jarvisctl config show --changed",
        "jarvisctl config check && jarvisctl reload",
    ),
)
def command() -> None:
    """Show and check the configuration."""


@command.command(
    "check",
    epilog=examples(
        "jarvisctl config check",
        "jarvisctl config check --config new.toml",
    ),
)
@config_option
@json_option
@pass_invocation
def check(invocation: Invocation, config: Path | None) -> ExitCode:
    """Check the configuration files and list every problem.

    Reads the files and does not ask the daemon.
    """
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


@command.command(
    "show",
    epilog=examples(
        "jarvisctl config show --changed",
        "jarvisctl config show --json | jq -r .path",
    ),
)
@click.option("--changed", is_flag=True, help="Show only what differs from the defaults.")
@click.option("--files", "from_files", is_flag=True, help="Read the files; do not ask the daemon.")
@config_option
@daemon_options
@pass_invocation
def show(invocation: Invocation, config: Path | None, changed: bool, from_files: bool) -> None:
    """Show every setting and where it was set.

    Asks the daemon for the settings in force. If no daemon runs, or with --files, it shows the
    settings of the files.
    """
    out = invocation.out
    asked = None if config or from_files else _in_force(invocation)
    origin = "files" if asked is None else "daemon"
    rows = _from_files(_load(config)) if asked is None else _from_daemon(asked)
    rows = [row for row in rows if not (changed and row["source"] == "default")]
    if out.json:
        for row in rows:
            out.object(row | {"from": origin})
    elif rows:
        _show(out, rows)
    else:
        out.talk("Every setting has its default.")


@command.command(
    "path",
    epilog=examples(
        "jarvisctl config path",
    ),
)
@daemon_options
@pass_invocation
def path(invocation: Invocation) -> None:
    """List where settings are read from; the last place counts.

    Marks what a running daemon has read: it may have another user and other options.
    """
    out = invocation.out
    asked = _in_force(invocation, quiet=True)
    places = list(_places())
    file = configuration_file(os.environ)
    if out.json:
        read = None if asked is None else asked.files
        out.object({"path": str(file), "exists": file.exists(), "places": places, "daemon": read})
        return
    width = max(len(place["place"]) for place in places)
    for name, state in (("place", "here"), *((each["place"], each["state"]) for each in places)):
        out.line(f"{name.ljust(width)}  {state}")  # whole: why a file is not read stands at the end
    if asked is not None:
        out.line(f"The daemon has read: {', '.join(asked.files) or 'no file'}")


def _in_force(invocation: Invocation, *, quiet: bool = False) -> ConfigResponse | None:
    """What the daemon says; ``None`` where none runs, and a word about it."""
    out = invocation.out
    try:
        with invocation.client() as client:
            return client.get("/v1/config", ConfigResponse)
    except JarvisError as error:
        if not quiet and error.code != DaemonUnreachableError.default_code:
            raise
    if not quiet:
        out.talk(out.talk_style("No daemon runs. This is what the files say:", "yellow"))
    return None


def _from_daemon(asked: ConfigResponse) -> list[dict[str, Any]]:
    return [
        {"path": one.path, "value": one.value, "source": one.source, "about": _about(one.path)}
        for one in asked.settings
    ]


def _about(path: str) -> str:
    """What a setting is for; empty for one that only the daemon's version has."""
    leaf = leaves().get(path)
    return leaf.about if leaf is not None else ""


def _from_files(loaded: Loaded) -> list[dict[str, Any]]:
    return [
        {"path": one.path, "value": one.value, "source": str(one.source), "about": one.about}
        for one in describe(loaded.settings, loaded.sources)
    ]


def _show(out: Output, rows: Iterable[dict[str, Any]]) -> None:
    section = ""
    for table_name, name, value, source in _lines(rows):
        if table_name != section:
            out.line(("\n" if section else "") + out.style(f"[{table_name}]", "bold"))
            section = table_name
        shown = f"{name} = {toml_value(value)}" if value is not None else f"# {name}"
        origin = "" if source == "default" else out.style(f"  # {source}", "cyan")
        out.line(f"{shown}{origin}")


def _lines(rows: Iterable[dict[str, Any]]) -> Iterable[tuple[str, str, object, str]]:
    """Table, name, value and source of each line; own words in tables, as in a file."""
    for row in rows:
        table_name, _, name = row["path"].rpartition(".")
        if row["path"] != SAY or not row["value"]:
            yield table_name, name, row["value"], row["source"]
            continue
        for language, words in row["value"].items():
            for written, spoken in words.items():
                # Words come together from several places; only the last one is known.
                yield f"{SAY}.{language}", toml_key(written), spoken, "default"


def _places() -> Iterable[dict[str, str]]:
    """Every place that is looked at here, in the order of their strength."""
    chosen = configuration_file(os.environ)
    read = files(chosen, required=False)
    for file in dict.fromkeys((SYSTEM_FILE, own_file(os.environ))):
        yield {"place": str(file), "state": _state(file, read)}
        folder = drop_in_directory(file)
        found = [one for one in read if one.parent == folder]
        yield from ({"place": str(one), "state": "read"} for one in found)
        if not found:
            yield {"place": f"{folder}/*.toml", "state": "none"}
    names = variables(os.environ)
    yield {"place": "environment JARVISD__…", "state": ", ".join(names) or "none"}
    yield {"place": "options of jarvisd", "state": "see: jarvisctl config show"}


def _state(file: Path, read: list[Path]) -> str:
    if file in read:
        return "read"
    if not file.exists():
        return "none"
    return "not read: root reads the system's" if os.geteuid() == 0 else "not read: see above"


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
