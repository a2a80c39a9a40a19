"""Stands in for llama-server: says it is well, and then one word a second without end."""

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

PORT = 8080


class Handler(BaseHTTPRequestHandler):
    """Answers what the daemon asks of a llama-server."""

    protocol_version = "HTTP/1.1"
    answers: ClassVar[dict[str, object]] = {
        "/health": {"status": "ok"},
        "/props": {"default_generation_settings": {"n_ctx": 4096}, "total_slots": 1},
        "/v1/models": {"data": [{"id": "slow"}]},
        "/slots": [{"id": 0, "is_processing": False}],
    }

    def do_GET(self) -> None:
        """Say what is asked, as JSON."""
        body = json.dumps(self.answers.get(self.path.partition("?")[0], {})).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        """Stream words until the connection ends."""
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        while True:
            delta = {"choices": [{"index": 0, "delta": {"content": "word, "}}]}
            self.wfile.write(f"data: {json.dumps(delta)}\n\n".encode())
            time.sleep(1)


ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
