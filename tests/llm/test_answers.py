"""The builtin assistant understands how people ask, and says only what the facts say."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisd.config.settings import TextSettings
from jarvisd.llm.host_facts import ComponentFact, HostFacts
from jarvisd.llm.providers.builtin.answers import answer
from jarvisd.text import UtteranceStream
from tests.text.chunks import made_from

GIB = 1 << 30
HINT = "Start it: llama-server -m MODEL.gguf --port 8080"
NO_MODEL = ComponentFact("llama-server", "absent", "nobody answers at port 8080", HINT)
FACTS = HostFacts(
    hostname="tower",
    now=datetime(2026, 11, 21, 14, 5, tzinfo=UTC),
    uptime_s=3 * 86_400 + 4 * 3_600 + 59,
    load=(0.52, 0.4, 0.3),
    cpus=2,
    memory_total=4 * GIB,
    memory_available=int(1.5 * GIB),
    disk_total=100 * GIB,
    disk_free=42 * GIB,
    daemon_uptime_s=61,
    daemon_version="0.1.0",
    components=(NO_MODEL, ComponentFact("espeak", "ready")),
    voice="espeak:en-us",
    replies=7,
)
TIME = "It is 14:05."
DATE = "Today is Saturday, 21 November 2026."
UPTIME = "tower has been up for 3 days and 4 hours. I have been running for 1 minute."
LOAD = "The load is 0.5 on 2 cores, so tower is quiet."
MEMORY = "1.5 gigabytes of 4.0 gigabytes of memory are free."
DISK = "42 gigabytes of 100 gigabytes of disk space are free, which is 42 percent."
WRONG = "I am well. No language model answers. The load is"
FIX = f"\n\n```text quiet\n{HINT}\n```\n"
MISSING = f"No language model answers.{FIX}"
VERSION = "I am jarvisd, version 0.1.0."


@pytest.mark.parametrize(
    ("questions", "expected"),
    [
        (["What time is it?", "what's the time", "Tell me the time, please.", "THE TIME?"], TIME),
        (["What day is it today?", "What's the date?", "Which day is it", "today's date"], DATE),
        (["How long have you been running?", "uptime", "How long is this machine up?"], UPTIME),
        (["How is the CPU?", "What's the load?", "how busy are you"], LOAD),
        (["How much memory is free?", "RAM?"], MEMORY),
        (["How much disk is left?", "is there any space left?", "How much space do I have"], DISK),
        (
            [
                "Are you ok?",
                "How are you?",
                "How is this machine?",
                "What's wrong?",
                "status",
                "Are you alright?",
            ],
            WRONG,
        ),
        (["Is anything missing?", "What is missing?"], MISSING),
        (["What version are you?", "version"], VERSION),
        (["Which voice is this?"], "You hear the voice espeak:en-us."),
        (["How many replies did you give?"], "I have given 7 replies since I started."),
        (["What's the name of this machine?", "which host is it"], "This machine is called tower."),
        (["Thank you!"], "You are welcome."),
        (["Goodbye, Jarvis.", "good night"], "Goodbye. I will be here."),
    ],
)
def test_questions(questions: list[str], expected: str) -> None:
    for question in questions:
        assert answer(question, FACTS).startswith(expected), question


def test_two_questions_get_two_answers() -> None:
    assert answer("How much memory and disk is free?", FACTS) == f"{MEMORY} {DISK}"


@pytest.mark.parametrize(
    "question",
    [
        "Hello!",
        "What is the weather today?",
        "Who are you?",
        "help",
        "Which model is this?",
        "",
        "…",
    ],
)
def test_it_says_that_no_model_answers_and_prints_what_helps(question: str) -> None:
    said = answer(question, FACTS)
    assert "No language model answers." in said
    assert said.endswith(FIX)


def test_without_a_hint_it_still_names_the_command() -> None:
    assert "llama-server -m MODEL.gguf" in answer("Why?", replace(FACTS, components=()))


def test_when_all_is_well_it_says_so() -> None:
    well = replace(FACTS, components=(ComponentFact("espeak", "ready"),))
    assert answer("Are you ok?", well).startswith("I am well")


@pytest.mark.parametrize(
    ("hour", "greeting"), [(8, "morning"), (14, "day"), (21, "evening"), (2, "evening")]
)
def test_greetings_know_the_hour(hour: int, greeting: str) -> None:
    facts = replace(FACTS, now=FACTS.now.replace(hour=hour))
    assert answer("hi", facts).startswith(f"Good {greeting}.")


@pytest.mark.parametrize(
    ("load", "verdict"), [(0.5, "quiet"), (1.5, "busy"), (2.3, "busy"), (9.0, "overloaded")]
)
def test_the_load_is_judged_by_the_cores(load: float, verdict: str) -> None:
    assert answer("load", replace(FACTS, load=(load, 0, 0))).endswith(f"is {verdict}.")


def test_little_disk_space_is_warned_about() -> None:
    assert "make some room" in answer("disk", replace(FACTS, disk_free=GIB))


def test_what_is_unknown_is_not_guessed() -> None:
    unknown = HostFacts(hostname="", now=FACTS.now)
    for question in ("load", "memory", "disk"):
        assert answer(question, unknown).startswith("I could not read")
    assert answer("uptime", unknown) == "I have been running for less than a minute."


@given(st.text(max_size=300))
def test_there_is_always_an_answer(question: str) -> None:
    said = answer(question, FACTS)
    assert said.removesuffix(FIX).endswith((".", "?"))
    assert "  " not in said


def spoken(said: str, settings: TextSettings) -> str:
    utterances = made_from([said], UtteranceStream(settings))
    assert "".join(utterance.text for utterance in utterances) == said
    return " ".join(each.spoken.text for each in utterances if each.spoken.text)


@pytest.mark.parametrize("code_blocks", ["announce", "skip", "read"])
@pytest.mark.parametrize("question", ["Hello!", "Why?", "What is missing?", "help", "status"])
def test_no_command_is_read_aloud(question: str, code_blocks: Any) -> None:
    broken = ComponentFact("store", "degraded", "the disk is full", "df -h; journalctl -u jarvisd")
    facts = replace(FACTS, components=(*FACTS.components, broken))
    heard = spoken(answer(question, facts), TextSettings(code_blocks=code_blocks))
    assert "No language model answers." in heard
    for part in ("llama", "gguf", "8080", "port", "journalctl", "block", "text quiet", "```"):
        assert part not in heard


def test_a_trouble_is_said_and_its_fix_printed() -> None:
    broken = ComponentFact("store", "degraded", "the disk is full", "df -h; journalctl -u jarvisd")
    said = answer("What is missing?", replace(FACTS, components=(NO_MODEL, broken)))
    assert said == (
        "No language model answers. Store is degraded. The disk is full."
        f"\n\n```text quiet\n{HINT}\ndf -h; journalctl -u jarvisd\n```\n"
    )


def test_what_is_optional_and_not_installed_is_not_missing() -> None:
    piper = ComponentFact("engine.piper", "absent", "piper-tts is not installed", "pip install it")
    facts = replace(FACTS, components=(piper, ComponentFact("llm", "ready")))
    assert answer("What is missing?", facts) == "Nothing is missing."
    assert answer("Are you ok?", facts).startswith("I am well. The load")


def test_a_fix_cannot_end_its_block() -> None:
    sly = replace(NO_MODEL, hint="Run\n```\nthis")
    assert "Run ''' this" in answer("Why?", replace(FACTS, components=(sly,)))
