"""The pool with real engines in real child processes."""

import asyncio
import os
import random
import signal
from array import array
from collections import Counter
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest

from jarvisd.errors import SpeechError
from jarvisd.speech.model import AudioPiece, Priority, SynthesisRequest
from jarvisd.speech.synthesis import Synthesis
from jarvisd.workers.command import WorkerCommand
from jarvisd.workers.pool import EngineProgram, Pool
from tests.support.processes import nothing_left, until
from tests.workers.conftest import OpenPool, piper, program
from tests.workers.conftest import espeak as espeak_engine

LONG = "There is a lot to be said about this, and all of it takes quite some time to say. " * 3


def espeak(text: str, **options: object) -> SynthesisRequest:
    return SynthesisRequest(text, "espeak:en-us+f5", **options)  # type: ignore[arg-type]


def tiny(text: str, **options: object) -> SynthesisRequest:
    return SynthesisRequest(text, "piper:tiny", **options)  # type: ignore[arg-type]


def heavy(text: str = LONG, **options: object) -> SynthesisRequest:
    return SynthesisRequest(text, "piper:heavy", **options)  # type: ignore[arg-type]


FAKE_WORKER = """
import argparse, socket
from jarvisd.speech.speak import SpeakRunner
from jarvisd.workers.child import Child
from tests.fakes.engine import FakeEngine
parser = argparse.ArgumentParser()
parser.add_argument("--fd", type=int)
connection = socket.socket(fileno=parser.parse_known_args()[0].fd)
Child(SpeakRunner(FakeEngine()), connection).run()
"""


def fake_engine() -> EngineProgram:
    return program(WorkerCommand("fake", arguments=("-c", FAKE_WORKER)))


def fake(text: str) -> SynthesisRequest:
    return SynthesisRequest(text, "fake:any")


async def collect(synthesis: Synthesis) -> list[AudioPiece]:
    return [piece async for piece in synthesis]


async def failure(synthesis: Synthesis) -> SpeechError:
    with pytest.raises(SpeechError) as caught:
        await collect(synthesis)
    return caught.value


async def until_busy(pool: Pool, count: int = 1) -> list[int]:
    """The process ids of the workers that speak, once there are ``count``."""

    def busy() -> list[int]:
        return [worker.pid for worker in pool.workers() if worker.state == "busy"]

    await until(lambda: len(busy()) == count)
    return busy()


async def until_ready(pool: Pool, count: int) -> None:
    await until(lambda: sum(worker.state == "idle" for worker in pool.workers()) >= count)


async def test_an_utterance_becomes_audio_with_marks_and_a_result(open_pool: OpenPool) -> None:
    synthesis = open_pool().speak(espeak("Hello there, how are you?"))

    pieces = await collect(synthesis)
    await synthesis.freed()

    result = synthesis.result
    assert result is not None
    assert result.samples == sum(len(piece.pcm) for piece in pieces) // 2 > 20_000
    assert result.queued_at <= result.started_at <= result.first_audio_at <= result.finished_at
    assert [mark.offset for piece in pieces for mark in piece.marks][:2] == [0, 6]


async def test_piper_speaks_through_the_pool_at_the_rate_asked_for(
    open_pool: OpenPool, voices_dir: Path
) -> None:
    pool = open_pool(piper(voices_dir))

    native, resampled = (
        pool.speak(tiny("one two")),
        pool.speak(tiny("one two", sample_rate=48_000)),
    )
    await collect(native)
    await collect(resampled)

    assert native.result is not None
    assert resampled.result is not None
    assert native.result.leading_silence_samples > 500
    assert resampled.result.sample_rate == 48_000
    assert resampled.result.samples / 48_000 == pytest.approx(
        native.result.samples / 22_050, rel=0.01
    )


async def test_utterances_joined_end_to_end_do_not_click(
    open_pool: OpenPool, voices_dir: Path
) -> None:
    pool = open_pool(espeak_engine(), piper(voices_dir))
    for make in (espeak, tiny):
        spoken = [await collect(pool.speak(make(text))) for text in ("Hello.", "Why not?", "Ok!")]
        audio = [array("h", b"".join(piece.pcm for piece in pieces)) for pieces in spoken]

        assert all(abs(before[-1] - after[0]) < 100 for before, after in pairwise(audio))


async def test_no_more_than_the_slots_speak_at_once(open_pool: OpenPool, voices_dir: Path) -> None:
    pool = open_pool(piper(voices_dir), slots=2, spares=1)
    for _ in range(4):
        pool.speak(heavy())

    await until_busy(pool, 2)

    assert (pool.slots_in_use, pool.waiting) == (2, 2)


async def test_the_most_urgent_goes_first(open_pool: OpenPool) -> None:
    pool = open_pool(slots=1)
    order: list[str] = []

    async def spoken(request: SynthesisRequest) -> None:
        synthesis = pool.speak(request)
        await collect(synthesis)
        order.append(request.text)

    async with asyncio.TaskGroup() as tasks:
        for text, priority in (
            ("warming", Priority.WARMING),
            ("next one", Priority.NEXT),
            ("next two", Priority.NEXT),
            ("now", Priority.NOW),
        ):
            tasks.create_task(spoken(espeak(text, priority=priority)))

    assert order == ["now", "next one", "next two", "warming"]


async def test_a_cancel_is_felt_at_once_and_frees_the_slot_when_the_native_call_returned(
    open_pool: OpenPool, voices_dir: Path
) -> None:
    pool = open_pool(piper(voices_dir), slots=1)
    first, second = pool.speak(heavy()), pool.speak(heavy("Short one."))
    [pid] = await until_busy(pool)

    first.cancel()
    first.cancel()
    assert (await failure(first)).code == "speech.cancelled"
    assert (pool.slots_in_use, second.started_at) == (1, 0)  # the native call has not returned

    await first.freed()
    await until(lambda: second.started_at > 0)  # on a busy machine by a worker that must start yet
    assert await collect(second)
    assert [worker.pid for worker in pool.workers()] == [pid]  # asked, not killed


async def test_a_worker_that_does_not_listen_is_ended_and_the_spare_takes_over(
    open_pool: OpenPool, voices_dir: Path
) -> None:
    pool = open_pool(piper(voices_dir), slots=1, spares=1)
    pool.warm("piper", "heavy")
    await until_ready(pool, 2)
    stuck = pool.speak(heavy())
    [pid] = await until_busy(pool)
    os.kill(pid, signal.SIGSTOP)

    stuck.cancel()
    await stuck.freed()
    after = pool.speak(heavy("Short one."))

    assert pid not in [worker.pid for worker in pool.workers()]
    assert await collect(after)
    assert pool.engine_states()["piper"].activity == "ready"


async def test_what_waits_can_be_cancelled(open_pool: OpenPool) -> None:
    pool = open_pool(slots=1)
    first, second = pool.speak(espeak("one")), pool.speak(espeak("two"))

    second.cancel()
    await second.freed()

    assert (await failure(second)).code == "speech.cancelled"
    assert await collect(first)
    assert pool.waiting == 0


async def test_an_utterance_whose_worker_dies_before_any_audio_is_begun_again_by_the_spare(
    open_pool: OpenPool, voices_dir: Path
) -> None:
    pool = open_pool(piper(voices_dir), slots=1, spares=1)
    pool.warm("piper", "heavy")
    await until_ready(pool, 2)
    doomed = pool.speak(heavy("This is said once more."))
    [pid] = await until_busy(pool)

    os.kill(pid, signal.SIGKILL)

    assert await collect(doomed)
    assert (doomed.attempts, pool.deaths()["piper"]) == (2, 1)


async def test_an_utterance_that_was_heard_in_part_is_not_begun_again(
    open_pool: OpenPool,
) -> None:
    pool = open_pool(slots=1)
    doomed = pool.speak(espeak("This will be a very long text. " * 300, sample_rate=48_000))
    await until(lambda: not doomed._flowing)  # its worker waits for us, and does nothing
    [pid] = [worker.pid for worker in pool.workers() if worker.state == "busy"]

    os.kill(pid, signal.SIGKILL)

    assert (await failure(doomed)).code == "speech.worker_died"
    assert doomed.attempts == 1


async def test_an_utterance_whose_workers_die_twice_is_an_error_and_the_next_is_spoken(
    open_pool: OpenPool, voices_dir: Path
) -> None:
    async with nothing_left():
        pool = open_pool(piper(voices_dir), slots=1, spares=1)
        pool.warm("piper", "heavy")
        await until_ready(pool, 2)
        doomed, after = pool.speak(heavy()), pool.speak(heavy("Short one."))
        [first] = await until_busy(pool)
        os.kill(first, signal.SIGKILL)
        await until(lambda: doomed.attempts == 2)
        [second] = [pid for pid in await until_busy(pool) if pid != first]
        os.kill(second, signal.SIGKILL)

        error = await failure(doomed)
        await doomed.freed()
        assert error.code == "speech.worker_died"
        assert "SIGKILL" in error.message
        assert await collect(after)
        await pool.stop()


async def test_three_deaths_fail_the_engine_and_a_probe_heals_it(open_pool: OpenPool) -> None:
    pool = open_pool(slots=1)
    for _ in range(3):
        await collect(pool.speak(espeak("Hello")))
        [worker] = pool.workers()
        os.kill(worker.pid, signal.SIGKILL)
        await until(lambda: not pool.workers())

    status = pool.engine_states()["espeak"]
    assert status.activity == "failed"
    assert "SIGKILL" in status.reason
    assert (await failure(pool.speak(espeak("Hello")))).code == "speech.engine_failed"

    await until(lambda: pool.engine_states()["espeak"].activity != "failed")
    assert await collect(pool.speak(espeak("Hello")))


async def test_an_engine_that_cannot_start_fails_all_who_wait_for_it(open_pool: OpenPool) -> None:
    pool = open_pool(espeak_engine(library="/no.so", data="/no"))
    waiting = [pool.speak(espeak("one")), pool.speak(espeak("two"))]

    for synthesis in waiting:
        error = await failure(synthesis)
        await synthesis.freed()
        assert error.code == "speech.engine_failed"
        assert "/no.so" in error.message
    assert pool.engine_states()["espeak"].activity == "failed"
    assert pool.slots_in_use == 0


async def test_an_utterance_over_its_deadline_is_given_up(
    open_pool: OpenPool, voices_dir: Path
) -> None:
    pool = open_pool(piper(voices_dir), slots=1)
    await collect(pool.speak(heavy("Short one.")))

    late = pool.speak(heavy(deadline_s=0.05))

    assert (await failure(late)).code == "speech.deadline"
    await late.freed()
    assert pool.slots_in_use == 0
    assert pool.engine_states()["piper"].activity != "failed"  # slowness is no illness


@pytest.mark.parametrize("text", ["...", "?!"])
async def test_nothing_to_say_is_empty_and_no_illness(open_pool: OpenPool, text: str) -> None:
    pool = open_pool()

    for _ in range(4):
        error = await failure(pool.speak(espeak(text)))
        assert error.code == "speech.empty"

    assert pool.engine_states()["espeak"].activity != "failed"


async def test_three_silent_utterances_fail_the_engine(open_pool: OpenPool) -> None:
    pool = open_pool(fake_engine())

    for _ in range(3):
        assert (await failure(pool.speak(fake("silent")))).code == "speech.empty"

    assert "made no sound" in pool.engine_states()["fake"].reason
    await until(lambda: pool.engine_states()["fake"].activity != "failed")
    assert await collect(pool.speak(fake("one")))


async def test_an_engine_that_raises_on_every_text_has_failed(open_pool: OpenPool) -> None:
    pool = open_pool(fake_engine())

    for _ in range(3):
        error = await failure(pool.speak(fake("crash")))
        assert (error.code, error.message) == (
            "speech.failed",
            "RuntimeError: the library raised",
        )

    assert "the library raised" in pool.engine_states()["fake"].reason
    assert (await failure(pool.speak(fake("one")))).code == "speech.engine_failed"


async def test_a_voice_that_cannot_be_loaded_is_reported_and_the_engine_stays_well(
    open_pool: OpenPool, voices_dir: Path
) -> None:
    failed: list[tuple[str, str, str]] = []
    pool = open_pool(
        piper(voices_dir), on_resource_failed=lambda *arguments: failed.append(arguments)
    )

    error = await failure(pool.speak(SynthesisRequest("Hello", "piper:nobody")))

    assert error.code == "speech.engine_failed"
    assert [(engine, voice) for engine, voice, _ in failed][-1] == ("piper", "nobody")
    assert await collect(pool.speak(tiny("Hello")))


async def test_an_unknown_engine_is_an_error(open_pool: OpenPool) -> None:
    error = await failure(open_pool().speak(SynthesisRequest("Hello", "nothing:at-all")))

    assert error.code == "speech.engine_failed"


async def test_a_worker_that_grew_is_replaced_between_utterances(open_pool: OpenPool) -> None:
    pool = open_pool(slots=1, max_rss_bytes=1_000_000)

    pids = set()
    for _ in range(3):
        synthesis = pool.speak(espeak("Hello"))
        assert await collect(synthesis)
        pids.add(synthesis.worker)

    assert len(pids) == 3
    assert pool.engine_states()["espeak"].activity != "failed"


async def test_a_worker_that_is_to_be_replaced_says_its_utterance_first(
    open_pool: OpenPool, voices_dir: Path
) -> None:
    pool = open_pool(piper(voices_dir), slots=1)
    speaking = pool.speak(heavy("It is to be said to its end, whatever happens."))
    (pid,) = await until_busy(pool)

    pool.replace_worker(pid, "it reached its memory limit")
    pool.replace_worker(pid, "it reached its memory limit")

    assert await collect(speaking)
    await until(lambda: pid not in [worker.pid for worker in pool.workers()])
    assert await collect(pool.speak(heavy("On it goes.")))


async def test_an_idle_worker_is_replaced_at_once(open_pool: OpenPool) -> None:
    pool = open_pool(slots=1)
    await collect(pool.speak(espeak("Hello.")))
    (pid,) = [worker.pid for worker in pool.workers() if worker.served]

    pool.replace_worker(pid, "it reached its memory limit")

    await until(lambda: pid not in [worker.pid for worker in pool.workers()])
    await until_ready(pool, 1)


async def test_idle_workers_end_and_come_back_when_needed(open_pool: OpenPool) -> None:
    pool = open_pool(idle_s=0.05)
    await collect(pool.speak(espeak("Hello")))

    await until(lambda: not pool.workers())
    assert pool.engine_states()["espeak"].activity == "idle"

    assert await collect(pool.speak(espeak("Hello again")))


async def test_a_failed_engine_is_probed_even_when_nobody_speaks(open_pool: OpenPool) -> None:
    pool = open_pool(fake_engine(), idle_s=0.01)
    for _ in range(3):
        await failure(pool.speak(fake("crash")))

    await until(lambda: pool.engine_states()["fake"].activity == "idle")  # well again, and at rest

    assert await collect(pool.speak(fake("one")))


async def test_warming_starts_workers_ahead(open_pool: OpenPool) -> None:
    pool = open_pool(slots=2, spares=1)
    pool.warm("espeak", "en-us+f5")

    await until_ready(pool, 2)

    assert len(pool.workers()) == 2
    assert all(worker.rss_bytes > 1_000_000 for worker in pool.workers())


async def test_more_slots_let_the_waiting_start(open_pool: OpenPool, voices_dir: Path) -> None:
    pool = open_pool(piper(voices_dir), slots=1)
    pool.speak(heavy())
    pool.speak(heavy())
    await until_busy(pool, 1)

    pool.set_slots(2)

    await until_busy(pool, 2)
    pool.set_slots(0)
    assert pool.slots == 1


async def test_a_listener_that_is_slow_holds_the_worker_back_and_loses_nothing(
    open_pool: OpenPool,
) -> None:
    pool = open_pool(slots=1)
    text = "This will be a very long text without an end. " * 150

    slow = pool.speak(espeak(text, sample_rate=48_000))
    await until(lambda: not slow._flowing)
    held = slow._held
    assert slow.result is None
    pieces = await collect(slow)

    assert held < 5 * 2**20
    assert slow.result is not None
    assert sum(len(piece.pcm) for piece in pieces) == 2 * slow.result.samples > 2 * held


async def test_a_slow_listener_can_still_cancel(open_pool: OpenPool) -> None:
    pool = open_pool(slots=1)
    slow = pool.speak(espeak("This will be a very long text. " * 300, sample_rate=48_000))
    await until(lambda: not slow._flowing)

    slow.cancel()
    await slow.freed()

    assert await collect(pool.speak(espeak("Hello")))


async def test_stopping_ends_everything_and_leaves_nothing(
    open_pool: OpenPool, voices_dir: Path
) -> None:
    async with nothing_left():
        pool = open_pool(espeak_engine(), piper(voices_dir), slots=2, spares=1)
        running, waiting = pool.speak(heavy()), pool.speak(espeak("Hello"))
        await until_busy(pool)

        await pool.stop()

        for synthesis in (running, waiting):
            await synthesis.freed()
        assert pool.workers() == []
        assert (await failure(pool.speak(espeak("Hello")))).code == "speech.engine_failed"


async def test_stopping_while_workers_start_leaves_nothing(open_pool: OpenPool) -> None:
    async with nothing_left():
        pool = open_pool()
        synthesis = pool.speak(espeak("Hello"))
        await asyncio.sleep(0)

        await pool.stop()
        await synthesis.freed()

        assert pool.workers() == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
async def test_any_mixture_of_cancels_deadlines_and_deaths_leaves_every_slot_free(
    open_pool: OpenPool, voices_dir: Path, seed: int
) -> None:
    chance = random.Random(seed)
    async with nothing_left():
        pool = open_pool(espeak_engine(), piper(voices_dir), slots=2, spares=1)
        outcomes: Counter[str] = Counter()

        async def one() -> None:
            make = chance.choice([espeak, tiny, heavy])
            deadline = chance.choice([0.01, 0.1, 30, 30])
            synthesis = pool.speak(make("One two three, four five.", deadline_s=deadline))
            if (delay := chance.choice([None, None, 0, 0.005, 0.05])) is not None:
                asyncio.get_running_loop().call_later(delay, synthesis.cancel)
            try:
                await collect(synthesis)
                outcomes["spoken"] += 1
            except SpeechError as error:
                outcomes[error.code] += 1
            await synthesis.freed()
            spawned = [worker.pid for worker in pool.workers() if worker.pid]
            if spawned and chance.random() < 0.04:
                with suppress(ProcessLookupError):
                    os.kill(chance.choice(spawned), signal.SIGKILL)

        async def several() -> None:
            for _ in range(15):
                await one()

        async with asyncio.TaskGroup() as tasks:
            for _ in range(5):
                tasks.create_task(several())

        assert outcomes.total() == 75
        assert (pool.slots_in_use, pool.waiting) == (0, 0)
        await until(lambda: all(one.activity != "failed" for one in pool.engine_states().values()))
        assert await collect(pool.speak(espeak("Still here.")))
        assert await collect(pool.speak(tiny("Still here.")))
        await pool.stop()
