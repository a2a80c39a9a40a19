"""What is said after a reply: who spoke, how fast, what was left out, and the table of timings."""

from jarvisctl.layout import shortened, table
from jarvisctl.output import Output
from jarvisctl.turn import Turn, skips
from jarvisd.errors import JarvisError
from jarvisd.wire import Chunk, ReplyInterrupted, ReplyTimings


def after_turn(out: Output, turn: Turn, *, timings: bool) -> None:
    """Say what a person wants to know now: always failures and skips, on a terminal a summary."""
    error = turn.failure
    left_out = skips(turn)
    by, why = fallback(turn)
    if by and not out.json:
        out.talk(out.talk_style(f"spoken by the fallback voice {by}: ", "yellow") + why)
    if left_out and not out.json and (error is None or error.message != left_out):
        out.talk(out.talk_style(left_out, "yellow"))
    if turn.ended is not None and not turn.ended.kept:
        reason = turn.ended.kept_reason or "the database did not take it"
        out.talk(out.talk_style(f"not kept in the conversation: {reason}", "yellow"))
    if turn.interrupted:
        if not out.json and out.talk_is_terminal:
            out.talk(out.talk_style(interruption(turn), "dim"))
    elif timings:
        out.talk(timing_table(out, turn))
    elif out.talk_is_terminal and not out.json and turn.ended is not None:
        out.talk(out.talk_style(summary(turn), "dim"))
    if turn.audio_error is not None and turn.audio_optional:
        out.talk(out.talk_style(f"not heard: {turn.audio_error.message}", "yellow"))
    if error is not None:
        out.failure(JarvisError(error.message, code=error.code, hint=error.hint))


def fallback(turn: Turn) -> tuple[str, str]:
    """The fallback voice and why it spoke, from the first word or later; empty where none did."""
    if turn.started is not None and turn.started.fallback:
        return speaker(turn), turn.started.fallback_reason
    later = next((chunk for chunk in turn.chunks.values() if chunk.fallback), None)
    return (
        ("", "")
        if later is None
        else (voice_name(later.engine, later.voice), later.fallback_reason)
    )


def interruption(turn: Turn) -> str:
    """One line: where the reply was cut."""
    cut = turn.heard or (turn.ended if isinstance(turn.ended, ReplyInterrupted) else None)
    if cut is None or not cut.played_samples:
        return "interrupted"
    last = " ".join(cut.heard.split()[-6:])
    return f'interrupted after "…{last}"' if last else "interrupted before anything was heard"


def speaker(turn: Turn) -> str:
    """Engine and voice that speak this reply; most voices carry their engine's name already."""
    return "" if turn.started is None else voice_name(turn.started.engine, turn.started.voice)


def voice_name(engine: str, voice: str) -> str:
    """``piper:amy`` is said once, ``piper`` and ``amy`` as ``piper amy``."""
    return voice if voice.startswith(engine) else f"{engine} {voice}".strip()


def summary(turn: Turn) -> str:
    """One line: who answered, who spoke, how soon and how long."""
    if turn.started is None or turn.ended is None:
        return ""
    times, parts = turn.ended.timings, [turn.started.provider, speaker(turn)]
    if times.first_token_ms is not None and turn.text:
        parts.append(f"first word {times.first_token_ms:.0f} ms")
    if times.first_audio_ms is not None:
        parts.append(f"first sound {times.first_audio_ms:.0f} ms")
    if turn.ended.tokens.completion:
        parts.append(f"{turn.ended.tokens.completion} tokens{_rate(turn)}")
    if turn.samples:
        parts.append(f"{turn.samples / turn.started.sample_rate:.1f} s of speech")
    return " · ".join(part for part in parts if part)


def timing_table(out: Output, turn: Turn) -> str:
    """One row per utterance: when its text was there, its synthesis, its length, and its words."""
    header = ["#", "text", "start", "sound", "done", "audio", "speed", "spoken"]
    rows = table(header, [_row(turn, number) for number in sorted(turn.utterances)],
                      right="rrrrrrr")  # fmt: skip
    head, _, body = rows.partition("\n")
    lines = [out.talk_style(head, "bold"), body] if body else ["no utterances"]
    if turn.ended is not None:
        lines.append(out.talk_style(_whole(turn.ended.timings), "dim"))
    return "\n".join(lines)


def _row(turn: Turn, number: int) -> list[str]:
    words = turn.utterances[number].spoken or turn.utterances[number].text
    chunk = turn.chunks.get(number)
    if chunk is None:
        skip = turn.skipped.get(number)
        reason = skip.reason if skip else "cut"
        return [str(number), *["-"] * 5, reason, shortened(words, 200)]
    times = chunk.timings
    marks = (times.text_ms, times.started_ms, times.first_audio_ms, times.finished_ms)
    length = chunk.samples / chunk.sample_rate
    return [
        str(number),
        *(f"{value:.0f} ms" for value in marks),
        f"{length:.2f} s",
        "cached" if chunk.cached else _speed(chunk, length),
        shortened(words, 200),
    ]


def _speed(chunk: Chunk, length: float) -> str:
    """How many times faster than it is heard the utterance was made."""
    took = (chunk.timings.finished_ms - chunk.timings.started_ms) / 1_000
    return f"{length / took:.0f}x" if took > 0 else "-"


def _whole(times: ReplyTimings) -> str:
    named = (
        ("first token", times.first_token_ms),
        ("first sound", times.first_audio_ms),
        ("text complete", times.last_token_ms),
        ("all", times.total_ms),
    )
    return " · ".join(f"{name} {value:.0f} ms" for name, value in named if value is not None)


def _rate(turn: Turn) -> str:
    ended = turn.ended
    if ended is None or not ended.timings.completion_ms:
        return ""
    return f" at {ended.tokens.completion / ended.timings.completion_ms * 1_000:.0f}/s"
