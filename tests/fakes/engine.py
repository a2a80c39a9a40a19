"""An engine whose every step a test decides, for the worker around it."""

import threading
from collections.abc import Callable, Iterator

from jarvisd.speech.engine import RawPiece, SynthesisAborted, VoiceFailed
from jarvisd.speech.model import WordMark

RATE = 16_000
BEEP = (b"\x00\x20" * 40 + b"\x00\xe0" * 40) * 20  # 0.1 s of a loud square wave


class FakeEngine:
    """Speaks one beep per word; ``hang`` lasts until it is cancelled, ``silent`` is silence.

    The texts ``crash`` and ``no file`` raise; the voice ``broken`` cannot be loaded.
    """

    name = "fake"

    def __init__(self) -> None:
        self.hanging = threading.Event()
        self._aborted = threading.Event()

    def versions(self) -> dict[str, str]:
        return {"fake": "1.0"}

    def load(self, voice: str) -> int:
        if voice == "broken":
            raise VoiceFailed("the voice is broken")
        return RATE

    def synthesize(
        self, text: str, voice: str, speed: float, cancelled: Callable[[], bool]
    ) -> Iterator[RawPiece]:
        del voice, speed
        if text == "crash":
            raise RuntimeError("the library raised\nand said more")
        if text == "no file":
            raise FileNotFoundError(2, "No such file or directory", "/models/x")
        start = 0
        for index, word in enumerate(text.split()):
            if word == "hang":
                self._hang(cancelled)
            pcm = bytes(len(BEEP)) if word == "silent" else BEEP
            yield RawPiece(pcm, (WordMark(index, len(word), start),))
            start += len(pcm) // 2

    def abort(self) -> None:
        self._aborted.set()

    def _hang(self, cancelled: Callable[[], bool]) -> None:
        self.hanging.set()
        self._aborted.wait(10)
        self._aborted.clear()
        if cancelled():
            raise SynthesisAborted
