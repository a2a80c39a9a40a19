"""Settings of llama-server."""

from collections.abc import Iterator
from typing import Annotated
from urllib.parse import urlsplit

from jarvisd.sections import FilePath, Seconds, Section, about


class Settings(Section, frozen=True):
    """Where llama-server is, and how long it may take."""

    url: Annotated[str, about("Address of llama-server; http:// or unix:/path/to.sock.")] = (
        "http://127.0.0.1:8080"
    )
    model: Annotated[str, about("Model name to send; only a llama-server router needs it.")] = ""
    api_key_file: Annotated[
        FilePath,
        about("File with llama-server's API key. Empty: systemd's credential, if there is one."),
    ] = ""
    thinking: Annotated[
        bool, about("Let the model think before it answers. Thoughts are never spoken.")
    ] = False
    connect_timeout_s: Annotated[Seconds, about("Time limit for connecting to llama-server.")] = 2.0
    headers_timeout_s: Annotated[
        Seconds,
        about(
            "Time limit until it accepts a request. Long, because a busy server does not answer."
        ),
    ] = 60.0
    first_token_timeout_s: Annotated[
        Seconds, about("Time limit from there to the first token (prefill).")
    ] = 120.0
    token_timeout_s: Annotated[Seconds, about("Longest wait between two tokens.")] = 20.0
    answer_timeout_s: Annotated[
        Seconds, about("Longest wait for a whole answer, all its waits added up.")
    ] = 1_800.0
    loading_timeout_s: Annotated[
        Seconds, about("How long a reply waits while llama-server loads its model.")
    ] = 30.0

    @property
    def longest_wait_s(self) -> float:
        """How long nothing may come of a question at most: all waits that follow each other."""
        return (
            self.connect_timeout_s
            + self.loading_timeout_s
            + self.headers_timeout_s
            + self.first_token_timeout_s
            + self.token_timeout_s
        )

    def broken_rules(self) -> Iterator[tuple[str, str]]:
        """Report an invalid address."""
        url = self.url
        try:
            parts = urlsplit(url)
            complete = bool(parts.path if parts.scheme == "unix" else parts.hostname)
            _ = parts.port
        except ValueError as error:
            yield "url", f"not an address: {error}; got {url!r}"
            return
        if parts.scheme not in {"http", "https", "unix"}:
            yield "url", f"must start with http://, https:// or unix:/; got {url!r}"
        elif not complete or (parts.scheme == "unix" and not parts.path.startswith("/")):
            yield "url", f"names no host or socket path; got {url!r}"
