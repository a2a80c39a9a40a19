"""Help that a newcomer can use: groups, examples that work, ``jarvisctl`` alone."""

import re
import shlex
from collections.abc import Iterator

import click
import pytest

from jarvisctl.cli import GROUPS, VERBS, cli
from jarvisd.wire import LiveResponse
from tests.fakes.daemon import FakeDaemon
from tests.jarvisctl.conftest import Jarvisctl

HIDDEN = ("help", "try")
ROOT = click.Context(cli, info_name="jarvisctl", help_option_names=["-h", "--help"])


def commands(group: click.Group, parent: click.Context) -> Iterator[tuple[str, click.Command]]:
    """Every command with the words that call it."""
    for name in [*group.list_commands(parent), *(HIDDEN if parent is ROOT else ())]:
        found = group.get_command(parent, name)
        assert found is not None
        here = click.Context(found, info_name=name, parent=parent)
        yield here.command_path, found
        if isinstance(found, click.Group):
            yield from commands(found, here)


COMMANDS = dict(commands(cli, ROOT))


def examples(command: click.Command) -> list[str]:
    text = (command.epilog or "").partition("Examples:\n")[2].partition("\n\n")[0]
    return [line.strip() for line in text.splitlines()]


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_has_examples(path: str) -> None:
    found = examples(COMMANDS[path])
    assert found
    assert any("jarvisctl" in line for line in found)


@pytest.mark.parametrize(
    "line", sorted({line for command in COMMANDS.values() for line in examples(command)})
)
def test_every_example_is_understood(line: str) -> None:
    calls = [part for part in re.split(r"[|<()]|&&", line) if "jarvisctl" in part]
    assert calls
    for call in calls:
        words = shlex.split(call.strip())
        parse(words[words.index("jarvisctl") + 1 :])


def parse(words: list[str]) -> None:
    """Go through the command line as click would, and run nothing."""
    command, context = cli, cli.make_context("jarvisctl", list(words))
    while isinstance(command, click.Group) and context._protected_args + context.args:
        name, found, rest = command.resolve_command(context, context._protected_args + context.args)
        assert found is not None
        command, context = found, found.make_context(name, rest, parent=context)


def test_help_shows_every_verb_in_its_group(jarvisctl: Jarvisctl) -> None:
    text = jarvisctl.run("--help").text
    for title, verbs in GROUPS.items():
        assert f"\n{title}:\n" in text
        for verb, about in verbs.items():
            assert re.search(rf"^  {verb} +{re.escape(about)}$", text, re.MULTILINE)
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("words", [(), ("ask",), ("config", "show"), ("stop",)], ids=" ".join)
def test_help_says_what_the_option_says(jarvisctl: Jarvisctl, words: tuple[str, ...]) -> None:
    asked, given = jarvisctl.run("help", *words), jarvisctl.run(*words, "--help")
    name = words[-1] if words else "jarvisctl"
    assert asked.text.replace("interrupt [", "stop [") == given.text.replace(
        "interrupt [", "stop ["
    )
    assert name in asked.text


def test_help_for_what_does_not_exist(jarvisctl: Jarvisctl) -> None:
    ran = jarvisctl.run("help", "statsu")
    assert ran.code == 2
    assert "There is no command 'statsu'" in ran.stderr


def test_alone_it_never_fails(jarvisctl: Jarvisctl) -> None:
    ran = jarvisctl.run()
    assert (ran.code, ran.stderr) == (0, "")
    assert f"No daemon answers at {jarvisctl.socket}.\n" in ran.text  # then how to start one
    assert "jarvisctl ask" in ran.text
    assert "jarvisctl --help" in ran.text


def test_alone_with_a_daemon_and_no_terminal(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    daemon.json("GET", "/v1/live", LiveResponse())
    ran = jarvisctl.run()
    assert ran.code == 0
    assert "No daemon" not in ran.text
    assert "jarvisctl ask" in ran.text


def test_every_listed_verb_has_a_line_of_its_own() -> None:
    assert len(VERBS) == sum(map(len, GROUPS.values()))
    assert all(len(about) <= 60 for about in VERBS.values())
