import threading
from pathlib import Path

from jarvisctl.dashboard.asking import Asking, Silent
from jarvisctl.dashboard.messages import QuestionFound, Remarked
from jarvisctl.delivery import AudioDelivery
from jarvisd.wire.client import ApiClient
from tests.fakes.daemon import FakeDaemon
from tests.jarvisctl import samples
from tests.jarvisctl.dashboard.conftest import Brought


def test_the_next_question_goes_on_with_the_conversation(
    daemon: FakeDaemon, socket_path: Path
) -> None:
    daemon.lines("POST", "/v1/replies", samples.reply())
    brought = Brought()
    asking = Asking([str(socket_path)], brought.put)
    for question in ("First?", "Second?", "Third?"):
        if question == "Third?":
            asking.begin_anew()
        asking.ask(question)
        found = brought.wait_for(QuestionFound, lambda m, q=question: m.question == q)  # type: ignore[misc]
        assert found.reply == samples.REPLY
    asked = [request.body.get("conversation") for request in daemon.requests("POST", "/v1/replies")]
    assert asked == [None, samples.CONVERSATION, None]
    asking.stop()


def test_a_refused_question_is_told(daemon: FakeDaemon, socket_path: Path) -> None:
    daemon.refuse("POST", "/v1/say", 429, "limit.replies", "Too many.", "Try again.")
    brought = Brought()
    asking = Asking([str(socket_path)], brought.put)
    asking.say("Hello.")
    assert brought.wait_for(Remarked).text == "Too many. Try again."


def test_leaving_hangs_up(daemon: FakeDaemon, socket_path: Path) -> None:
    held = threading.Event()
    daemon.lines("POST", "/v1/replies", [samples.started(), lambda: held.wait(30)])
    brought = Brought()
    asking = Asking([str(socket_path)], brought.put)
    asking.ask("Well?")
    brought.wait_for(QuestionFound)
    asking.stop()
    held.set()


def test_without_a_player_the_audio_is_taken_at_the_pace_of_speech() -> None:
    sink = Silent(22_050)
    assert sink.position() == 0
    sink.write(bytes(2 * 100))
    assert sink.wait(1.0)
    assert sink.position() == 100
    sink.write(bytes(2 * 22_050))
    assert not sink.wait(0.0)
    sink.abort()
    assert sink.wait(0.0)


def test_audio_that_is_stopped_before_it_begins_is_never_asked_for(
    daemon: FakeDaemon, socket_path: Path
) -> None:
    client = ApiClient(str(socket_path))
    audio = AudioDelivery(client, "r", [], paced=True, essential=False, hang_up=lambda: None)
    assert audio.stop() == 0
    audio.start()
    audio.join()
    assert not daemon.received
