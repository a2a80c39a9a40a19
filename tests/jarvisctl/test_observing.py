"""The verbs that look: health, log, logs, metrics, series, replies, notices, governor."""

import threading
from typing import Any

import pytest

from jarvisctl.exposition import families
from jarvisctl.percentiles import percentile, summary
from jarvisd import wire
from tests.fakes.daemon import Answer, FakeDaemon
from tests.jarvisctl import samples
from tests.jarvisctl.conftest import Jarvisctl

NOON = 1_800_014_400.0  # 12:00:00 UTC
DECISION = wire.GovernorDecision(
    at=NOON, phase="give", reason="the model lost 9 %", slots=1, weight=40, quota=0.5,
    slack_s=4.2, tokens_per_s=7.4, baseline=8.1, loss=0.086, cost=0.3,
)  # fmt: skip
SERIES = wire.SeriesResponse(
    resolution_s=1,
    times=[NOON, NOON + 1, NOON + 2],
    series={"daemon_cpu": [None, 0.01, 0.04], "daemon_rss_bytes": [67_108_864.0] * 3},
    units={"daemon_cpu": "cores", "daemon_rss_bytes": "B"},
)
RECENT = wire.RecentRepliesResponse(
    replies=[
        wire.ReplySummary(
            reply="r-1", ended_at=NOON, outcome="done", provider="llama-server", engine="piper",
            voice="piper:amy", fallback=False, totals=wire.Totals(utterances=3, spoken=2),
            tokens=wire.TokenUsage(prompt=5, completion=9), spans={"ttfa": 214.6, "reply": 900.0},
        ),
        wire.ReplySummary(
            reply="r-0", ended_at=NOON - 60, outcome="failed", provider="llama-server",
            engine="espeak", voice="espeak:en", fallback=True, totals=wire.Totals(),
            tokens=wire.TokenUsage(), spans={}, error="llm.lost",
        ),
    ],
    spans={"ttft": wire.Quantiles(count=2, p50_ms=180.0, p95_ms=200.0, p99_ms=200.0),
           "reply": wire.Quantiles(count=0)},
)  # fmt: skip
NOTICES = wire.NoticesResponse(
    notices=[
        wire.Notice(time=NOON, level="error", name="llm.lost", message="the model went away",
                    hint="systemctl status llama-server", reply="r-0"),
        wire.Notice(time=NOON - 1, level="info", name="daemon.ready", message=""),
    ]
)  # fmt: skip
LINES = [
    wire.LogLine(event=1, time=NOON, level="warning", component="speech", message="worker.died"),
    wire.LogLine(event=2, time=NOON, level="error", component="daemon", reply="r-1",
                 message="request.crashed\nTraceback\n  \x1b[31mhere"),
]  # fmt: skip
METRICS = """\
# TYPE jarvisd_replies counter
# HELP jarvisd_replies Replies, by outcome.
jarvisd_replies_total{outcome="done"} 12.0
jarvisd_replies_total{outcome="a \\"b\\\\c"} 1.0
# TYPE jarvisd_loop_lag_seconds gauge
# UNIT jarvisd_loop_lag_seconds seconds
jarvisd_loop_lag_seconds NaN
# EOF
"""


def health(**more: Any) -> wire.HealthResponse:
    parts = [
        wire.Component(name="llm", state="degraded", reason="no llama-server",
                       hint="Start it: sudo systemctl start llama-server"),
        wire.Component(name="voice", state="ready", reason="espeak:en-us+f5"),
    ]  # fmt: skip
    fields: dict[str, Any] = {"ready": True, "components": parts, "checks": []}
    return wire.HealthResponse(**fields | more)


def test_health_shows_the_last_checks(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    check = wire.HealthCheck(time=NOON, component="llm", state="degraded", reason="no answer")
    daemon.json("GET", "/v1/health", health(checks=[check]))
    ran = jarvisctl.run("health", "--checks", "1")
    assert (ran.code, ran.stderr) == (0, "")
    assert ran.text.splitlines()[-2:] == ["", "  12:00:00  ▲ llm degraded no answer"]
    assert daemon.received[-1].query == "limit=1"


@pytest.mark.parametrize(
    "ill",
    [
        {"ready": False},
        {"components": [wire.Component(name="store", state="failed", reason="disk full")]},
    ],
)
def test_failed_health_fails(daemon: FakeDaemon, jarvisctl: Jarvisctl, ill: Any) -> None:
    daemon.json("GET", "/v1/health", health(**ill))
    assert jarvisctl.run("health").code == 1
    ran = jarvisctl.run("health", "--json")
    assert (ran.code, ran.objects[0]["schema"]) == (1, 1)


def test_the_log_level_is_shown_and_changed(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    daemon.json("GET", "/v1/log/level", wire.LogLevelResponse(level="info", configured="info"))
    assert jarvisctl.run("log").text == "info, as configured\n"
    assert jarvisctl.run("log", "level").text == "info, as configured\n"
    assert jarvisctl.run("log", "level", "--json").text == (
        '{"schema":1,"level":"info","configured":"info","reverts_in_s":null}\n'
    )
    timed = wire.LogLevelResponse(level="debug", configured="info", reverts_in_s=600.0)
    daemon.json("PUT", "/v1/log/level", timed)
    ran = jarvisctl.run("log", "level", "debug", "--for", "10m")
    assert ran.text == "debug for 10 min 0 s, then info as configured\n"
    assert daemon.received[-1].body == {"level": "debug", "for_s": 600.0}
    daemon.json("PUT", "/v1/log/level", wire.LogLevelResponse(level="error", configured="info"))
    ran = jarvisctl.run("log", "level", "error")
    assert ran.text == "error until the daemon restarts; configured is info\n"
    assert ran.stderr == "Go back with: jarvisctl log level configured\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("loud",), "'loud' is not one of"),
        (("debug", "--for", "soon"), "'soon' is no duration. Try 30s, 10m or 1h30m."),
        (("debug", "--for", "0"), "is no duration"),
        (("debug", "--for", "8d"), "at most 7 days: --for 7d"),
        (("--for", "10m"), "jarvisctl log level debug --for 10m"),
        (("configured", "--for", "10m"), "Leave out --for"),
    ],
)
def test_levels_that_make_no_sense_are_refused(
    jarvisctl: Jarvisctl, words: tuple[str, ...], said: str
) -> None:
    ran = jarvisctl.run("log", "level", *words)
    assert ran.code == 2
    assert said in ran.stderr


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("1.5s", 1.5), ("10m", 600), ("1h30m", 5_400), ("2d", 172_800)],
)
def test_durations(daemon: FakeDaemon, jarvisctl: Jarvisctl, text: str, seconds: float) -> None:
    daemon.json("PUT", "/v1/log/level", wire.LogLevelResponse(level="debug", configured="info"))
    assert jarvisctl.run("log", "level", "debug", "--for", text).code == 0
    assert daemon.received[-1].body["for_s"] == seconds


def test_logs_are_shown(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    daemon.lines("GET", "/v1/logs", LINES)
    ran = jarvisctl.run("logs", "--level", "warning", "--component", "speech", "-n", "5")
    assert ran.text.splitlines() == [
        "12:00:00  warning  speech    worker.died",
        "12:00:00  error    daemon    request.crashed reply=r-1",
        "          Traceback",
        "            [31mhere",
    ]
    assert daemon.received[-1].query == "limit=5&level=warning&component=speech&follow=false"
    first, second = jarvisctl.run("logs", "--json").objects
    assert list(first)[:3] == ["schema", "type", "event"]
    assert second["message"].endswith("here")


def test_logs_are_followed_as_they_are_written(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    written = threading.Event()
    beat = wire.HeartbeatEvent(event=1)
    daemon.lines("GET", "/v1/logs", [LINES[0], lambda: written.wait(30), beat, LINES[0]])
    following = jarvisctl.start("logs", "-f")
    assert following.stdout is not None
    assert b"worker.died" in following.stdout.readline()
    written.set()
    assert b"worker.died" in following.stdout.readline()
    assert following.communicate(timeout=300)[0] == b""
    assert following.returncode == 0


def test_a_follower_that_lost_lines_is_told(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    daemon.lines("GET", "/v1/logs", [wire.LaggedEvent(event=5, missed=3)])
    ran = jarvisctl.run("logs", "-f")
    assert ran.code == 1
    assert "some are lost" in ran.stderr


def test_metrics_pass_through_and_come_apart(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    daemon.answers["GET", "/metrics"] = Answer(body=METRICS.encode(), content_type="text/plain")
    assert jarvisctl.run("metrics").text == METRICS
    assert jarvisctl.run("metrics", "LAG").text.splitlines() == METRICS.splitlines()[4:7]
    assert "No metric has 'nothing'" in jarvisctl.run("metrics", "nothing").stderr
    first, second = jarvisctl.run("metrics", "--json").objects
    assert first == {
        "schema": 1,
        "name": "jarvisd_replies",
        "type": "counter",
        "unit": "",
        "help": "Replies, by outcome.",
        "samples": [
            {"name": "jarvisd_replies_total", "labels": {"outcome": "done"}, "value": 12.0},
            {"name": "jarvisd_replies_total", "labels": {"outcome": 'a "b\\c'}, "value": 1.0},
        ],
    }
    assert (second["unit"], second["samples"][0]["value"]) == ("seconds", None)


def test_odd_metrics_do_not_stop_the_reader() -> None:
    found = families("# TYPE a\n#x\n=?\nb 1\nb{x=} two\n# HELP\n")
    assert [(one["name"], len(one["samples"])) for one in found] == [("a", 0), ("b", 2)]


def test_series_with_their_percentiles(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    daemon.json("GET", "/v1/series", SERIES)
    assert jarvisctl.run("series").text.splitlines() == [
        "series             now   p50   p95  most  unit",
        "daemon_cpu        0.04  0.01  0.04  0.04  cores  ·▃█",
        "daemon_rss_bytes    64    64    64    64  MB     ███",
    ]
    assert "resolution=1" in daemon.received[-1].query
    (answer,) = jarvisctl.run("series", "CPU", "--json", "--last", "1h").objects
    assert "resolution=10" in daemon.received[-1].query
    assert answer["series"] == {"daemon_cpu": [None, 0.01, 0.04]}
    assert answer["summary"]["daemon_cpu"] == {
        "count": 2, "last": 0.04, "p50": 0.01, "p95": 0.04, "p99": 0.04, "max": 0.04,
    }  # fmt: skip
    assert "No series has 'x'" in jarvisctl.run("series", "x").stderr


def test_percentiles_are_values_that_occurred() -> None:
    values = [float(number) for number in range(1, 101)]
    assert [percentile(values, share) for share in (0.5, 0.95, 0.99, 1.0)] == [50, 95, 99, 100]
    assert percentile([7.0], 0.01) == 7.0
    assert summary([None])["p50"] is None


def test_replies_that_failed_or_were_spoken_by_another_voice(
    daemon: FakeDaemon, jarvisctl: Jarvisctl
) -> None:
    daemon.json("GET", "/v1/replies", wire.RepliesResponse(replies=[]))
    daemon.json("GET", "/v1/replies/recent", RECENT)
    _, done, failed, *_ = jarvisctl.run("replies", "-n", "2").text.splitlines()
    assert done.split()[-4:] == ["900", "ms", "2/3", "piper:amy"]
    assert failed == "11:59:00  r-0    llm.lost            -       -     0/0  espeak:en (fallback)"
    assert daemon.received[-1].query == "limit=2"
    (answer,) = jarvisctl.run("replies", "--json").objects
    assert list(answer) == ["schema", "running", "replies", "spans"]


def test_a_reply_that_is_made_and_still_heard_is_playing(
    daemon: FakeDaemon, jarvisctl: Jarvisctl
) -> None:
    playing = samples.reply_info(state="done", played=22_050, written=44_100)
    daemon.json("GET", "/v1/replies", wire.RepliesResponse(replies=[playing]))
    daemon.json("GET", "/v1/replies/recent", RECENT)
    first = jarvisctl.run("replies").text.splitlines()[0]
    assert first == "● r-7f3a  playing  1.0 s heard  piper en_US-amy-medium"


def test_no_reply_yet_names_the_next_command(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    daemon.json("GET", "/v1/replies", wire.RepliesResponse(replies=[]))
    empty = wire.RecentRepliesResponse(replies=[], spans={})
    daemon.json("GET", "/v1/replies/recent", empty)
    assert 'jarvisctl ask "Good evening."' in jarvisctl.run("replies").stderr


def test_notices(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    daemon.json("GET", "/v1/notices", NOTICES)
    assert jarvisctl.run("notices").text.splitlines() == [
        "01-15 12:00:00  error    llm.lost  r-0",
        "                         the model went away",
        "                         → systemctl status llama-server",
        "01-15 11:59:59  info     daemon.ready",
    ]
    (answer,) = jarvisctl.run("notices", "--json").objects
    assert [answer["schema"], len(answer["notices"])] == [1, 2]
    daemon.json("GET", "/v1/notices", wire.NoticesResponse(notices=[]))
    assert jarvisctl.run("notices").stderr == "Nothing to report.\n"


def test_days(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    quiet = wire.Day(
        day="2027-01-14", replies=0, errors=0, interrupted=0, utterances=0, fallback=0, skipped=0,
        spans={},
    )  # fmt: skip
    busy = wire.Day(
        day="2027-01-15", replies=41, errors=1, interrupted=6, utterances=120, fallback=3,
        skipped=2, spans={"ttfa": wire.Quantiles(count=40, p50_ms=212.0, p95_ms=390.4)},
    )  # fmt: skip
    daemon.json("GET", "/v1/days", wire.DaysResponse(days=[busy, quiet]))
    assert jarvisctl.run("days").text.splitlines() == [
        "day         replies  failed  cut  spoken  fallback  skipped   sound     p95",
        "2027-01-15       41       1    6     120        2%        2  212 ms  390 ms",
        "2027-01-14        0       0    0       0         -        0       -       -",
    ]
    assert daemon.received[-1].query == "limit=14"
    assert jarvisctl.run("days", "--json").objects[0]["days"][0]["spans"]["ttfa"]["count"] == 40


def test_the_governor_tells_its_reasons(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    state = wire.GovernorResponse(enabled=True, now=DECISION, decisions=[DECISION])
    daemon.json("GET", "/v1/governor", state)
    assert jarvisctl.run("governor").text.splitlines() == [
        "governor   give   the model lost 9 %",
        "",
        "  speech    1 slot, weight 40, 0.50 cores",
        "  ahead     4.2 s of audio",
        "  model     7.4 tokens/s of 8.1 without speech, 9% lost",
        "  cost      0.30 s of CPU time per second of audio",
        "",
        "  at        phase  slots  weight  cores  why",
        "  12:00:00  give       1      40   0.50  the model lost 9 %",
    ]
    assert jarvisctl.run("governor", "--json").objects[0]["now"]["quota"] == 0.5


def test_refusals_carry_the_daemons_hint(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    daemon.refuse("PUT", "/v1/log/level", 403, "access.denied", "this needs the role admin",
                  "Run the command as root or as the daemon's own user.")  # fmt: skip
    ran = jarvisctl.run("log", "level", "debug")
    assert ran.code == 5
    assert "Run the command as root" in ran.stderr
