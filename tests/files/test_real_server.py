"""What only a real server shows: a body that is refused before it comes, a line that breaks, a slow one."""

from __future__ import annotations

import base64
import re
import socket
import urllib.request
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.test import Client

from files.models import Upload
from tests.services import wait_until

pytestmark = pytest.mark.processes

HALF_A_GIGABYTE = 500 * 1024 * 1024


class Wire:
    """HTTP by hand, so that a test decides when which byte leaves."""

    def __init__(self, site, user):
        client = Client()
        client.force_login(user)
        name = django_settings.SESSION_COOKIE_NAME
        self.cookie = f"{name}={client.cookies[name].value}"
        url = urlsplit(site.address)
        self.host, self.port = "127.0.0.1", url.port
        page = self.ask("GET", "/tickets/new/")
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        secret = re.search(rf"{django_settings.CSRF_COOKIE_NAME}=(\w+)", page)
        self.token = token[1]
        self.cookie += f"; {django_settings.CSRF_COOKIE_NAME}={secret[1]}"

    def send(self, method, path, headers=(), body=b""):
        connection = socket.create_connection((self.host, self.port), timeout=60)
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: localhost:{self.port}",
            f"Cookie: {self.cookie}",
            *headers,
            "",
            "",
        ]
        connection.sendall("\r\n".join(lines).encode() + body)
        return connection

    def ask(self, method, path, headers=(), body=b""):
        with self.send(method, path, ["Connection: close", *headers], body) as connection:
            return answer(connection)

    def tus(self, *headers):
        return ["Tus-Resumable: 1.0.0", f"X-CSRFToken: {self.token}", *headers]

    def announce(self, size):
        about = ",".join(
            f"{name} {base64.b64encode(value.encode()).decode()}"
            for name, value in {"filename": "core.log", "place": "ticket"}.items()
        )
        told = self.ask(
            "POST",
            "/uploads/",
            self.tus(f"Upload-Length: {size}", f"Upload-Metadata: {about}", "Content-Length: 0"),
        )
        return told, re.search(r"(?i)location: (\S+)", told)


def answer(connection):
    data = b""
    while piece := connection.recv(65536):
        data += piece
    return data.decode(errors="replace")


def status(told):
    return int(told.split(" ", 2)[1])


@pytest.fixture
def wire(site, rui, live_sdk):
    return Wire(site, rui)


def test_half_a_gigabyte_is_refused_before_a_byte_of_it_is_sent(wire):
    told, _location = wire.announce(HALF_A_GIGABYTE)
    assert status(told) == 413
    assert "a file may have at most 25.0" in told


def test_a_form_with_half_a_gigabyte_is_refused_by_its_declared_length(wire):
    headers = ["Content-Type: multipart/form-data; boundary=x", f"Content-Length: {HALF_A_GIGABYTE}"]
    with wire.send("POST", "/tickets/new/", headers, b"--x\r\n") as connection:
        # Of the body only its first line is ever sent.
        told = connection.recv(65536).decode(errors="replace")
    assert status(told) == 413


def test_a_compressed_body_is_refused(wire):
    told = wire.ask("POST", "/tickets/new/", ["Content-Encoding: gzip", "Content-Length: 3"], b"abc")
    assert status(told) == 415


def test_a_line_that_breaks_in_the_middle_of_a_part_loses_only_what_had_not_come(wire, site):
    _told, location = wire.announce(200_000)
    path = location[1]
    headers = wire.tus(
        "Upload-Offset: 0", "Content-Type: application/offset+octet-stream", "Content-Length: 200000"
    )
    broken = wire.send("PATCH", path, headers, b"x" * 120_000)
    broken.close()
    offsets = []

    def goes_on():
        """As the browser does: ask where to go on; what came of the broken part may be written only now."""
        head = wire.ask("HEAD", path, wire.tus())
        offsets.append(int(re.search(r"(?i)upload-offset: (\d+)", head)[1]))
        rest = wire.tus(
            f"Upload-Offset: {offsets[-1]}",
            "Content-Type: application/offset+octet-stream",
            f"Content-Length: {200_000 - offsets[-1]}",
        )
        return status(wire.ask("PATCH", path, rest, b"x" * (200_000 - offsets[-1]))) == 204

    wait_until(goes_on, what="the upload goes on")
    assert max(offsets) <= 120_000
    assert Upload.objects.get().is_ready


def test_many_slow_senders_hold_up_nobody(wire, site):
    headers = wire.tus(
        "Upload-Offset: 0", "Content-Type: application/offset+octet-stream", "Content-Length: 100000"
    )
    slow = []
    for _ in range(django_settings.WEB_THREADS + 2):
        slow.append(wire.send("PATCH", "/uploads/00000000-0000-0000-0000-000000000000/", headers, b"x"))
    # A server that waited for them would wait for good.
    with urllib.request.urlopen(f"{site.address}/health/", timeout=60) as response:
        assert response.status == 200
    for connection in slow:
        connection.close()
