"""The OpenAPI 3.1 document, made from the route table and the wire structs.

Pure: routes in, JSON out. Describes nothing that is not in the table.
"""

import re
from typing import Any

import msgspec

from jarvisd.api.audio import NDJSON
from jarvisd.api.exchange import Route
from jarvisd.wire import SCHEMA, ErrorResponse, Request

_PARAMETER = re.compile(r"\{(\w+)\}")
_REF = "#/components/schemas/{name}"
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_JSON_STREAMS = frozenset({"application/json", NDJSON, "text/event-stream"})


def describe(routes: tuple[Route, ...]) -> bytes:
    """The document as JSON."""
    kinds = _kinds(routes)
    schemas, components = msgspec.json.schema_components(kinds, ref_template=_REF)
    named = dict(zip(kinds, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        operation = _operation(route, named, components)
        paths.setdefault(route.path, {})[route.method.lower()] = operation
    for name in {route.query.__name__ for route in routes if route.query}:
        del components[name]  # a query is described by its parameters
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "jarvisd control API",
            "version": str(SCHEMA),
            "description": "HTTP/1.1 over the Unix socket of jarvisd.",
        },
        "servers": [{"url": "http://jarvisd", "description": "The control socket."}],
        "paths": paths,
        "components": {"schemas": components},
    }
    return msgspec.json.encode(document)


def _kinds(routes: tuple[Route, ...]) -> list[type[msgspec.Struct]]:
    kinds: dict[type[msgspec.Struct], None] = {ErrorResponse: None}
    for route in routes:
        for kind in (route.body, route.query, *route.response):
            if kind is not None:
                kinds[kind] = None
    return list(kinds)


def _operation(
    route: Route,
    named: dict[type[msgspec.Struct], dict[str, Any]],
    components: dict[str, Any],
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": route.summary,
        "operationId": route.name,
        "x-role": route.role.label,
        "responses": {
            **_success(route, [named[kind] for kind in route.response]),
            "default": {
                "description": "What went wrong, with a stable code and a hint.",
                "content": {"application/json": {"schema": named[ErrorResponse]}},
            },
        },
    }
    parameters = [_path_parameter(name) for name in _PARAMETER.findall(route.path)]
    if route.query is not None:
        parameters += _query_parameters(route.query, components)
    if parameters:
        operation["parameters"] = parameters
    if route.body is not None:
        body = {"application/json": {"schema": named[route.body]}}
        operation["requestBody"] = {"required": not route.body_optional, "content": body}
    if route.streamed_body is not None:
        streamed = dict.fromkeys(route.streamed_body.media, _BINARY)
        operation["requestBody"] = {"required": True, "content": streamed}
    return operation


def _success(route: Route, schemas: list[dict[str, Any]]) -> dict[str, Any]:
    if route.socket is not None:
        return {"101": {"description": f"A WebSocket. {route.summary}"}}
    return {"200": {"description": route.summary, "content": _content(route, schemas)}}


def _content(route: Route, schemas: list[dict[str, Any]]) -> dict[str, Any]:
    """Media types of the answer. Of streams, the schema is that of one line or one event."""
    one: dict[str, Any] = {"anyOf": schemas} if len(schemas) > 1 else (schemas or [{}])[0]
    if not route.streams:
        return {"application/json": {"schema": one or {"type": "object"}}}
    return {
        media: {"schema": one} if media in _JSON_STREAMS else _BINARY for media in route.streams
    }


def _path_parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _query_parameters(kind: type[Request], components: dict[str, Any]) -> list[dict[str, Any]]:
    schema = components[kind.__name__]
    return [
        {"name": name, "in": "query", "required": False, "schema": of}
        for name, of in schema["properties"].items()
    ]
