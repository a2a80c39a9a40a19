"""Names for the shell to complete, as the daemon knows them at this moment.

A shell waits for these while somebody types: they take a fraction of a second at most, and whatever
goes wrong (no daemon, no permission, another version) is no completion and no word about it.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

import click
import msgspec
from click.shell_completion import CompletionItem

from jarvisctl.invocation import Invocation
from jarvisctl.sockets import choose
from jarvisctl.terminal import one_line
from jarvisd.errors import JarvisError
from jarvisd.wire.client import ApiClient

CONNECT_S = 0.2
ANSWER_S = 0.5
# What shells take as one word without quotes; other names have to be typed.
_PLAIN = re.compile(r"[\w.:+@%/-]+")

Named = tuple[str, str]
Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def _from_daemon(path: str, names: Callable[[dict[str, Any]], Iterable[Named]]) -> Complete:
    """A completion by the names (each with what it is) in the daemon's answer to ``path``."""

    def complete(
        context: click.Context, _: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        invocation = context.find_object(Invocation) or Invocation()
        socket = choose(invocation.sockets)
        try:
            with ApiClient(socket, connect_timeout_s=CONNECT_S, timeout_s=ANSWER_S) as client:
                found = list(names(client.get(path, dict[str, Any])))
        except (JarvisError, msgspec.MsgspecError, OSError, KeyError, TypeError):
            return []
        return [
            CompletionItem(name, help=one_line(about)[:60])
            for name, about in found
            if name.startswith(incomplete) and _PLAIN.fullmatch(name)
        ]

    return complete


def _voices(answer: dict[str, Any]) -> Iterable[Named]:
    for voice in answer["voices"]:
        if voice["available"]:
            yield voice["id"], voice["description"] or voice["language"]


def _conversations(answer: dict[str, Any]) -> Iterable[Named]:
    for entry in answer["conversations"]:
        yield entry["conversation"], entry["title"]


def _replies(answer: dict[str, Any]) -> Iterable[Named]:
    for reply in answer["replies"]:
        yield reply["reply"], reply["state"]


def _traces(answer: dict[str, Any]) -> Iterable[Named]:
    for trace in answer["traces"]:
        yield trace["reply"], f"{trace['outcome']}, {trace['voice']}"


complete_voice = _from_daemon("/v1/voices", _voices)
complete_conversation = _from_daemon("/v1/conversations?limit=100", _conversations)
complete_running_reply = _from_daemon("/v1/replies", _replies)
complete_traced_reply = _from_daemon("/v1/traces", _traces)
