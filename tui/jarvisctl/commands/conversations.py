"""``jarvisctl conversations``: list, show and delete conversations."""

import time
from typing import Any
from urllib.parse import quote, urlencode

import click
import msgspec

from jarvisctl.completing import complete_conversation
from jarvisctl.invocation import Invocation, daemon_options, examples, pass_invocation
from jarvisctl.output import Output
from jarvisctl.quiet_blocks import readable
from jarvisd.wire import (
    ConversationResponse,
    ConversationsResponse,
    DeletedResponse,
    MessageInfo,
)


@click.group(
    "conversations",
    invoke_without_command=True,
    epilog=examples(
        "jarvisctl conversations",
        "jarvisctl conversations show c-21be",
    ),
)
@daemon_options
@click.pass_context
def command(context: click.Context) -> None:
    """List, show and delete conversations.

    Without a command: list.
    """
    if context.invoked_subcommand is None:
        context.invoke(list_)


@command.command(
    "list",
    epilog=examples(
        "jarvisctl conversations list --limit 5",
    ),
)
@click.option(
    "--limit", type=click.IntRange(1, 500), default=20, metavar="N", help="How many to show (20)."
)
@click.option("--before", metavar="CURSOR", help="Continue where the last page ended.")
@daemon_options
@pass_invocation
def list_(invocation: Invocation, limit: int = 20, before: str | None = None) -> None:
    """List conversations, newest first."""
    out = invocation.out
    query = urlencode({"limit": limit} | ({"before": before} if before else {}))
    with invocation.client() as client:
        fields = client.get(f"/v1/conversations?{query}", dict[str, Any])
    if out.json:
        out.object(fields)
        return
    page = msgspec.convert(fields, ConversationsResponse)
    if not page.conversations:
        out.talk('There is no conversation yet. Begin one: jarvisctl ask "Good evening."')
        return
    rows = [
        (
            entry.conversation,
            time.strftime("%Y-%m-%d %H:%M", time.localtime(entry.updated_at)),
            str(entry.messages),
            entry.title,
        )
        for entry in page.conversations
    ]
    out.table(("conversation", "last", "messages", "about"), rows, right="  r")
    if page.next:
        out.talk(f"More: jarvisctl conversations list --before {page.next}")


@command.command(
    "show",
    epilog=examples(
        "jarvisctl conversations show c-21be",
    ),
)
@click.argument("conversation", shell_complete=complete_conversation)
@daemon_options
@pass_invocation
def show(invocation: Invocation, conversation: str) -> None:
    """Show one conversation, and where answers were interrupted."""
    out = invocation.out
    with invocation.client() as client:
        fields = client.get(f"/v1/conversations/{quote(conversation, safe='')}", dict[str, Any])
    if out.json:
        out.object(fields)
        return
    for message in msgspec.convert(fields, ConversationResponse).messages:
        _show_message(out, message)


@command.command(
    "delete",
    epilog=examples(
        "jarvisctl conversations delete c-21be",
    ),
)
@click.argument("conversation", shell_complete=complete_conversation)
@click.option("--yes", is_flag=True, help="Delete without asking.")
@daemon_options
@pass_invocation
def delete(invocation: Invocation, conversation: str, yes: bool) -> None:
    """Delete a conversation. It cannot be restored."""
    out = invocation.out
    if not yes:
        click.confirm(
            f"Delete conversation {conversation}? It cannot be restored.", abort=True, err=True
        )
    path = f"/v1/conversations/{quote(conversation, safe='')}"
    with invocation.client() as client:
        deleted = client.delete(path, DeletedResponse)
    if out.json:
        out.object(deleted)
    elif not deleted.deleted:
        out.talk(
            f"There was no conversation {conversation!r}. List them with: jarvisctl conversations"
        )
    else:
        out.line(f"{conversation} deleted: {deleted.deleted} messages")


def _show_message(out: Output, message: MessageInfo) -> None:
    at = time.strftime("%H:%M", time.localtime(message.created_at))
    colour = "cyan" if message.role == "user" else "green"
    name = "you" if message.role == "user" else "jarvis"
    out.line(f"{out.style(at, 'dim')} {out.style(name.rjust(6), colour)}  {_text(out, message)}")


def _text(out: Output, message: MessageInfo) -> str:
    """The message; what was written and never heard is dim, after a mark, and a question that got
    no answer says why.
    """
    text = message.text.strip()
    for_people = readable if out.is_terminal else str
    if message.failed:
        return f"{text} {out.style(f'(no answer: {message.failed})', 'red')}"
    if not message.interrupted or message.heard is None:
        return for_people(text).rstrip()
    heard = message.heard.strip()
    rest = text[len(heard) :] if text.startswith(heard) else ""
    return f"{heard}{out.style(' ✂', 'yellow')}{out.style(for_people(rest).rstrip(), 'dim')}"
