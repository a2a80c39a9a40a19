"""Piper's settings."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

import msgspec
from msgspec import Meta

from jarvisd.sections import FilePath, about
from jarvisd.speech.engines.settings import EngineSettings


class Settings(EngineSettings, frozen=True):
    """Piper, the neural voices."""

    voices_dir: Annotated[
        FilePath,
        about("Directory of NAME.onnx and NAME.onnx.json. Empty: voices/ in the state directory."),
    ] = ""
    threads: Annotated[
        Annotated[int, Meta(ge=1, le=64)],
        about("Threads for one synthesis; one uses the least CPU time."),
    ] = 1
    device: Annotated[
        Literal["cpu", "cuda"],
        about("Where models run; cuda needs onnxruntime-gpu in the interpreter above."),
    ] = "cpu"

    def readable(self) -> Sequence[str]:
        """The directory of voices."""
        return (self.voices_dir,)

    def resolved(self, state_dir: Path) -> Self:
        """The settings with the real directory of voices."""
        folder = Path(self.voices_dir).expanduser() if self.voices_dir else state_dir / "voices"
        return msgspec.structs.replace(self, voices_dir=str(folder))
