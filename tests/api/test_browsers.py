"""A browser that reaches the socket through a proxy acts for no page but our own."""

import pytest

from tests.api.conftest import Running, error_of

OURS = ["j", "jarvisd", "localhost", "localhost:8080", "LOCALHOST", "", "127.0.0.1", "127.1.2.3:80"]
OURS += ["[::1]", "[::1]:8080", "::1"]
FOREIGN = ["evil.example", "evil.example:80", "localhost.evil.example", "10.0.0.1", "[fe80::1]"]
FOREIGN += ["j,evil.example", "1.2.3.4:80", "jarvis.local", "localhost."]


def get(host: str, *extra: str, target: str = "/v1/live", method: str = "GET") -> bytes:
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", "Connection: close", *extra, "", ""]
    return "\r\n".join(lines).encode()


@pytest.mark.parametrize("host", OURS)
async def test_names_that_only_we_have(api: Running, host: str) -> None:
    assert (await api.send(get(host))).startswith(b"HTTP/1.1 200")


async def test_no_host_at_all(api: Running) -> None:
    answer = await api.send(b"GET /v1/live HTTP/1.0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("host", FOREIGN)
async def test_names_that_strangers_can_have(api: Running, host: str) -> None:
    assert error_of(await api.send(get(host))) == (403, "access.foreign")


async def test_a_foreign_host_in_the_target_counts(api: Running) -> None:
    answer = await api.send(get("j", target="http://evil.example/v1/live"))
    assert error_of(answer) == (403, "access.foreign")


@pytest.mark.parametrize(
    "header",
    [
        "Origin: http://evil.example",
        "Origin: null",
        "Origin: http://localhost:9999",
        "Origin: https://evil.example/localhost:8080",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site",
    ],
)
async def test_foreign_pages(api: Running, header: str) -> None:
    request = get("localhost:8080", header, target="/v1/replies/r1/pause", method="POST")
    assert error_of(await api.send(request)) == (403, "access.foreign")


@pytest.mark.parametrize("header", ["Origin: http://localhost:8080", "Sec-Fetch-Site: same-origin"])
async def test_our_own_pages(api: Running, header: str) -> None:
    assert (await api.send(get("localhost:8080", header))).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("text/plain", 415),
        ("text/plain;charset=UTF-8", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/octet-stream", 415),
        ("application/json", 200),
        ("Application/JSON; charset=utf-8", 200),
        ("application/x-www-form-urlencoded", 200),  # what curl -d says
    ],
)
async def test_only_json_is_taken(api: Running, kind: str, status: int) -> None:
    async with api.client() as client:
        answer = await client.post(
            "/v1/say", content=b'{"text":"Hi"}', headers={"Content-Type": kind}
        )
    assert answer.status_code == status
    if status == 415:
        assert answer.json()["error"]["code"] == "request.media_type"
