"""Where the time of a reply goes, by the names that users know. Pure; milliseconds.

``ttft`` from the message to the first token, ``text_aggregation`` from there to the first
utterance, ``tts_ttfb`` from there to its first audio; ``ttfa`` is all three together. ``reply`` is
the whole of it. Two more are measured where they happen: ``interrupt`` until the last native call
has ended, ``frame`` the lateness of a paced frame.
"""

from jarvisd.wire import ReplyTimings

SPANS = ("ttft", "text_aggregation", "tts_ttfb", "ttfa", "reply", "interrupt", "frame")


def spans_of(timings: ReplyTimings) -> dict[str, float]:
    """The spans of one reply; those that did not happen are missing. None is negative."""
    ends = {
        "ttft": (0.0, timings.first_token_ms),
        "text_aggregation": (timings.first_token_ms, timings.first_utterance_ms),
        "tts_ttfb": (timings.first_utterance_ms, timings.first_audio_ms),
        "ttfa": (0.0, timings.first_audio_ms),
        "reply": (0.0, timings.total_ms),
    }
    return {
        name: round(max(0.0, end - start), 3)
        for name, (start, end) in ends.items()
        if start is not None and end is not None
    }
