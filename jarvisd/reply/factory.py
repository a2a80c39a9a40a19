"""Builds the parts of one reply, with the settings at its start."""

import secrets
from collections.abc import Callable

from jarvisd.config import Settings
from jarvisd.reply.audio_track import AudioTrack
from jarvisd.reply.delivery import Delivery
from jarvisd.reply.life import ReplyLife
from jarvisd.reply.record import HasName, Memory, ReplyRecord
from jarvisd.reply.reply import Reply
from jarvisd.reply.reply_events import ReplyEvents
from jarvisd.reply.run import ReplyParts, ReplyRun
from jarvisd.reply.speaking import Speaker
from jarvisd.reply.stopwatch import Measures
from jarvisd.reply.voice import ReplyVoice
from jarvisd.reply.writing import TextWriter
from jarvisd.speech import Speech
from jarvisd.text import UtteranceStream
from jarvisd.text.languages import language
from jarvisd.text.spoken.own_words import SayTables
from jarvisd.wire import ReplyEvent, ReplyRequest, SayRequest

# A silent reply still has positions; nobody hears the rate they are counted in.
SILENT_SAMPLE_RATE = 22_050


class ReplyFactory:
    """Makes replies that ``publish`` their events and put their results into ``memory``."""

    def __init__(
        self,
        settings: Settings,
        *,
        speech: Speech,
        memory: Memory,
        publish: Callable[[ReplyEvent], object],
        measures: Measures,
        clock: Callable[[], float],
    ) -> None:
        self.apply(settings)
        self._speech = speech
        self._memory = memory
        self._publish = publish
        self._measures = measures
        self._clock = clock

    def apply(self, settings: Settings) -> None:
        """New settings for the replies to come."""
        self._settings = settings
        self._say = SayTables(settings.text.say)

    def make(
        self,
        provider: HasName,
        conversation: str,
        request: SayRequest | ReplyRequest,
        *,
        received_at: float,
        on_made: Callable[[], object],
    ) -> Reply:
        """A reply that is not started yet. Raises SpeechError for an unknown voice."""
        asked = isinstance(request, ReplyRequest)
        spoken = request.speak if isinstance(request, ReplyRequest) else True
        voice = ReplyVoice(self._speech, request.voice, self._settings.speech.on_engine_death)
        id_ = f"r-{secrets.token_hex(6)}"
        life = ReplyLife()
        events = self._make_events(id_, voice, request, received_at)
        speaker = self._make_speaker(voice, events, request.speed) if spoken else None
        tag = voice.current.voice.language if voice.current else ""
        stream = UtteranceStream(
            self._settings.text,
            pause_ms=self._settings.audio.sentence_pause_ms,
            language=language(tag),
            own_words=self._say.words(tag),
        )
        writer = TextWriter(stream, events, life, spoken=spoken, echo=asked)
        record = ReplyRecord(
            id_,
            conversation,
            self._memory,
            provider=provider,
            life=life,
            writer=writer,
            speaker=speaker,
        )
        parts = ReplyParts(life=life, writer=writer, speaker=speaker, events=events, record=record)
        return Reply(
            id_,
            conversation,
            parts=parts,
            run=ReplyRun(id_, parts, on_made),
            delivery=self._make_delivery(speaker.track, events, life) if speaker else None,
            on_disconnect=request.on_disconnect,
        )

    def _make_events(
        self,
        id_: str,
        voice: ReplyVoice,
        request: SayRequest | ReplyRequest,
        received_at: float,
    ) -> ReplyEvents:
        own = voice.current.voice.sample_rate if voice.current else SILENT_SAMPLE_RATE
        return ReplyEvents(
            id_,
            sample_rate=request.sample_rate or own,
            publish=self._publish,
            clock=self._clock,
            measures=self._measures,
            received_at=received_at,
            traced=request.trace,
        )

    def _make_speaker(self, voice: ReplyVoice, events: ReplyEvents, speed: float) -> Speaker:
        track = AudioTrack(
            events,
            sample_rate=events.sample_rate,
            max_s=self._settings.audio.max_reply_s,
            look_ahead_s=self._settings.speech.look_ahead_s,
            clock=self._clock,
        )
        return Speaker(self._speech, voice, track, settings=self._settings.speech, speed=speed)

    def _make_delivery(self, track: AudioTrack, events: ReplyEvents, life: ReplyLife) -> Delivery:
        return Delivery(
            track.timeline,
            track.position,
            track.changed,
            life,
            sample_rate=track.sample_rate,
            jitter_frames=self._settings.audio.jitter_buffer_frames,
            clock=self._clock,
            on_written=events.written,
            on_frame=lambda late_s: self._measures.span("frame", 1_000 * late_s),
        )
