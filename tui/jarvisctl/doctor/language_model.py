"""llama-server: is it there, and was it started with what pays beside a voice.

Its own routes say what is in force; for the rest its command line is looked at.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from jarvisctl.doctor.findings import Finding, fail, ok, skip, warn
from jarvisctl.doctor.probe import HttpAnswer, Probe
from jarvisd.config.settings import Settings
from jarvisd.wire import StatusResponse

LEAST_CONTEXT = 4_096
LARGEST_BATCH = 128
# Short names of the options that are looked for.
SHORT = {
    "-t": "--threads",
    "-tb": "--threads-batch",
    "-b": "--batch-size",
    "-c": "--ctx-size",
    "-np": "--parallel",
    "-cram": "--cache-ram",
    "-no-kvu": "--no-kv-unified",
    "-ngl": "--n-gpu-layers",
    "--gpu-layers": "--n-gpu-layers",
}


def checks(probe: Probe) -> Iterator[Finding]:
    """Reachable, then what it says of itself, then its command line."""
    settings = probe.in_force()
    if not isinstance(settings, Settings) or settings.llm.provider == "builtin":
        yield skip("llama-server", "not used, or the configuration cannot be read")
        return
    answer = probe.llama("/props")
    if answer.status in (401, 403) and _daemon_has_the_key(probe):
        yield ok("llama-server", "answers the daemon, which has the API key")
        return
    yield _reachable(answer, settings.llm.url, required=settings.llm.provider == "llama-server")
    if answer.status != 200:
        return
    yield from _properties(_object(answer.body))
    yield _metrics(probe.llama("/metrics"))
    command = probe.llama_command()
    if command is None:
        yield skip("llama-server options", "its process is not on this host, or hidden")
    else:
        yield from _options(options(command), probe.cpus)


def _reachable(answer: HttpAnswer, url: str, *, required: bool) -> Finding:
    check = "llama-server"
    if answer.status == 200:
        return ok(check, f"answers at {url}")
    if answer.status == 503:
        return warn(check, f"{url} is still loading its model", "Wait for it.")
    if answer.status in (401, 403):
        return fail(check, f"{url} wants an API key", "Set llm.api_key_file.")
    if answer.status:
        return fail(check, f"{url} answers {answer.status}: is it a llama-server?", "Check llm.url")
    message = f"no answer from {url} ({answer.body})"
    if required:
        return fail(check, message, "Start llama-server, or correct llm.url.")
    instead = "; the builtin provider answers instead"
    return warn(check, message + instead, "Start llama-server, or correct llm.url.")


def _daemon_has_the_key(probe: Probe) -> bool:
    status = probe.status()
    return isinstance(status, StatusResponse) and any(
        part.name == "llm" and part.state in ("ready", "idle") for part in status.components
    )


def _properties(found: Mapping[str, Any]) -> Iterator[Finding]:
    generation = found.get("default_generation_settings")
    context = _number(generation.get("n_ctx")) if isinstance(generation, dict) else 0
    slots = _number(found.get("total_slots"))
    if 0 < context < LEAST_CONTEXT:
        message = f"{context} tokens of context are few for a conversation"
        yield warn("llama-server context", message, f"Start it with -np 1 -c {LEAST_CONTEXT}")
    elif context:
        yield ok("llama-server context", f"{context} tokens for a conversation")
    if slots > 1:
        message = f"{slots} slots divide its memory and its speed"
        yield warn("llama-server slots", message, "Start it with -np 1")
    elif slots:
        yield ok("llama-server slots", "one")
    if found.get("endpoint_slots") is False:
        message = "it does not report whether it is busy"
        yield warn("llama-server busy", message, "Start it with --slots")


def _metrics(answer: HttpAnswer) -> Finding:
    if answer.status == 200:
        return ok("llama-server metrics", "readable")
    return warn("llama-server metrics", "not offered", "Start it with --metrics")


def options(command: Sequence[str]) -> dict[str, str]:
    """A command line's options by long name; an option without a value has an empty one."""
    found: dict[str, str] = {}
    name = ""
    for word in command[1:]:
        if re.match(r"--?[a-zA-Z]", word):
            name, equals, value = word.partition("=")
            name = SHORT.get(name, name)
            found[name] = value if equals else ""
        elif name:
            found[name] = word
    return found


def _options(given: Mapping[str, str], cpus: int) -> Iterator[Finding]:
    if _number(given.get("--n-gpu-layers")) == 0:
        yield _threads(given, cpus)
    yield _batch(given)
    wanted = {
        "--sse-ping-interval": "--sse-ping-interval 1",
        "--cache-ram": "--cache-ram 512",
        "--offline": "--offline",
        "--no-kv-unified": "--no-kv-unified",
    }
    missing = [flag for name, flag in wanted.items() if name not in given]
    if missing:
        message = f"started without {' '.join(missing)}"
        yield warn("llama-server options", message, f"Start it with {' '.join(missing)}")
    else:
        yield ok("llama-server options", "as advised")


def _threads(given: Mapping[str, str], cpus: int) -> Finding:
    check, threads = "llama-server threads", _number(given.get("--threads"))
    advised = f"Start it with -t {max(1, cpus - 1)} -tb {cpus}"
    if cpus > 1 and not 0 < threads < cpus:
        message = f"{threads or 'unlimited'} on {cpus} CPUs: one busy neighbour halves its speed"
        return warn(check, message, advised)
    return ok(check, f"{threads} of {cpus} CPUs")


def _batch(given: Mapping[str, str]) -> Finding:
    check, batch = "llama-server batch", _number(given.get("--batch-size"))
    if not 0 < batch <= LARGEST_BATCH:
        message = f"batches of {batch or 2_048}: a long prompt cannot be interrupted for seconds"
        return warn(check, message, "Start it with -b 64")
    return ok(check, f"batches of {batch}")


def _object(body: str) -> Mapping[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.MsgspecError:
        return {}


def _number(value: object) -> int:
    """A number that may be missing or written as text; 0 where it is none."""
    text = str(value)
    return int(text) if text.isdecimal() else 0
