import re
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from jarvisd.api.access import Role
from jarvisd.api.openapi import describe
from jarvisd.api.routes import ROUTES

# Frozen: a route may be added; one that is here never goes, moves or changes its role unnoticed.
GOLDEN = """
GET /metrics observer
GET /v1/ observer
POST /v1/audio/speech operator
GET /v1/clock observer
GET /v1/config operator
GET /v1/conversations operator
DELETE /v1/conversations/{conversation} operator
GET /v1/conversations/{conversation} operator
GET /v1/days observer
GET /v1/events operator
GET /v1/governor observer
GET /v1/health observer
GET /v1/live observer
GET /v1/log/level observer
PUT /v1/log/level admin
GET /v1/logs operator
GET /v1/notices observer
GET /v1/openapi.json observer
GET /v1/ready observer
POST /v1/reload admin
GET /v1/replies observer
POST /v1/replies operator
GET /v1/replies/recent observer
GET /v1/replies/{reply} observer
GET /v1/replies/{reply}/audio operator
GET /v1/replies/{reply}/events operator
POST /v1/replies/{reply}/interrupt operator
POST /v1/replies/{reply}/pause operator
POST /v1/replies/{reply}/played operator
POST /v1/replies/{reply}/resume operator
POST /v1/say operator
GET /v1/series observer
GET /v1/status observer
GET /v1/traces observer
GET /v1/traces/{reply} observer
GET /v1/version observer
GET /v1/voices observer
""".strip().splitlines()


def test_the_table_is_sorted_and_has_no_duplicates() -> None:
    keys = [route.key for route in ROUTES]
    assert keys == sorted(set(keys))


def test_the_table_is_frozen() -> None:
    assert [f"{route.method} {route.path} {route.role.label}" for route in ROUTES] == GOLDEN


def test_the_documentation_lists_the_table() -> None:
    documented = (Path(__file__).parents[2] / "docs/api.md").read_text()
    rows = [line for line in documented.splitlines() if re.match(r"\| `[A-Z]+ /", line)]
    assert rows == [
        f"| `{route.method} {route.path}` | {route.role.label} | {route.summary} |"
        for route in ROUTES
    ]


def test_what_changes_something_needs_an_operator() -> None:
    assert all(route.role >= Role.OPERATOR for route in ROUTES if route.method != "GET")


def test_each_route_has_a_name_of_its_own() -> None:
    names = [route.name for route in ROUTES]
    assert len(set(names)) == len(names)


async def test_the_list_of_routes_is_the_table(client: httpx.AsyncClient) -> None:
    listed = (await client.get("/v1/")).json()["routes"]
    assert [f"{entry['method']} {entry['path']} {entry['role']}" for entry in listed] == GOLDEN
    assert all(entry["summary"].endswith(".") for entry in listed)


@pytest.mark.parametrize(
    ("path", "hint"), [("/v1/statsu", "/v1/status"), ("/v2", ""), ("/v1/status/", "/v1/status")]
)
async def test_unknown_route_says_what_was_meant(
    client: httpx.AsyncClient, path: str, hint: str
) -> None:
    response = await client.get(path)
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (404, "request.unknown")
    assert hint in error["hint"]


async def test_wrong_method_names_those_that_exist(client: httpx.AsyncClient) -> None:
    response = await client.put("/v1/replies")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"
    assert response.json()["error"]["code"] == "request.method"


# --- OpenAPI ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def document() -> Any:
    return msgspec.json.decode(describe(ROUTES))


def test_openapi_has_every_route(document: Any) -> None:
    described = {
        (path, method.upper()) for path, item in document["paths"].items() for method in item
    }
    assert document["openapi"].startswith("3.1")
    assert described == {route.key for route in ROUTES}


def test_openapi_operations_are_complete(document: Any) -> None:
    identifiers = []
    for path, item in document["paths"].items():
        for operation in item.values():
            identifiers.append(operation["operationId"])
            assert operation["responses"]["200"]["content"]
            assert "default" in operation["responses"]
            declared = {
                parameter["name"]
                for parameter in operation.get("parameters", [])
                if parameter["in"] == "path"
            }
            assert declared == set(re.findall(r"\{(\w+)\}", path))
    assert len(set(identifiers)) == len(identifiers)


def test_openapi_references_resolve(document: Any) -> None:
    schemas = document["components"]["schemas"]
    found = list(references(document))
    assert found
    for reference in found:
        prefix, _, name = reference.rpartition("/")
        assert prefix == "#/components/schemas"
        assert name in schemas


def test_openapi_says_that_requests_are_strict(document: Any) -> None:
    assert document["components"]["schemas"]["SayRequest"]["additionalProperties"] is False


async def test_openapi_is_served(client: httpx.AsyncClient, document: Any) -> None:
    response = await client.get("/v1/openapi.json")
    assert response.headers["content-type"] == "application/json"
    assert response.json() == document


def references(node: Any) -> Any:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)
