"""POST /v1/reload, and limits that change while the server runs."""

import httpx
import msgspec

from jarvisd.api.access import Role
from jarvisd.api.bodies import encode_error
from jarvisd.api.routes import ROUTES
from jarvisd.config import ApiSettings
from jarvisd.errors import ConfigError
from tests.api.conftest import Running


async def test_both_kinds_of_changes_are_named(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/reload")
    assert answer.json() == {"changed": ["llm.model"], "restart": ["api.socket"]}


def test_only_an_admin_may() -> None:
    (route,) = (route for route in ROUTES if route.path == "/v1/reload")
    assert route.role is Role.ADMIN


def test_a_refusal_lists_every_problem() -> None:
    error = ConfigError(["one", "two"])
    assert error.status == 422
    detail = msgspec.json.decode(encode_error(error))["error"]
    assert (detail["code"], detail["problems"]) == ("config.invalid", ["one", "two"])


async def test_new_limits_count_for_the_next_connection(api: Running) -> None:
    api.server.apply(ApiSettings(max_text_chars=5, max_body_bytes=1_024))
    async with api.client() as client:
        too_long = await client.post("/v1/say", json={"text": "123456"})
        assert (too_long.status_code, too_long.json()["error"]["code"]) == (413, "limit.text")
        too_large = await client.post("/v1/say", json={"text": "x" * 2_000})
        assert (too_large.status_code, too_large.json()["error"]["code"]) == (413, "limit.body")
