"""The builtin assistant understands how people ask, and says only what the facts say."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisd.llm.host_facts import ComponentFact, HostFacts
from jarvisd.llm.providers.builtin.answers import answer

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
WRONG = (
    "I am well. No language model is connected. "
    "Start it: llama-server -m MODEL.gguf --port 8080. The load is"
)
MISSING = "No language model is connected. Start it: llama-server -m MODEL.gguf --port 8080."
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
def test_it_says_that_no_model_is_connected_and_what_helps(question: str) -> None:
    said = answer(question, FACTS)
    assert "No language model is connected" in said
    assert HINT in said


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
    assert said.endswith((".", "?"))
    assert "  " not in said
