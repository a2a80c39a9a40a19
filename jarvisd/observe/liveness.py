"""What the daemon's parts show of their progress, collected for the watchdog.

    part                  a step is                                  one is expected
    reply                 an event, a token, a sample made or        unless it is paused, waits for
                          played                                     workers, or is ahead enough
    workers' supervisor   anything done about a worker or a job      while jobs wait or run, or a
                                                                     worker starts
    database writer       a batch, a retry, or the answer to a ping  always: it is pinged each time

The event loop itself is checked by the watchdog's timer. A part may stand still for as long as the
time limits of its waits allow, and a minute more. Reads every room; the only thing it does to one
is to ask the database writer for a step.
"""

from jarvisd.config import Settings
from jarvisd.host.watchdog import PartProgress
from jarvisd.reply.replies import Replies
from jarvisd.speech import Speech
from jarvisd.store import Store
from jarvisd.store.writer import LONGEST_RETRY_S, Writer

# On top of every limit: a machine that is short of everything keeps limits late.
GRACE_S = 60.0


class Liveness:
    """Calling it returns what every part shows of its progress."""

    def __init__(
        self, settings: Settings, *, replies: Replies, speech: Speech, store: Store
    ) -> None:
        self._replies = replies
        self._speech = speech
        self._store = store
        self.apply(settings)

    def apply(self, settings: Settings) -> None:
        """The settings changed."""
        llm, speech = settings.llm, settings.speech
        self._speech_s = GRACE_S + max(speech.deadline_s, speech.longest_start_s)
        self._reply_s = GRACE_S + llm.longest_wait_s

    def __call__(self) -> list[PartProgress]:
        """The parts that exist now: the workers' supervisor, the writer, and every reply."""
        speech = self._speech
        parts = [PartProgress("workers", speech.steps, speech.expects_progress, self._speech_s)]
        if (writer := self._store.writer) is not None:
            parts.append(_writer_progress(writer))
        parts += [
            PartProgress(f"reply {reply.id}", reply.steps, reply.expects_progress, self._reply_s)
            for reply in self._replies.unsettled()
        ]
        return parts


def _writer_progress(writer: Writer) -> PartProgress:
    """The writer must always make progress, because it is pinged each time."""
    steps = writer.steps
    writer.ping()
    return PartProgress(
        "database writer",
        steps,
        expects_progress=True,
        timeout_s=LONGEST_RETRY_S + GRACE_S,
        ended=writer.ended,
    )
