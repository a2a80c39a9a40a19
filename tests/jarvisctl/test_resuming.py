"""A reply's events from a real daemon over a line that breaks again and again."""

from pathlib import Path

import msgspec

from jarvisctl.private_daemon import PrivateDaemon
from jarvisctl.resuming import ResumedEvents
from jarvisd.wire import ReplyDone, SayRequest
from jarvisd.wire.client import ApiClient

SENTENCES = "One sentence comes behind the other until there are enough of them. " * 4


def test_no_event_is_lost_or_comes_twice(tmp_path: Path) -> None:
    config = tmp_path / "jarvisd.toml"
    config.write_text('[llm]\nprovider = "builtin"\n')
    request = SayRequest(text=SENTENCES, on_disconnect="continue")
    numbers, last = [], None
    with PrivateDaemon(config=config) as daemon, ApiClient(daemon.socket) as client:
        events = ResumedEvents(client, client.stream_events("/v1/say", request))
        for line in events:
            numbers.append(msgspec.json.decode(line.raw)["seq"])
            last = line.event
            if len(numbers) in (1, 3, 6):
                events._stream.cancel()  # the rest of what is here already still comes
        assert events.resumed
        events.close()
    assert numbers == list(range(len(numbers)))
    assert isinstance(last, ReplyDone)
