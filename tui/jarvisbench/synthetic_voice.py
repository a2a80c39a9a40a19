"""Builds Piper voices that need no download: tones instead of speech, through the real library.

Every phoneme becomes a tone whose pitch tells which one it was, swelling from and back to zero so
that nothing clicks; pads and punctuation are silent. A *tiny* voice costs next to nothing and
shows what everything around the model costs; a *heavy* one carries a stack of convolutions, is as
large as a real voice and takes about a third of real time on one core. Needs onnx and piper-tts.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

SAMPLE_RATE = 22_050
HOP = 256
FRAMES_PER_ID = 3  # ids alternate with pads: 14 phonemes a second, as people speak
SAMPLES_PER_ID = HOP * FRAMES_PER_ID
_FIRST_VOICED_ID = 14  # below it: pad, begin, end, space, punctuation
_IR_VERSION, _OPSET = 9, 17


@dataclass(frozen=True, slots=True)
class Ballast:
    """Work that a heavy voice does per phoneme: ``passes`` over ``layers`` convolutions."""

    channels: int = 384
    layers: int = 34
    passes: int = 9
    steps_per_id: int = 8


def build_tiny(folder: Path, name: str = "tiny", *, alignments: bool = True) -> Path:
    """A voice of a few kilobytes; ``alignments`` false leaves out the phoneme lengths' node."""
    return _save(folder, name, _Graph().tones(alignments=alignments))


def build_heavy(folder: Path, name: str = "heavy", ballast: Ballast | None = None) -> Path:
    """A voice of 60 MB with a real-time factor of about 0.3 on one core."""
    graph = _Graph()
    graph.add_ballast(ballast or Ballast())
    return _save(folder, name, graph.tones(alignments=True))


class _Graph:
    """Nodes and constants of a model with the inputs and the output of Piper's."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._extra: str | None = None

    def tones(self, *, alignments: bool) -> onnx.ModelProto:
        """Finish the model: a tone per id, ``length_scale`` times as long."""
        ids = self._node("Cast", "input", to=TensorProto.FLOAT)
        frames = self._frames(ids, alignments=alignments)
        per_id = self._node("Mul", frames, self._constant(np.float32(HOP)))
        longest = self._node("ReduceMax", per_id, keepdims=0)
        ticks = self._node("Range", self._float(0), longest, self._float(1))
        swell = self._node("Sin", self._scaled(self._node("Div", ticks, longest), np.pi))
        column = self._node("Reshape", ids, self._constant(np.array([-1, 1], np.int64)))
        hertz = self._node("Add", self._scaled(column, 6.0), self._float(110.0))
        wave = self._node("Sin", self._node("Mul", self._scaled(hertz, _RADIANS), ticks))
        voiced = self._node("GreaterOrEqual", column, self._float(_FIRST_VOICED_ID))
        gain = self._scaled(self._node("Cast", voiced, to=TensorProto.FLOAT), 0.3)
        tone = self._node("Mul", self._node("Mul", wave, swell), gain)
        return self._model(self._node("Reshape", tone, self._constant(_ONE_CHANNEL)))

    def add_ballast(self, ballast: Ballast) -> None:
        """Convolutions whose result is added to the sound a millionth as loud."""
        random = np.random.default_rng(0)
        table = random.standard_normal((256, ballast.channels)).astype(np.float32)
        embedded = self._node("Gather", self._constant(table), "input")
        current = self._node("Transpose", embedded, perm=[0, 2, 1])
        scales = self._constant(np.array([1, 1, ballast.steps_per_id], np.float32))
        current = self._node("Resize", current, "", scales, mode="nearest")
        shape = (ballast.channels, ballast.channels, 3)
        spread = np.float32(1 / np.sqrt(ballast.channels * 3))
        weights = [
            self._constant(random.standard_normal(shape).astype(np.float32) * spread)
            for _ in range(ballast.layers)
        ]
        for weight in weights * ballast.passes:
            folded = self._node("Conv", current, weight, kernel_shape=[3], pads=[1, 1])
            current = self._node("Tanh", self._node("Add", folded, current))
        self._extra = self._scaled(self._node("ReduceMean", current, keepdims=0), 1e-6)

    def _frames(self, ids: str, *, alignments: bool) -> str:
        """Frames per id. Piper recognises phoneme lengths by the graph's only ``Ceil``."""
        length_scale = self._node("Gather", "scales", self._constant(np.int64(1)))
        even = self._node("Add", self._scaled(ids, 0.0), self._float(FRAMES_PER_ID))
        stretched = self._node("Mul", even, length_scale)
        return self._node("Ceil" if alignments else "Round", stretched)

    def _model(self, sound: str) -> onnx.ModelProto:
        lengths = self._node("Cast", "input_lengths", to=TensorProto.FLOAT)
        unused = self._scaled(self._node("ReduceSum", lengths, keepdims=0), 0.0)
        sound = self._node("Add", sound, self._extra) if self._extra else sound
        self._nodes.append(helper.make_node("Add", [sound, unused], ["output"]))
        graph = helper.make_graph(
            self._nodes,
            "tones",
            [
                helper.make_tensor_value_info("input", TensorProto.INT64, ["batch", "phonemes"]),
                helper.make_tensor_value_info("input_lengths", TensorProto.INT64, ["batch"]),
                helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
            ],
            [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch", 1, "time"])],
            initializer=self._constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)])
        model.ir_version = _IR_VERSION
        onnx.checker.check_model(model)
        return model

    def _node(self, operation: str, *inputs: str, **attributes: Any) -> str:  # noqa: ANN401 - as onnx takes them
        output = f"{operation}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operation, list(inputs), [output], **attributes))
        return output

    def _constant(self, value: "np.ndarray[Any, Any] | np.generic") -> str:
        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def _float(self, value: float) -> str:
        return self._constant(np.float32(value))

    def _scaled(self, value: str, factor: float) -> str:
        return self._node("Mul", value, self._float(factor))


_RADIANS = 2 * np.pi / SAMPLE_RATE
_ONE_CHANNEL = np.array([1, 1, -1], np.int64)


def _save(folder: Path, name: str, model: onnx.ModelProto) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.onnx"
    onnx.save(model, str(path))
    description = {
        "audio": {"sample_rate": SAMPLE_RATE, "quality": "synthetic"},
        "espeak": {"voice": "en-us"},
        "language": {"code": "en_US", "name_english": "English"},
        "phoneme_type": "espeak",
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
        "num_symbols": 256,
        "num_speakers": 1,
        "speaker_id_map": {},
        "hop_length": HOP,
        "piper_version": "1.0.0",
        "inference": {"noise_scale": 0.667, "length_scale": 1.0, "noise_w": 0.8},
    }
    text = json.dumps(description, ensure_ascii=False)
    path.with_name(path.name + ".json").write_text(text, encoding="utf-8")
    return path
