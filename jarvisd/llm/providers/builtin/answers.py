"""What the builtin provider says: a question and the facts in, speakable sentences out.

Pure. It recognises a few questions by their words, also several in one sentence, and answers them
from the facts alone; to everything else it says that no language model answers. It never guesses. A
command that helps is printed after the answer, and never read aloud.
"""

import re
from collections.abc import Callable

from jarvisd.llm.host_facts import ComponentFact, HostFacts

_MAX_QUESTION_CHARS = 2_000
# The text room neither reads nor announces a code block that says so.
QUIET = "text quiet"
_MODEL_COMPONENTS = frozenset({"llm", "llama-server", "model"})
_NO_MODEL = "No language model answers."
_WORKING = frozenset({"ready", "idle", "starting", "busy", "asleep"})

Answer = Callable[[HostFacts], str]


def answer(question: str, facts: HostFacts) -> str:
    """A few sentences, never empty, with what helps in a block that is not spoken."""
    asked = _normalised(question)
    answers = [reply(facts) for pattern, reply in _QUESTIONS if pattern.search(asked)]
    if not answers:
        answers = [reply(facts) for pattern, reply in _MANNERS if pattern.search(asked)][:1]
    said = " ".join(answers or [_unknown(facts)])
    return said + _printed(_fixes(said, facts))


def _fixes(said: str, facts: HostFacts) -> list[str]:
    """What helps against the problems that ``said`` names."""
    fixes = [each.hint for each in _lacking(facts) if each.hint and _trouble(each) in said]
    return [_model_fix(facts), *fixes] if _NO_MODEL in said else fixes


def _printed(fixes: list[str]) -> str:
    lines = "\n".join(" ".join(fix.replace("`", "'").split()) for fix in fixes)
    return f"\n\n```{QUIET}\n{lines}\n```\n" if lines else ""


def _normalised(question: str) -> str:
    """Lower case, apostrophes gone, every other mark a space: "What's up?" is "whats up"."""
    lowered = question[:_MAX_QUESTION_CHARS].lower().replace("'", "").replace("’", "")
    return " ".join(re.findall(r"\w+", lowered))


# --- answers about the machine ------------------------------------------------------------------


def _time(facts: HostFacts) -> str:
    return f"It is {facts.now:%H:%M}."


def _date(facts: HostFacts) -> str:
    return f"Today is {facts.now:%A}, {facts.now.day} {facts.now:%B %Y}."


def _uptime(facts: HostFacts) -> str:
    daemon = f"I have been running for {_duration(facts.daemon_uptime_s)}."
    if not facts.uptime_s:
        return daemon
    return f"{_host(facts)} has been up for {_duration(facts.uptime_s)}. {daemon}"


def _load(facts: HostFacts) -> str:
    if not facts.cpus:
        return "I could not read the load."
    share = facts.load[0] / facts.cpus
    verdict = "quiet" if share < 0.7 else "busy" if share < 1.2 else "overloaded"
    cores = "1 core" if facts.cpus == 1 else f"{facts.cpus} cores"
    return f"The load is {facts.load[0]:.1f} on {cores}, so {_host(facts)} is {verdict}."


def _memory(facts: HostFacts) -> str:
    if not facts.memory_total:
        return "I could not read the memory."
    return f"{_size(facts.memory_available)} of {_size(facts.memory_total)} of memory are free."


def _disk(facts: HostFacts) -> str:
    if not facts.disk_total:
        return "I could not read the disk."
    percent = round(100 * facts.disk_free / facts.disk_total)
    sizes = f"{_size(facts.disk_free)} of {_size(facts.disk_total)}"
    warning = " That is little: make some room." if percent < 5 else ""
    return f"{sizes} of disk space are free, which is {percent} percent.{warning}"


def _hostname(facts: HostFacts) -> str:
    return f"This machine is called {_host(facts)}."


# --- answers about the daemon -------------------------------------------------------------------


def _health(facts: HostFacts) -> str:
    """The machine in a few sentences."""
    model = f"{_NO_MODEL} " if _has_no_model(facts) else ""
    troubles = " ".join(_trouble(each) for each in _lacking(facts))
    return f"{troubles or 'I am well.'} {model}{_load(facts)} {_memory(facts)}"


def _missing(facts: HostFacts) -> str:
    """Everything that is not there or not working."""
    lacking = [_trouble(each) for each in _lacking(facts)]
    if _has_no_model(facts):
        lacking.insert(0, _NO_MODEL)
    return " ".join(lacking) or "Nothing is missing."


def _lacking(facts: HostFacts) -> list[ComponentFact]:
    """Components that do not work, other than the language model.

    An absent component is optional and not installed: that is no problem.
    """
    return [
        each
        for each in facts.components
        if each.state not in {*_WORKING, "absent"} and each.name not in _MODEL_COMPONENTS
    ]


def _has_no_model(facts: HostFacts) -> bool:
    return any(
        each.name in _MODEL_COMPONENTS and each.state not in _WORKING for each in facts.components
    )


def _trouble(component: ComponentFact) -> str:
    name = component.name.removeprefix("engine.").capitalize()
    reason = f" {_sentence(component.reason)}" if component.reason else ""
    return f"{name} is {component.state}.{reason}"


def _version(facts: HostFacts) -> str:
    return f"I am jarvisd, version {facts.daemon_version or 'unknown'}."


def _voice(facts: HostFacts) -> str:
    return f"You hear the voice {facts.voice}." if facts.voice else "No voice is chosen yet."


def _replies(facts: HostFacts) -> str:
    count = "1 reply" if facts.replies == 1 else f"{facts.replies} replies"
    return f"I have given {count} since I started."


def _help(facts: HostFacts) -> str:
    return (
        f"I am Jarvis, the voice of {_host(facts)}. {_NO_MODEL} Without one I can tell you "
        "the time and the date, how this machine is doing, its load, memory, disk and uptime, "
        "and what is missing."
    )


def _model(_: HostFacts) -> str:
    return _NO_MODEL


def _model_fix(facts: HostFacts) -> str:
    """How to get a model."""
    for component in facts.components:
        if component.name in _MODEL_COMPONENTS and component.hint:
            return component.hint
    return "Start one: llama-server -m MODEL.gguf --port 8080"


def _unknown(_: HostFacts) -> str:
    return f"I cannot answer that. {_NO_MODEL}"


# --- manners ------------------------------------------------------------------------------------


def _greeting(facts: HostFacts) -> str:
    hour = facts.now.hour
    part = "morning" if 4 <= hour < 12 else "day" if 12 <= hour < 18 else "evening"
    return f"Good {part}. {_NO_MODEL} Ask me how this machine is doing."


def _thanks(_: HostFacts) -> str:
    return "You are welcome."


def _goodbye(_: HostFacts) -> str:
    return "Goodbye. I will be here."


# --- wording ------------------------------------------------------------------------------------


def _host(facts: HostFacts) -> str:
    return facts.hostname or "this machine"


def _sentence(text: str) -> str:
    """With a capital and a full stop."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def _size(amount: int) -> str:
    """Bytes as people say them: three digits at most."""
    for unit, scale in (("terabytes", 1 << 40), ("gigabytes", 1 << 30), ("megabytes", 1 << 20)):
        if amount >= scale:
            value = amount / scale
            return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"
    return f"{amount // 1024} kilobytes"


def _duration(seconds: float) -> str:
    """The two largest units, as people say them."""
    minutes = int(seconds // 60)
    counted = (("day", minutes // 1440), ("hour", minutes // 60 % 24), ("minute", minutes % 60))
    parts = [f"{count} {unit}{'' if count == 1 else 's'}" for unit, count in counted if count]
    return " and ".join(parts[:2]) or "less than a minute"


def _asks(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})\b")


_QUESTIONS: tuple[tuple[re.Pattern[str], Answer], ...] = (
    (_asks("time is it|(?:what|whats|tell me|^)(?: is)? ?the time|current time"), _time),
    (
        _asks(
            "(?:what|which|whats) (?:day|date) is (?:it|today)|day is (?:it|today)|current date"
            "|(?:what is|whats) (?:the|todays) date|todays date|^date$"
        ),
        _date,
    ),
    (_asks("uptime|how long (?:have|has|are|is) .*(?:up|running)|last (?:re)?boot"), _uptime),
    (_asks("cpu|processor|load average|(?:the|your|system) load|^load$|how busy"), _load),
    (_asks("memory|ram"), _memory),
    (_asks("disks?|storage|hard drive|(?:free|much) space|space (?:is )?left"), _disk),
    (_asks("hostname|(?:name of|which|what) (?:this |the )?(?:host|machine)"), _hostname),
    (
        _asks(
            "your health|health$|healthy|status|problems|broken|not working"
            "|how are (?:you|things)|how is (?:the|this|my|your) (?:host|machine|server|system)"
            "|everything (?:ok|okay)"
            "|are you (?:ok|okay|al(?:l )?right|well|fine|working|there)"
            "|(?:is|whats|what is|anything) wrong"
        ),
        _health,
    ),
    (_asks("(?:is|whats|what is|anything|everything) missing|do you (?:lack|need)"), _missing),
    (_asks("version"), _version),
    (_asks("(?:which|what|whats|your) (?:is )?(?:your )?voice"), _voice),
    (_asks("how many (?:replies|answers|questions)"), _replies),
    (_asks("language model|llama(?: server)?|llm|which model"), _model),
    (_asks("help|what can you|(?:who|what) are you|your name"), _help),
)

_MANNERS: tuple[tuple[re.Pattern[str], Answer], ...] = (
    (_asks("bye|goodbye|good night|see you|thats all"), _goodbye),
    (_asks("thanks|thank you"), _thanks),
    (_asks("hi|hello|hey|good (?:morning|day|afternoon|evening)|greetings"), _greeting),
)
