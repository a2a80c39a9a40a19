"""All replies: those being made, those still playing, and some that ended.

Bounded: ended replies are kept for late readers of their audio, limited by number and bytes.
Decides nothing about a reply; it must never drop one that is being made.
"""

from collections import OrderedDict

from jarvisd.errors import NotFoundError
from jarvisd.reply.reply import Reply
from jarvisd.reply.vitals import ReplyVitals

KEPT_AUDIO_BYTES = 16 * 1024 * 1024
# Those that may still be playing can be interrupted, so more are kept; a paused one plays for ever.
PLAYING_REPLIES = 64
PLAYING_AUDIO_BYTES = 128 * 1024 * 1024


class ReplyRegistry:
    """Replies by their id, oldest first.

    ``keep`` ended replies are kept. The ids of the last ``traceable`` replies stay known by their
    conversation, even after the replies are dropped.
    """

    def __init__(self, *, keep: int, traceable: int) -> None:
        self._keep = keep
        self._traceable = traceable
        self._replies: OrderedDict[str, Reply] = OrderedDict()
        self._conversations: OrderedDict[str, str] = OrderedDict()
        self.total = 0

    def apply(self, keep: int) -> None:
        """Keep so many of those that ended from now on."""
        self._keep = keep

    def add(self, reply: Reply) -> None:
        """A reply begins."""
        self._replies[reply.id] = reply
        self.total += 1
        self._conversations[reply.id] = reply.conversation
        while len(self._conversations) > self._traceable:
            self._conversations.popitem(last=False)

    def find(self, reply: str) -> Reply | None:
        """The reply of that id, if it is still there."""
        return self._replies.get(reply)

    def get(self, reply: str) -> Reply:
        """The reply of that id; raises NotFoundError ``reply.unknown``."""
        found = self._replies.get(reply)
        if found is None:
            raise NotFoundError(
                f"There is no reply {reply!r}, or it ended long ago.",
                code="reply.unknown",
                hint="jarvisctl status lists the replies that can still be controlled.",
            )
        return found

    def all(self) -> list[Reply]:
        """Every reply that is still there."""
        return list(self._replies.values())

    def active(self) -> list[Reply]:
        """Replies that are being made or still playing."""
        return [reply for reply in self._replies.values() if reply.audible]

    def running(self) -> list[ReplyVitals]:
        """The vitals of those that are being made."""
        return [reply.vitals for reply in self._replies.values() if not reply.over]

    def unsettled(self) -> list[ReplyVitals]:
        """The vitals of those with any running task, even if only the last one."""
        return [reply.vitals for reply in self._replies.values() if reply.active]

    def of(self, conversation: str) -> list[Reply]:
        """The replies of a conversation."""
        return [one for one in self._replies.values() if one.conversation == conversation]

    def forget(self, conversation: str) -> frozenset[str]:
        """Forget a conversation's replies; returns all their known ids."""
        for reply in self.of(conversation):
            del self._replies[reply.id]
        known = {id_ for id_, whose in self._conversations.items() if whose == conversation}
        for id_ in known:
            del self._conversations[id_]
        return frozenset(known)

    def prune(self) -> None:
        """Drop the oldest ended replies beyond the limit."""
        ended = [reply for reply in reversed(self._replies.values()) if reply.over]
        played = [reply for reply in ended if not reply.audible]
        playing = [reply for reply in ended if reply.audible]
        self._forget_beyond(played, self._keep, KEPT_AUDIO_BYTES)
        self._forget_beyond(playing, PLAYING_REPLIES, PLAYING_AUDIO_BYTES)

    def _forget_beyond(self, newest_first: list[Reply], replies: int, audio_bytes: int) -> None:
        held = 0
        for number, reply in enumerate(newest_first):
            held += reply.audio_bytes
            if number >= replies or held > audio_bytes:
                del self._replies[reply.id]
