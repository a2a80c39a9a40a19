"""Piper, the neural voices, through its own library with an onnxruntime session that we build.

One intra-op thread (as configured), no spinning, abort in the middle of a sentence, even loudness
between sentences. Runs in a worker only: imports onnxruntime and numpy.
"""

import json
import mmap
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnxruntime
from piper import PiperConfig, PiperVoice, SynthesisConfig

from jarvisd.errors import SpeechError
from jarvisd.speech.engine import RawPiece, SynthesisAborted, VoiceFailed
from jarvisd.speech.engines.piper.catalogue import MOST_JSON_BYTES
from jarvisd.speech.engines.piper.onnx_model import with_phoneme_lengths, with_shared_weights
from jarvisd.speech.engines.piper.settings import Settings
from jarvisd.speech.engines.piper.words import SpokenWords
from jarvisd.speech.files import open_regular, read_regular

_RESIDENT_VOICES = 2
_ERRORS_ONLY = 3
_FULL_SCALE = 32_767.0
_WEIGHTS_FOLDER = "session.model_external_initializers_file_folder_path"
_ON_CPU, _ON_CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"


class PiperEngine:
    """Voices are the names of ``*.onnx`` files in ``voices_dir``, without the ending."""

    name = "piper"

    def __init__(
        self, voices_dir: str | Path, *, threads: int = 1, device: Literal["cpu", "cuda"] = "cpu"
    ) -> None:
        self._folder = Path(voices_dir)
        self._threads = threads
        self._providers = _providers(device)
        self._voices: OrderedDict[str, _Voice] = OrderedDict()
        self._abort = threading.Lock()
        self._running: _Session | None = None

    def versions(self) -> dict[str, str]:
        """Piper's and onnxruntime's versions."""
        return {"piper-tts": version("piper-tts"), "onnxruntime": onnxruntime.__version__}

    def load(self, voice: str) -> int:
        """Load ``voice`` (the two used last stay) and say one word with it."""
        if voice not in self._voices:
            self._voices[voice] = self._open(voice)
        self._voices.move_to_end(voice)
        while len(self._voices) > _RESIDENT_VOICES:
            self._voices.popitem(last=False)
        return self._voices[voice].rate

    def abort(self) -> None:
        """End the model's run that is in progress, from any thread."""
        if session := self._running:
            session.abort()

    def synthesize(
        self, text: str, voice: str, speed: float, cancelled: Callable[[], bool]
    ) -> Iterator[RawPiece]:
        """See ``Engine.synthesize``. One piece per sentence that Piper sees in ``text``.

        Marks come with voices that tell the length of each phoneme.
        """
        self.load(voice)
        loaded = self._voices[voice]
        self._running = loaded.session
        try:
            yield from loaded.synthesize(text, speed, cancelled)
        finally:
            self._running = None

    def _open(self, voice: str) -> "_Voice":
        model = self._folder / f"{voice}.onnx"
        if Path(voice).name != voice or not model.is_file():
            raise VoiceFailed(f"there is no Piper voice {voice!r} in {self._folder}")
        try:
            loaded = _Voice(model, self._threads, self._providers)
            proof = list(loaded.synthesize("one", 1.0, lambda: False))
        except PermissionError as error:
            raise VoiceFailed(_out_of_reach(model, error)) from error
        except Exception as error:
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise VoiceFailed(f"{model.name} cannot be loaded: {reason[:300]}") from error
        if not any(piece.pcm for piece in proof):
            raise VoiceFailed(f"{model.name} makes no sound")
        return loaded


def _out_of_reach(model: Path, error: PermissionError) -> str:
    """Why: links that lead elsewhere are listed as voices, but a confined worker stops there."""
    for path in (model, model.with_name(f"{model.name}.json")):
        real = path.resolve()
        if model.parent.resolve() not in real.parents:
            return (
                f"{path.name} leads to {real}, outside the directory of voices, where a confined "
                f"worker may not read. Put the files themselves there, name {real.parent} as "
                "speech.piper.voices_dir, or set sandbox = false in [speech.piper]"
            )
    return f"{model.name} cannot be loaded: {error.strerror}: {error.filename}"


class _Session:
    """Replaces the ``InferenceSession`` in ``PiperVoice``, and can be aborted."""

    def __init__(self, model: Path, threads: int, providers: Sequence[str]) -> None:
        self._session = _open_session(model, threads, providers)
        self._lock = threading.Lock()
        self._options: onnxruntime.RunOptions | None = None
        self.cancelled: Callable[[], bool] = lambda: False

    def run(self, outputs: list[str] | None, inputs: dict[str, Any]) -> Any:  # noqa: ANN401 - as onnxruntime's
        with self._lock:  # either the cancel is seen here, or abort() sees the options
            if self.cancelled():
                raise SynthesisAborted
            options = self._options = onnxruntime.RunOptions()
        try:
            return self._session.run(outputs, inputs, options)
        except Exception:
            if self.cancelled():
                raise SynthesisAborted from None
            raise
        finally:
            self._options = None

    def abort(self) -> None:
        with self._lock:
            if self._options:
                self._options.terminate = True

    def get_inputs(self) -> Any:  # noqa: ANN401 - as onnxruntime's
        return self._session.get_inputs()


class _Voice:
    """One loaded voice."""

    def __init__(self, model: Path, threads: int, providers: Sequence[str]) -> None:
        description = model.with_name(model.name + ".json")
        config = PiperConfig.from_dict(json.loads(read_regular(description, MOST_JSON_BYTES)))
        self.session = _Session(model, threads, providers)
        self.rate = int(config.sample_rate)
        self._piper = PiperVoice(session=self.session, config=config)

    def synthesize(
        self, text: str, speed: float, cancelled: Callable[[], bool]
    ) -> Iterator[RawPiece]:
        self.session.cancelled = cancelled
        settings = SynthesisConfig(length_scale=self._piper.config.length_scale / speed)
        text = text.replace("[[", "[ ")  # Piper takes phonemes in double brackets; we never do
        sentences = [sentence for sentence in self._piper.phonemize(text) if sentence]
        words = SpokenWords(text, sentences, self._piper.config.phoneme_id_map)
        start = 0
        for index, sentence in enumerate(sentences):
            if cancelled():
                raise SynthesisAborted
            ids = self._piper.phonemes_to_ids(sentence)
            made = self._piper.phoneme_ids_to_audio(ids, settings, include_alignments=True)
            audio, lengths = made if isinstance(made, tuple) else (made, None)
            marks = () if lengths is None else words.marks(index, lengths.tolist(), start)
            yield RawPiece(_pcm(audio), marks)
            start += int(audio.size)


def open_engine(settings: Settings) -> PiperEngine:
    """Raises ``SpeechError`` where the device cannot be used."""
    return PiperEngine(settings.voices_dir or ".", threads=settings.threads, device=settings.device)


def _providers(device: Literal["cpu", "cuda"]) -> tuple[str, ...]:
    """The names that onnxruntime has for the device; the CPU does what it cannot do."""
    if device == "cpu":
        return (_ON_CPU,)
    if _ON_CUDA not in onnxruntime.get_available_providers():
        raise SpeechError(
            "this onnxruntime cannot use CUDA: install onnxruntime-gpu, "
            'or set speech.piper.device = "cpu"',
            code="speech.engine_failed",
        )
    return (_ON_CUDA, _ON_CPU)


def _pcm(audio: "np.ndarray[Any, Any]") -> bytes:
    """Piper's samples at their own loudness; scaling each sentence would make it uneven."""
    return bytes((np.clip(audio, -1.0, 1.0) * _FULL_SCALE).astype("<i2").tobytes())


def _open_session(
    model: Path, threads: int, providers: Sequence[str]
) -> onnxruntime.InferenceSession:
    """The model with phoneme lengths where it has them, its weights shared with other workers."""
    model = model.resolve()  # weights must lie in the folder that the session is told
    options = _session_options(threads)
    options.add_session_config_entry(_WEIGHTS_FOLDER, str(model.parent))
    shared = _without_weights(model) if providers[0] == _ON_CPU else None
    if shared is not None:
        with suppress(Exception):  # an onnxruntime that cannot: then with weights of its own
            return onnxruntime.InferenceSession(shared, options, list(providers))
    source = with_phoneme_lengths(model.read_bytes()) or str(model)
    return onnxruntime.InferenceSession(source, _session_options(threads), list(providers))


def _without_weights(model: Path) -> bytes | None:
    with (
        open_regular(model) as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole,
        memoryview(whole) as view,
    ):
        slim = with_shared_weights(view, model.name)
    return slim and (with_phoneme_lengths(slim) or slim)


def _session_options(threads: int) -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    # What a run used is given back: an arena would keep what the longest utterance ever needed.
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options
