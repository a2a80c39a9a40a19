"""What measurements make of what they saw."""

from jarvisbench.first_audio import first_words
from jarvisbench.frame_reading import LEAD_FRAMES, Session, dropped, off_grid_ms
from jarvisbench.golden_rules import GOLDEN_RULES, GoldenRule
from jarvisbench.listener import Event, Heard
from jarvisbench.paced_server import PacedServer
from jarvisbench.pipeline_steps import clause_to_synthesis_ms, pcm_to_socket_ms
from jarvisbench.replies import ANSWERS
from jarvisbench.sentence_rules import is_exact
from jarvisbench.token_to_audio import deciding_token

GRID = [number * 0.02 for number in range(20)]


def chunk(utterance: int, *, text: float, position: int = 0, finished: float = 0.0) -> Event:
    timings = {
        "text_ms": text,
        "started_ms": text + 1,
        "first_audio_ms": text + 2,
        "finished_ms": finished or text + 3,
    }
    return {"type": "chunk", "utterance": utterance, "position": position, "timings": timings}


def test_the_deciding_token_holds_the_last_character() -> None:
    tokens = ["Good", " morning.", " Now"]
    assert [deciding_token(tokens, end) for end in (1, 4, 5, 13, 14)] == [0, 0, 1, 1, 2]


def test_steps_are_counted_from_the_token_before_the_cut_to_the_arrival() -> None:
    model = PacedServer("One. Two. End", 1.0, written_at=[10.010, 10.020, 10.030])
    started: Event = {"type": "reply.started", "started_at": 10.0}
    kinds = ["token", "utterance", "token", "utterance"]
    events: list[Event] = [{"type": kind, "utterance": n // 2} for n, kind in enumerate(kinds)]
    heard = Heard(
        events=[(0.0, started)]
        + [(0.0, event) for event in events]
        + [(0.0, chunk(0, text=11.0)), (0.0, chunk(1, text=22.0, position=100))],
        audio=[(10.015, 100), (10.0275, 150)],
    )
    assert [round(value, 3) for value in clause_to_synthesis_ms(heard, model)] == [2.0, 3.0]
    assert [round(value, 3) for value in pcm_to_socket_ms(heard)] == [2.0, 3.5]


def test_utterances_that_waited_for_another_do_not_count() -> None:
    started: Event = {"type": "reply.started", "started_at": 0.0}
    chunks = [chunk(0, text=0.0, finished=50.0), chunk(1, text=20.0, position=9)]
    heard = Heard(
        events=[(0.0, started), *((0.0, one) for one in chunks)], audio=[(0.005, 9), (0.06, 20)]
    )
    assert len(pcm_to_socket_ms(heard)) == 1


def test_frames_in_time_have_no_jitter_and_none_is_missing() -> None:
    assert max(off_grid_ms(GRID)) < 1e-6
    assert off_grid_ms([]) == []
    late = [*GRID[:10], GRID[10] + 0.003, *GRID[11:]]
    assert round(max(off_grid_ms(late)), 6) == 3.0
    assert dropped(GRID) == 0


def test_a_gap_counts_the_frames_that_fit_into_it() -> None:
    gap = [*GRID[:12], *(at + 0.05 for at in GRID[12:])]
    assert dropped(gap) == 3
    assert LEAD_FRAMES < 12


def test_a_session_counts_frames_not_reads() -> None:
    session = Session(wire=None)  # type: ignore[arg-type]  # nothing is read through it here
    session.take(1.0, b"HTTP/1.1 200 OK\r\nx: y\r\n\r")
    session.take(2.0, b"\n2\r\nab\r\n3\r\ncd")
    session.take(3.0, b"e\r\n0\r\n\r\n")
    assert (session.arrivals, session.ended) == ([2.0, 3.0], True)


def test_rules_are_exact_or_not() -> None:
    assert is_exact(GoldenRule("x", "One. Two.", ("One.", "Two.")))
    assert not is_exact(GoldenRule("x", "One. Two.", ("One. Two.",)))
    assert len(GOLDEN_RULES) == 48


def test_answers_are_varied_and_start_with_words() -> None:
    assert len(set(ANSWERS)) == len(ANSWERS) == 30
    assert 8 < sum("," in answer for answer in ANSWERS) < 22
    assert all(first_words(answer).strip() for answer in ANSWERS)
