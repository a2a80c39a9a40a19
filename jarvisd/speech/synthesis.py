"""One utterance being made: a job whose pieces are audio with the words that begin in it."""

import msgspec

from jarvisd.errors import SpeechError, WorkerError
from jarvisd.speech import messages
from jarvisd.speech.model import AudioPiece, SynthesisRequest, SynthesisResult, WordMark
from jarvisd.workers.job import Job, JobControl

_CODES = {
    "workers.cancelled": "speech.cancelled",
    "workers.deadline": "speech.deadline",
    "workers.died": "speech.worker_died",
    "workers.empty": "speech.empty",
    "workers.failed": "speech.failed",  # this text; three in a row: the engine
    "workers.queue_full": "speech.queue_full",
    "workers.resource_failed": "speech.engine_failed",
    "workers.engine_failed": "speech.engine_failed",
}


class Synthesis(Job[AudioPiece, SynthesisResult]):
    """Iterate it once: ``async for piece in synthesis``.

    Raises ``SpeechError``. Only this utterance is lost: ``speech.deadline``,
    ``speech.worker_died``, ``speech.empty``, ``speech.failed``, ``speech.queue_full``,
    ``speech.cancelled``. Its engine or voice cannot go on: ``speech.engine_failed``.
    """

    kind = messages.SPEAK

    def __init__(self, request: SynthesisRequest, control: JobControl, *, now: float) -> None:
        engine, _, voice = request.voice.partition(":")
        super().__init__(
            control,
            engine=engine,
            resource=voice,
            body=messages.encode(messages.Speak(request.text, request.speed, request.sample_rate)),
            priority=request.priority,
            deadline_s=request.deadline_s,
            now=now,
        )
        self.request = request

    @property
    def must_make_something(self) -> bool:
        """A text with a letter or a digit has a sound."""
        return any(letter.isalnum() for letter in self.request.text)

    def read_piece(self, body: msgspec.Raw) -> AudioPiece:
        """See ``Job``."""
        audio = messages.read_audio(body)
        return AudioPiece(audio.pcm, tuple(WordMark(*mark) for mark in audio.marks))

    def size_of(self, piece: AudioPiece) -> int:
        """See ``Job``."""
        return len(piece.pcm)

    def read_end(self, body: msgspec.Raw, finished_at: float) -> SynthesisResult:
        """See ``Job``."""
        spoken = messages.read_spoken(body)
        return SynthesisResult(
            samples=spoken.samples,
            sample_rate=spoken.sample_rate,
            leading_silence_samples=spoken.leading_silence_samples,
            queued_at=self.queued_at,
            started_at=self.started_at,
            first_audio_at=self.first_piece_at,
            finished_at=finished_at,
            worker=self.worker,
        )

    def translate(self, error: WorkerError) -> SpeechError:
        """See ``Job``."""
        return SpeechError(
            error.message,
            code=_CODES.get(error.code, "speech.failed"),
            hint=error.hint,
            retry_after_s=error.retry_after_s,
        )
