"""Workers that stand still: told from slow ones, and what their utterances and engines suffer."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jarvisd.errors import SpeechError
from jarvisd.speech.model import SynthesisRequest
from jarvisd.speech.synthesis import Synthesis
from jarvisd.workers.command import WorkerCommand
from jarvisd.workers.hang_monitor import read
from jarvisd.workers.pool import EngineProgram
from jarvisd.workers.stillness import LOOKS, Activity, Stillness
from tests.support.processes import until
from tests.workers.conftest import OpenPool, SpeakingPool, piper, program

TEXT = "There is a lot to be said about this."
STILL = Activity((0, 0, 10, 10), able=False)

STUCK_WHILE_FLAGGED = """
import argparse, os, socket, sys, time
from jarvisd.speech.speak import SpeakRunner
from jarvisd.workers.child import Child
from tests.fakes.engine import FakeEngine
class Stuck(FakeEngine):
    def synthesize(self, *arguments):
        while os.path.exists({flag!r}):
            time.sleep(3600)
        yield from super().synthesize(*arguments)
parser = argparse.ArgumentParser()
parser.add_argument("--fd", type=int)
connection = socket.socket(fileno=parser.parse_known_args()[0].fd)
Child(SpeakRunner(Stuck()), connection).run()
"""


def stuck_engine(flag: Path) -> EngineProgram:
    """It loads, but hangs over every text as long as ``flag`` is there."""
    return program(
        WorkerCommand("fake", arguments=("-c", STUCK_WHILE_FLAGGED.format(flag=str(flag))))
    )


async def spoken(synthesis: Synthesis) -> int:
    return sum([len(piece.pcm) async for piece in synthesis])


async def failure(synthesis: Synthesis) -> SpeechError:
    with pytest.raises(SpeechError) as caught:
        await spoken(synthesis)
    return caught.value


def heavy(text: str = TEXT) -> SynthesisRequest:
    return SynthesisRequest(text, "piper:heavy")


async def stop_busy(pool: SpeakingPool, *, but: int = 0) -> int:
    """SIGSTOP to the worker that speaks."""

    def busy() -> list[int]:
        return [one.pid for one in pool.workers() if one.state == "busy" and one.pid != but]

    await until(busy)
    [pid] = busy()
    os.kill(pid, signal.SIGSTOP)
    return pid


async def test_an_utterance_of_a_hung_worker_is_spoken_by_the_spare_long_before_its_deadline(
    open_pool: OpenPool, voices_dir: Path
) -> None:
    pool = open_pool(piper(voices_dir), slots=1, spares=1, hang_timeout_s=0.3)
    stuck = pool.speak(heavy())
    await stop_busy(pool)

    assert await spoken(stuck) > 10_000
    assert (stuck.attempts, pool.deaths()["piper"]) == (2, 1)
    assert pool.engine_states()["piper"].activity != "failed"


async def test_workers_that_hang_one_after_the_other_fail_the_engine(
    open_pool: OpenPool, voices_dir: Path
) -> None:
    pool = open_pool(piper(voices_dir), slots=1, spares=1, hang_timeout_s=0.3)
    stuck, waiting = pool.speak(heavy()), pool.speak(heavy())

    await stop_busy(pool, but=await stop_busy(pool))

    # Both are for the fallback voice now: neither waited for a deadline.
    for synthesis in (stuck, waiting):
        error = await failure(synthesis)
        assert error.code == "speech.engine_failed"
        assert "hung" in error.message


async def test_a_hung_worker_costs_a_quarter_of_a_deadline_at_most(
    open_pool: OpenPool, tmp_path: Path
) -> None:
    """So that a second worker has time for the same utterance."""
    flag = tmp_path / "flag"
    flag.touch()
    pool = open_pool(stuck_engine(flag), slots=1, spares=0, hang_timeout_s=900.0)

    pool.speak(SynthesisRequest("one", "fake:any", deadline_s=1_200.0))

    await until(lambda: [one for one in pool.workers() if one.state == "busy"])
    [worker] = pool._workers()
    assert worker.stillness is not None
    assert worker.stillness.timeout_s == 300.0


async def test_the_deadline_begins_with_the_worker_and_not_in_the_queue(
    open_pool: OpenPool, tmp_path: Path
) -> None:
    flag = tmp_path / "flag"
    flag.touch()
    pool = open_pool(stuck_engine(flag), slots=1, spares=0, hang_timeout_s=900.0)

    made, waiting = (pool.speak(SynthesisRequest(text, "fake:any")) for text in ("one", "two"))

    await until(lambda: pool._deadlines)
    assert set(pool._deadlines) == {made}
    assert waiting.attempts == 0


async def test_a_slow_worker_is_left_alone(open_pool: OpenPool, voices_dir: Path) -> None:
    pool = open_pool(piper(voices_dir), slots=1, hang_timeout_s=0.25)

    slow = pool.speak(heavy())

    assert await spoken(slow) > 10_000
    assert (slow.attempts, pool.deaths()["piper"]) == (1, 0)


async def test_a_worker_whose_listener_is_slow_has_no_reason_to_move(open_pool: OpenPool) -> None:
    pool = open_pool(slots=1, hang_timeout_s=0.25)
    text = "This will be a very long text without an end. " * 150
    slow = pool.speak(SynthesisRequest(text, "espeak:en-us+f5", sample_rate=48_000))

    await until(lambda: not slow._flowing)

    [worker] = [one for one in pool._workers() if one.state == "busy"]
    assert worker.stillness is None
    assert await spoken(slow) > 4 * 2**20


async def test_a_probe_that_loads_but_hangs_is_not_health(
    open_pool: OpenPool, tmp_path: Path
) -> None:
    flag = tmp_path / "flag"
    flag.touch()
    pool = open_pool(stuck_engine(flag), slots=1, spares=0, hang_timeout_s=0.25)

    error = await failure(pool.speak(SynthesisRequest("one", "fake:any")))
    assert error.code == "speech.engine_failed"
    deaths = pool.deaths()["fake"]
    seen = set()

    def probed() -> bool:
        seen.add(pool.engine_states()["fake"].activity)
        return pool.deaths()["fake"] >= deaths + 2

    await until(probed)
    assert seen == {"failed"}

    flag.unlink()
    await until(lambda: pool.engine_states()["fake"].activity != "failed")
    assert await spoken(pool.speak(SynthesisRequest("one", "fake:any")))


# --- telling hung from slow ----------------------------------------------------------------------


def looks(stillness: Stillness, activities: list[Activity], *, step_s: float | None = None) -> bool:
    """Whether it hangs at the last of these looks."""
    now, hangs = 0.0, False
    for activity in activities:
        now += step_s or stillness.interval_s
        hangs = stillness.hangs(now, 0, activity)
    return hangs


def test_who_does_nothing_for_the_whole_time_hangs() -> None:
    assert not looks(Stillness(1.0, 0.0), [STILL] * LOOKS)  # the first look only sees where it is
    assert looks(Stillness(1.0, 0.0), [STILL] * (LOOKS + 1))


def test_a_piece_begins_the_time_anew() -> None:
    stillness = Stillness(1.0, 0.0)
    assert looks(stillness, [STILL] * (LOOKS + 1))
    assert not stillness.hangs(9.0, 1, STILL)


@given(st.lists(st.sampled_from(["cpu", "able", "still"]), max_size=30))
@example(["able", "still", "still", "still", "still"])
def test_who_worked_or_would_have_in_the_last_looks_does_not_hang(kinds: list[str]) -> None:
    used, activities = 0, []
    for kind in kinds:
        used += kind == "cpu"
        activities.append(Activity((used,), able=kind == "able"))

    # The first look sees where it is: to be seen still takes as many more.
    still = len(kinds) > LOOKS and set(kinds[-LOOKS:]) == {"still"}
    assert looks(Stillness(1.0, 0.0), activities) == still


def test_time_in_which_everybody_was_stopped_does_not_count() -> None:
    stillness = Stillness(1.0, 0.0)
    assert not stillness.hangs(0.25, 0, STILL)
    assert not stillness.hangs(3_600.0, 0, STILL)


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    code = "import sys\nprint('here', flush=True)\nsys.stdin.read()\nwhile True: pass"
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def test_what_the_kernel_says_of_a_process(sleeper: "subprocess.Popen[bytes]") -> None:
    while (resting := read(sleeper.pid)) is None or resting.able:
        pass
    assert read(sleeper.pid) == resting

    assert sleeper.stdin is not None
    sleeper.stdin.close()  # from now on it is busy
    while (
        (working := read(sleeper.pid)) is None or not working.able or working.used == resting.used
    ):
        pass

    sleeper.send_signal(signal.SIGSTOP)
    while (stopped := read(sleeper.pid)) is None or stopped.able:
        pass
    assert read(sleeper.pid) == stopped

    sleeper.kill()
    sleeper.wait()
    assert read(sleeper.pid) is None
