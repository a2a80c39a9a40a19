"""The life of a reply: what may follow what, and what never does."""

from hypothesis import given
from hypothesis import strategies as st

from jarvisd.reply.life import NEXT, LifePhase, LifeStep, ReplyLife

STEPS = ("pause", "resume", "made", "broken", "told", "playing", "heard", "stop")


def step(life: ReplyLife, name: str) -> None:
    match name:
        case "made":
            life.made("done")
        case "broken":
            life.made("failed")
        case "playing" | "heard":
            life.follow(playing=name == "playing")
        case _:
            getattr(life, name)()


def lived(*names: str) -> ReplyLife:
    life = ReplyLife()
    for name in names:
        step(life, name)
    return life


def test_a_reply_from_start_to_end() -> None:
    life = ReplyLife()
    seen = [(life.phase, life.state)]
    for name in ("made", "told", "heard"):
        step(life, name)
        seen.append((life.phase, life.state))
    assert seen == [
        (LifePhase.RUNNING, "running"),
        (LifePhase.SAVING, "running"),
        (LifePhase.PLAYING_OUT, "done"),
        (LifePhase.ENDED, "done"),
    ]
    assert life.over


def test_a_paused_reply_says_so_whatever_is_made_meanwhile() -> None:
    life = lived("pause")
    for name in ("made", "told", "playing"):
        step(life, name)
        assert (life.state, life.paused, life.over) == ("paused", True, False)
    life.resume()
    assert (life.state, life.phase) == ("done", LifePhase.PLAYING_OUT)


def test_what_failed_says_so_once_it_was_told() -> None:
    assert lived("broken").state == "running"
    assert lived("broken", "told").state == "failed"
    assert lived("broken", "told", "heard").state == "failed"


def test_what_was_heard_out_can_be_listened_to_again() -> None:
    life = lived("made", "told", "heard")
    assert not life.pause()
    life.follow(playing=True)
    assert life.phase is LifePhase.PLAYING_OUT
    assert life.pause()


def test_nothing_follows_a_stop() -> None:
    for before in ((), ("pause",), ("made",), ("made", "told"), ("made", "told", "heard")):
        life = lived(*before)
        assert life.stop()
        assert life.state == "interrupted"
        assert not life.stop()


def test_from_everywhere_there_is_a_way_to_the_end() -> None:
    for phase in LifePhase:
        reached = {phase}
        while more := {to for (at, _), to in NEXT.items() if at in reached} - reached:
            reached |= more
        assert LifePhase.INTERRUPTED in reached
        assert phase is LifePhase.INTERRUPTED or LifePhase.ENDED in reached


def test_every_pause_can_be_undone() -> None:
    for (at, taken), to in NEXT.items():
        if taken is LifeStep.PAUSE:
            assert NEXT[to, LifeStep.RESUME] is at


def test_what_is_made_is_made_once_and_the_first_word_counts() -> None:
    life = ReplyLife()
    assert life.made("done") is True
    assert life.made("failed") is False
    assert life.told() is True
    assert life.told() is False
    assert life.state == "done"


@given(st.lists(st.sampled_from(STEPS), max_size=30))
def test_whatever_happens_the_life_holds_together(names: list[str]) -> None:
    life, told, stopped = ReplyLife(), 0, False
    for name in names:
        before = life.phase
        was_untold = life.untold
        step(life, name)
        assert life.phase is before or life.phase in {
            to for (at, _), to in NEXT.items() if at is before
        }
        if was_untold and not life.untold:
            told += 1  # its end is told, or it was cut before that: once
        stopped = stopped or name == "stop"
        assert life.interrupted == stopped
        assert life.making <= life.untold
        assert not (life.paused and life.over)
        assert (life.state == "paused") == life.paused
        assert (life.state in ("done", "failed")) == (
            not life.untold and not life.paused and not life.interrupted
        )
    assert told <= 1
