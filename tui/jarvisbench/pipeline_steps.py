"""What lies between the parts of the daemon: a clause and its synthesis, PCM and the socket.

Times of different processes are compared, which share one monotonic clock: the model writes the
token that completes a clause, the daemon says when its synthesis started and when PCM came out,
the client notes when it had it. Each figure therefore holds more than the daemon's own step.
"""

from collections.abc import Iterator
from itertools import pairwise

from jarvisbench.figures import Row, percentile
from jarvisbench.hops import hopping
from jarvisbench.listener import Event, Heard, Listener
from jarvisbench.paced_server import PacedServer
from jarvisbench.replies import ANSWERS
from jarvisbench.rig import TINY, PartUnavailable, Rig

TARGET_MS = 2.0
TOKENS_PER_SECOND = 80.0
ROWS = ("clause_to_synthesis", "pcm_to_socket")


def measure(rig: Rig) -> Iterator[Row]:
    """Both steps, from the same replies."""
    try:
        starts, writes, hops = _samples(rig)
    except PartUnavailable as reason:
        yield from (Row(name=name, unit="ms", skipped=str(reason)) for name in ROWS)
        return
    floor = percentile(hops, "p99")
    for name, values in zip(ROWS, (starts, writes), strict=True):
        yield Row(name=name, unit="ms", values=values, judged="p99", floor=floor, within=TARGET_MS)


def _samples(rig: Rig) -> tuple[list[float], list[float], list[float]]:
    """Milliseconds of both steps, and of hops between processes meanwhile."""
    wanted = rig.samples(200, 30)
    starts: list[float] = []
    writes: list[float] = []
    with (
        rig.paced(" ".join(ANSWERS), TOKENS_PER_SECOND) as model,
        rig.daemon(voice=TINY, llm_url=model.url) as daemon,
        hopping() as hops,
    ):
        while len(starts) < wanted:
            heard = Listener(daemon.socket, "/v1/replies", {"text": "Go on."}).listen()
            starts += clause_to_synthesis_ms(heard, model)
            writes += pcm_to_socket_ms(heard)
            rig.say(f"{len(starts)} of {wanted} utterances")
    return starts, writes, hops


def clause_to_synthesis_ms(heard: Heard, model: PacedServer) -> list[float]:
    """Milliseconds from the writing of the token after which an utterance was cut."""
    origin = heard.first("reply.started")[1]["started_at"]
    tokens_before = _tokens_before_utterances(heard)
    return [
        (origin - model.written_at[tokens_before[chunk["utterance"]] - 1]) * 1_000
        + chunk["timings"]["started_ms"]
        for chunk in _made_at_once(heard)
        if tokens_before[chunk["utterance"]] < len(model.written_at)
    ]


def pcm_to_socket_ms(heard: Heard) -> list[float]:
    """Milliseconds from PCM in the daemon to the same PCM at the client."""
    origin = heard.first("reply.started")[1]["started_at"]
    return [
        (heard.sample_at(chunk["position"]) - origin) * 1_000 - chunk["timings"]["first_audio_ms"]
        for chunk in _made_at_once(heard)
    ]


def _made_at_once(heard: Heard) -> list[Event]:
    """Utterances before which everything was spoken: they waited for nothing but themselves."""
    chunks = heard.all("chunk")
    return chunks[:1] + [
        chunk
        for before, chunk in pairwise(chunks)
        if before["timings"]["finished_ms"] < chunk["timings"]["text_ms"]
    ]


def _tokens_before_utterances(heard: Heard) -> dict[int, int]:
    """How many tokens had been read when each utterance was cut."""
    tokens, found = 0, {}
    for _, event in heard.events:
        if event["type"] == "token":
            tokens += 1
        elif event["type"] == "utterance":
            found[event["utterance"]] = tokens
    return found
