"""Changes a serialised ONNX model as Piper's voices need it, without the onnx package.

Piper voices compute how many frames each phoneme takes in their only ``Ceil`` node. Marking its
result as an output is one more entry in the graph, and because protobuf merges a message that
occurs twice, the entry can be appended to the model's bytes.

Nearly all of a model is weights. They are taken out of it and named as places in the model's own
file, which is then mapped into memory: all workers share them, instead of two copies in each. With
a voice of 60 MB, daemon and two workers take 197 MB instead of 369 MB. A voice file in use must be
replaced by renaming, never rewritten in place.
"""

from collections.abc import Iterator

_GRAPH, _NODE, _INITIALIZER, _OUTPUT = 7, 1, 5, 12  # ModelProto.graph, and parts of GraphProto
_RAW_DATA, _EXTERNAL_DATA, _DATA_LOCATION = 9, 13, 14  # parts of TensorProto
_ENTRY_KEY, _ENTRY_VALUE, _EXTERNAL = 1, 2, 1
_LEAST_SHARED = 4_096  # bytes; one page. Small ones are quicker to hold than to map
_VALUE_NAME, _NODE_OUTPUT, _NODE_OP = 1, 2, 4
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def with_shared_weights(model: memoryview, location: str) -> bytes | None:
    """The model without its weights, which are found in the file ``location`` that it came from.

    ``None`` where it has none, or where the bytes cannot be understood.
    """
    try:
        slim, moved = _without_weights(model, location)
    except (IndexError, ValueError):
        return None
    return slim if moved else None


def _without_weights(model: memoryview, location: str) -> tuple[bytes, int]:
    slim, moved = bytearray(), 0
    for number, start, begin, end in _spans(model, 0, len(model)):
        if number != _GRAPH:
            slim += model[start:end]
            continue
        graph = bytearray()
        for kind, first, inner, last in _spans(model, begin, end):
            tensor = _external(model, inner, last, location) if kind == _INITIALIZER else None
            graph += _field(_INITIALIZER, tensor) if tensor else model[first:last]
            moved += tensor is not None
        slim += _field(_GRAPH, bytes(graph))
    return bytes(slim), moved


def _external(model: memoryview, begin: int, end: int, location: str) -> bytes | None:
    """A tensor that refers to its data in ``location``; ``None`` for a small one."""
    rest, data = bytearray(), None
    for number, start, inner, last in _spans(model, begin, end):
        if number == _RAW_DATA:
            data = (inner, last - inner)
        elif number in {_EXTERNAL_DATA, _DATA_LOCATION}:
            return None  # it lies elsewhere already
        else:
            rest += model[start:last]
    if data is None or data[1] < _LEAST_SHARED:
        return None
    for key, value in (("location", location), ("offset", data[0]), ("length", data[1])):
        entry = _field(_ENTRY_KEY, key.encode()) + _field(_ENTRY_VALUE, str(value).encode())
        rest += _field(_EXTERNAL_DATA, entry)
    return bytes(rest) + _encoded(_DATA_LOCATION << 3 | _VARINT) + _encoded(_EXTERNAL)


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
    """Every length-delimited field of a message; numbers are skipped."""
    for number, start, begin, end in _spans(message, 0, len(message)):
        if begin != start:
            yield number, message[begin:end]


def _spans(message: memoryview, at: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Every field as (number, start with its key, start of its content, end).

    Of numbers the whole field counts as content.
    """
    while at < end:
        start = at
        key, at = _varint(message, at)
        number, kind = key >> 3, key & 7
        content = start
        if kind == _BYTES:
            size, content = _varint(message, at)
            at = content + size
        elif kind == _VARINT:
            _, at = _varint(message, at)
        elif kind in {_FIXED32, _FIXED64}:
            at += 4 if kind == _FIXED32 else 8
        else:
            raise ValueError(f"unknown wire type {kind}")
        if at > end:
            raise ValueError("a field ends behind its message")
        yield number, start, content, at


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
