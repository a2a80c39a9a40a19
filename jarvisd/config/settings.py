"""Every setting of jarvisd with its default, bounds and one line of explanation. Those of an
engine or a language model are declared in its folder, ``jarvisd/speech/engines/NAME/settings.py``
and ``jarvisd/llm/providers/NAME/settings.py``.

One frozen tree, unknown fields forbidden; an empty file is a valid configuration. The explanation
beside a field is what ``etc/jarvisd.toml`` shows above its commented default.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, defstruct, field

from jarvisd.config.say import too_many
from jarvisd.llm import providers
from jarvisd.llm.providers import AUTO
from jarvisd.llm.providers.llama_server import settings as llama_server
from jarvisd.sections import (
    Bytes,
    Cores,
    Count,
    CpuList,
    FilePath,
    Milliseconds,
    Seconds,
    Section,
    Weight,
    about,
)
from jarvisd.speech.engines import EngineSettings, settings_types


class DaemonSettings(Section, frozen=True):
    """The process itself."""

    state_dir: Annotated[
        FilePath,
        about("Where the database is. Empty: $STATE_DIRECTORY, else ~/.local/state/jarvisd."),
    ] = ""
    shutdown_deadline_s: Annotated[
        Seconds, about("After SIGTERM, how long running replies may take to end.")
    ] = 5.0

    def directory(self, environ: Mapping[str, str]) -> Path:
        """The directory for permanent data: the setting, systemd's directory, or the user's."""
        if self.state_dir:
            return Path(self.state_dir)
        if given := environ.get("STATE_DIRECTORY"):
            return Path(given.split(":")[0])
        if given := environ.get("XDG_STATE_HOME"):
            return Path(given) / "jarvisd"
        return Path(environ.get("HOME", "/")) / ".local" / "state" / "jarvisd"


class ApiSettings(Section, frozen=True):
    """The control socket and its limits."""

    socket: Annotated[
        FilePath,
        about("Path of the control socket. Empty: in /run/jarvisd, else in $XDG_RUNTIME_DIR."),
    ] = ""
    socket_group: Annotated[
        str, about("Group that owns the socket; its members may use the daemon.")
    ] = "jarvis"
    others_may_read: Annotated[
        bool, about("Let users outside the group read the status (the socket gets mode 0666).")
    ] = False
    max_head_bytes: Annotated[Bytes, about("Largest request line and headers.")] = 16_384
    max_body_bytes: Annotated[Bytes, about("Largest request body.")] = 1_048_576
    max_connections: Annotated[Count, about("Open connections; more are refused with 503.")] = 128
    max_connections_per_user: Annotated[
        Count,
        about("Open connections of one user who is no administrator; more are refused with 429."),
    ] = 32
    reserved_connections: Annotated[
        Annotated[int, Meta(ge=0, le=100_000)],
        about("How many of max_connections are reserved for administrators."),
    ] = 16
    header_timeout_s: Annotated[
        Seconds, about("How long a client may take to send a request's headers.")
    ] = 10.0
    body_timeout_s: Annotated[Seconds, about("How long a client may take to send a body.")] = 30.0
    write_timeout_s: Annotated[
        Seconds, about("How long a client may stop reading before its stream is dropped.")
    ] = 30.0
    idle_timeout_s: Annotated[
        Seconds, about("How long a connection may be idle between two requests.")
    ] = 75.0
    event_heartbeat_s: Annotated[
        Seconds, about("Send a heartbeat line on /v1/events after this long without an event.")
    ] = 15.0
    event_backlog: Annotated[
        Count, about("Events kept for readers that fall behind or come back (/v1/events?since=).")
    ] = 1_000
    max_text_chars: Annotated[Count, about("Longest text or question in one request.")] = 100_000


if TYPE_CHECKING:
    ProviderName = str
else:
    # Every provider can be chosen without being named here.
    _FIRST, *_, _LAST = providers.names()
    ProviderName = Annotated[
        Literal[(AUTO, *providers.names())],
        about(f"{AUTO} asks {_FIRST}; if that is absent or fails, {_LAST} answers."),
    ]


class LlmSettings(llama_server.Settings, frozen=True):
    """The language model."""

    provider: ProviderName = AUTO
    system_prompt: Annotated[
        str, about("Instructions for the model, sent first in every turn.")
    ] = (
        "You are Jarvis, the voice of a homelab. Your answers are read aloud: answer in short, "
        "plain sentences, without markup, lists or code unless asked for them."
    )
    max_tokens: Annotated[
        Annotated[int, Meta(ge=0, le=100_000)], about("Longest answer in tokens; 0 is no limit.")
    ] = 1_024
    temperature: Annotated[
        Annotated[float, Meta(ge=0, le=5)] | None,
        about("Sampling temperature. Not set: the server's default."),
    ] = None
    history_messages: Annotated[
        Count, about("How many earlier messages of a conversation the prompt may hold.")
    ] = 40
    retry_wait_s: Annotated[
        Annotated[float, Meta(gt=0, le=3_600)],
        about(
            "Wait before a failing model is asked again; doubled each time, up to 16 times this."
        ),
    ] = 15.0
    health_cache_s: Annotated[Seconds, about("How long the result of a health check is used.")] = (
        60.0
    )


if not TYPE_CHECKING:
    # Every provider's settings are a table of [llm] without being named here.
    LlmSettings = defstruct(
        "LlmSettings",
        [
            (name, kind, field(default_factory=kind))
            for name, kind in providers.settings_types().items()
        ],
        bases=(LlmSettings,),
        namespace={"__doc__": LlmSettings.__doc__},
        module=__name__,
        frozen=True,
        forbid_unknown_fields=True,
        kw_only=True,
    )


class TextSettings(Section, frozen=True):
    """How text becomes utterances."""

    code_blocks: Annotated[
        Literal["announce", "skip", "read"], about("What to do with code blocks.")
    ] = "announce"
    tables: Annotated[Literal["announce", "skip", "read"], about("What to do with tables.")] = (
        "read"
    )
    first_audio_budget_ms: Annotated[
        Annotated[int, Meta(ge=0, le=5_000)],
        about(
            "How long after its first token an answer waits for a written pause before it is cut "
            "between phrases, to be heard soon; 0: whole sentences only."
        ),
    ] = 220
    utterance_min_chars: Annotated[
        Annotated[int, Meta(ge=0, le=500)],
        about("Sentences shorter than this are spoken together."),
    ] = 40
    utterance_max_chars: Annotated[
        Annotated[int, Meta(ge=60, le=5_000)],
        about("Sentences longer than this are spoken in parts, cut between clauses."),
    ] = 400
    say: Annotated[
        dict[str, dict[str, str]],
        about(
            'Your own words, by language: [text.say.en] with lines like PVE = "Proxmox". '
            "[text.say.all] is for every language."
        ),
    ] = field(default_factory=dict)

    def broken_rules(self) -> Iterator[tuple[str, str]]:
        """Too many own words."""
        if wrong := too_many(self.say):
            yield "say", wrong


class SpeechSettings(Section, frozen=True):
    """Engines, workers and slots."""

    voice: Annotated[
        str,
        about("Voice id, as in jarvisctl voices. Empty: the first Piper voice, else espeak-ng."),
    ] = ""
    on_engine_death: Annotated[
        Literal["silence", "restart-voice"],
        about("If an engine fails in a reply: stay silent, or continue with the fallback voice."),
    ] = "restart-voice"
    slots: Annotated[
        Annotated[int, Meta(ge=1, le=16)],
        about("Utterances that may be synthesised at the same time."),
    ] = 2
    spares: Annotated[
        Annotated[int, Meta(ge=0, le=8)],
        about("Extra workers of the default voice's engine that are kept ready."),
    ] = 1
    look_ahead_s: Annotated[
        Seconds, about("How many seconds of audio to make ahead of playback.")
    ] = 30.0
    deadline_s: Annotated[
        Seconds,
        about(
            "Time limit for one utterance, with a second try; the wait for a slot does not count."
        ),
    ] = 30.0
    hang_timeout_s: Annotated[
        Seconds,
        about(
            "End a worker that sends nothing and uses no CPU time for this long. At most a "
            "quarter of deadline_s counts."
        ),
    ] = 1.0
    worker_start_timeout_s: Annotated[Seconds, about("Time limit for the start of a worker.")] = (
        60.0
    )
    worker_idle_s: Annotated[
        Seconds, about("End idle workers after this time, to save memory.")
    ] = 900.0
    worker_max_rss_mb: Annotated[
        Annotated[int, Meta(ge=64, le=65_536)],
        about("Replace a worker that uses more memory than this."),
    ] = 1_024
    worker_nice: Annotated[Annotated[int, Meta(ge=0, le=19)], about("Niceness of the workers.")] = 5

    def engine(self, name: str) -> EngineSettings:
        """The settings of one engine, as its folder declares them."""
        found: EngineSettings = getattr(self, name)
        return found

    @property
    def longest_start_s(self) -> float:
        """The most time that a worker of any engine has to get ready."""
        own = (self.engine(name).start_timeout_s for name in settings_types())
        return max(self.worker_start_timeout_s, *own)


if not TYPE_CHECKING:
    # Every engine's settings are a table of [speech] without being named here.
    SpeechSettings = defstruct(
        "SpeechSettings",
        [(name, kind, field(default_factory=kind)) for name, kind in settings_types().items()],
        bases=(SpeechSettings,),
        namespace={"__doc__": SpeechSettings.__doc__},
        module=__name__,
        frozen=True,
        forbid_unknown_fields=True,
        kw_only=True,
    )


class HostSettings(Section, frozen=True):
    """CPU and memory of the daemon and its workers."""

    cgroups: Annotated[
        Literal["auto", "always", "off"],
        about(
            "auto: divide our control group if systemd delegated it; always: even if it did not."
        ),
    ] = "auto"
    cpu_weight: Annotated[
        Weight, about("CPU weight of the daemon itself, compared with its workers.")
    ] = 500
    worker_cpu_weight: Annotated[
        Weight, about("CPU weight of all workers together; the governor never sets more.")
    ] = 100
    worker_cpu_quota: Annotated[
        Cores, about("Cores that all workers together may use; 0: no limit.")
    ] = 0.0
    cpuset: Annotated[
        CpuList, about("CPUs for the daemon and its workers, as in 0-3,8. Empty: all of them.")
    ] = ""
    worker_memory_high_mb: Annotated[
        Annotated[int, Meta(ge=64, le=65_536)],
        about("Slow down a worker that uses more than this, and replace it after its utterance."),
    ] = 1_280
    worker_memory_max_mb: Annotated[
        Annotated[int, Meta(ge=64, le=65_536)],
        about("The kernel ends a worker that needs more than this; the reply continues."),
    ] = 1_536
    model_cgroup: Annotated[
        str,
        about("Control group of llama-server. Empty: llama-server.service beside jarvisd.service."),
    ] = ""


class GovernorSettings(Section, frozen=True):
    """How speech and the language model share the CPU. A value other than 0 is fixed."""

    enabled: Annotated[bool, about("Off: use speech.slots, and weight and quota of [host].")] = True
    max_loss: Annotated[
        Annotated[float, Meta(gt=0, le=1)],
        about("Largest share of the model's speed (tokens per second) that speech may cost."),
    ] = 0.05
    slots: Annotated[
        Annotated[int, Meta(ge=0, le=16)],
        about("Utterances synthesised at the same time; 0: the governor decides."),
    ] = 0
    weight: Annotated[
        Annotated[int, Meta(ge=0, le=10_000)],
        about("CPU weight of the workers; 0: the governor decides."),
    ] = 0
    quota: Annotated[Cores, about("Cores for all workers together; 0: the governor decides.")] = 0.0
    min_quota: Annotated[
        Annotated[float, Meta(ge=0.05, le=64)],
        about("Cores that the workers always get, even if the model loses speed."),
    ] = 0.1


class AudioSettings(Section, frozen=True):
    """Delivery of audio."""

    jitter_buffer_frames: Annotated[
        Annotated[int, Meta(ge=1, le=50)],
        about("Frames of 20 ms to send ahead of playback when audio is paced."),
    ] = 4
    sentence_pause_ms: Annotated[
        Milliseconds, about("Pause between sentences; longer after questions and paragraphs.")
    ] = 180
    max_reply_s: Annotated[
        Seconds, about("Longest audio of one reply; the rest is skipped, and the events say so.")
    ] = 600.0


class ReplySettings(Section, frozen=True):
    """Running and ended replies."""

    max_active: Annotated[Count, about("Replies at the same time; more are refused.")] = 8
    keep: Annotated[Count, about("Ended replies whose audio can still be fetched.")] = 4


class StoreSettings(Section, frozen=True):
    """The database of conversations."""

    enabled: Annotated[
        bool, about("Off: conversations are kept in memory only and end with the daemon.")
    ] = True
    queue: Annotated[
        Count, about("Changes that may wait for the disk; more are dropped and reported.")
    ] = 1_000


class LogSettings(Section, frozen=True):
    """What is logged and where."""

    level: Annotated[
        Literal["debug", "info", "warning", "error"], about("Least severe level that is logged.")
    ] = "info"
    format: Annotated[
        Literal["auto", "console", "journal", "json"],
        about("auto: journal priorities under systemd, colours on a terminal."),
    ] = "auto"


class TelemetrySettings(Section, frozen=True):
    """Optional measurements."""

    traces: Annotated[
        bool, about("Trace every reply; off: only those that ask for it. 100 traces are kept.")
    ] = False
    summary_days: Annotated[
        Annotated[int, Meta(ge=0, le=3_650)],
        about("How many daily summaries to keep (counts and percentiles, no text); 0: none."),
    ] = 400


class Settings(Section, frozen=True):
    """The whole configuration; every table may be left out."""

    daemon: DaemonSettings = field(default_factory=DaemonSettings)
    api: ApiSettings = field(default_factory=ApiSettings)
    llm: LlmSettings = field(default_factory=LlmSettings)
    text: TextSettings = field(default_factory=TextSettings)
    speech: SpeechSettings = field(default_factory=SpeechSettings)
    host: HostSettings = field(default_factory=HostSettings)
    governor: GovernorSettings = field(default_factory=GovernorSettings)
    audio: AudioSettings = field(default_factory=AudioSettings)
    reply: ReplySettings = field(default_factory=ReplySettings)
    store: StoreSettings = field(default_factory=StoreSettings)
    log: LogSettings = field(default_factory=LogSettings)
    telemetry: TelemetrySettings = field(default_factory=TelemetrySettings)
