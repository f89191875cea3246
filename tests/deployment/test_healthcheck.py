"""The containers' question whether the web process is well."""

import http.server
import threading
from collections.abc import Iterator

import pytest

from helpdesk.healthcheck import is_healthy


class Page(http.server.BaseHTTPRequestHandler):
    """Answers as the product would: 200 only under its own name, and 503 at /broken/."""

    def do_GET(self) -> None:
        known = self.headers["Host"] == "desk.example" and self.headers["X-Forwarded-Proto"] == "https"
        self.send_response(503 if self.path == "/broken/" else 200 if known else 400)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def address() -> Iterator[str]:
    server = http.server.HTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_it_asks_under_the_name_of_the_site(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE_URL", "https://desk.example")
    assert is_healthy(f"{address}/health/")

    monkeypatch.setenv("SITE_URL", "https://other.example")
    assert not is_healthy(f"{address}/health/")


def test_a_page_that_fails_and_a_server_that_is_gone_are_not_healthy(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITE_URL", "https://desk.example")

    assert not is_healthy(f"{address}/broken/")
    assert not is_healthy("http://127.0.0.1:1/health/")
