"""Reads and extends the list of outputs of a serialised ONNX model, without the onnx package.

Piper voices compute how many frames each phoneme takes in their only ``Ceil`` node. Marking its
result as an output is one more entry in the graph, and because protobuf merges a message that
occurs twice, the entry can be appended to the file's bytes.
"""

from collections.abc import Iterator

_GRAPH, _NODE, _OUTPUT = 7, 1, 12  # ModelProto.graph, GraphProto.node, GraphProto.output
_VALUE_NAME, _NODE_OUTPUT, _NODE_OP = 1, 2, 4
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def with_phoneme_lengths(model: bytes) -> bytes | None:
    """The model with its ``Ceil`` as second output.

    ``None`` where there is not exactly one, where it is an output already, or where the bytes
    cannot be understood: such a model is used as it is.
    """
    try:
        name = _ceil_output(memoryview(model))
    except (IndexError, ValueError):
        return None
    if name is None:
        return None
    value = _field(_VALUE_NAME, name)
    return model + _field(_GRAPH, _field(_OUTPUT, value))


def _ceil_output(model: memoryview) -> bytes | None:
    ceils: list[bytes] = []
    outputs: list[bytes] = []
    for number, graph in _fields(model):
        if number != _GRAPH:
            continue
        for kind, entry in _fields(graph):
            if kind == _OUTPUT:
                outputs += (bytes(text) for field, text in _fields(entry) if field == _VALUE_NAME)
            elif kind == _NODE and b"Ceil" in bytes(entry[:4096]):
                ceils += _outputs_of_ceil(entry)
    return ceils[0] if len(ceils) == 1 and ceils[0] not in outputs else None


def _outputs_of_ceil(node: memoryview) -> list[bytes]:
    fields = [(number, bytes(value)) for number, value in _fields(node)]
    if (_NODE_OP, b"Ceil") not in fields:
        return []
    return [value for number, value in fields if number == _NODE_OUTPUT]


def _fields(message: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Every length-delimited field of a message; numbers are stepped over."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, kind = key >> 3, key & 7
        if kind == _BYTES:
            size, at = _varint(message, at)
            if at + size > len(message):
                raise ValueError("a field ends behind its message")
            yield number, message[at : at + size]
            at += size
        elif kind == _VARINT:
            _, at = _varint(message, at)
        elif kind in {_FIXED32, _FIXED64}:
            at += 4 if kind == _FIXED32 else 8
        else:
            raise ValueError(f"unknown wire type {kind}")


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value, at
        shift += 7


def _field(number: int, payload: bytes) -> bytes:
    return _encoded(number << 3 | _BYTES) + _encoded(len(payload)) + payload


def _encoded(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
