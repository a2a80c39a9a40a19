"""Which replies a control verb means: the one named, or all in the state that the verb is for."""

from collections.abc import Iterator
from typing import Literal, TypeVar
from urllib.parse import quote

from jarvisctl.invocation import Invocation
from jarvisd.wire import RepliesResponse
from jarvisd.wire.client import ApiError

Verb = Literal["interrupt", "pause", "resume"]

# Replies for which a verb would do nothing. One that is done may still be playing at its client.
_POINTLESS = {"interrupt": (), "pause": ("paused",), "resume": ("running",)}

T = TypeVar("T")


def each_reply(
    invocation: Invocation, reply: str | None, verb: Verb, answer: type[T]
) -> Iterator[T]:
    """Send ``verb`` to each reply meant, and give the daemon's answers.

    A reply that ended by itself meanwhile is no failure, unless it was named.
    """
    with invocation.client() as client:
        replies = [reply] if reply else _fitting(client.get("/v1/replies", RepliesResponse), verb)
        if not replies and not invocation.out.json:
            invocation.out.talk(f"There is nothing to {verb}.")
        for name in replies:
            try:
                yield client.post(f"/v1/replies/{quote(name, safe='')}/{verb}", None, answer)
            except ApiError as error:
                if reply or error.code != "reply.unknown":
                    raise


def _fitting(active: RepliesResponse, verb: Verb) -> list[str]:
    return [info.reply for info in active.replies if info.state not in _POINTLESS[verb]]
