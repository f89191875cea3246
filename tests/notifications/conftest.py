from __future__ import annotations

import contextlib
import socket
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from accounts.models import Tier, User
from events import announcing
from events.models import Event
from notifications import live
from tests.conftest import person


def announce_all() -> None:
    """Announce every event that waits, as the worker does."""
    for event_id in Event.objects.pending().values_list("pk", flat=True):
        announcing.announce(event_id)


@pytest.fixture
def smtp(settings: Any, mail_server: Any) -> Any:
    """Mail goes to a real SMTP server on loopback."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mail_server.controller.port
    settings.EMAIL_TIMEOUT = 2
    return mail_server


class ScriptedServer:
    """An SMTP server that answers one command as told, for example `{"RCPT": "550 no such user"}`.

    The answer None means silence: the connection stays open and nothing comes.
    """

    def __init__(self, answers: dict[str, str | None]) -> None:
        self.answers = answers
        self.bodies: list[str] = []
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()
        for connection in self._open:
            connection.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                self._open.append(connection)
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection.makefile("rwb") as stream:
            if not self._answer(stream, "CONNECT", "220 ready"):
                return
            for line in stream:
                command = line.split()[0].upper().decode() if line.split() else ""
                if not self._answer(
                    stream, command, {"DATA": "354 go on", "QUIT": "221 bye"}.get(command, "250 OK")
                ):
                    continue
                if command == "DATA" and "DATA" not in self.answers:
                    body = []
                    for part in stream:
                        if part == b".\r\n":
                            break
                        body.append(part.decode())
                    self.bodies.append("".join(body))
                    self._answer(stream, "BODY", "250 queued")

    def _answer(self, stream: Any, command: str, usual: str) -> bool:
        answer = self.answers.get(command, usual)
        if answer is None:
            return False
        stream.write(answer.encode() + b"\r\n")
        stream.flush()
        return answer[0] in "23"


@pytest.fixture
def scripted(settings: Any) -> Iterator[Any]:
    """`scripted(RCPT="450 later")` starts such a server and sends mail to it."""
    servers = []

    def start(**answers: str | None) -> ScriptedServer:
        server = ScriptedServer(answers)
        servers.append(server)
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 1
        return server

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def axel(db: None) -> User:
    """Another agent of L1."""
    return person("Axel Berg", role=User.Role.AGENT, tier=Tier.L1)


@pytest.fixture
def own_channel_layer(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Redis' PUBLISH knows no database numbers: without a prefix of its own a test hears its neighbours."""
    default = settings.CHANNEL_LAYERS["default"]
    config = {**default["CONFIG"], "prefix": f"test-{uuid.uuid4().hex}"}
    settings.CHANNEL_LAYERS = {"default": {**default, "CONFIG": config}}
    monkeypatch.setattr(live, "_publisher", live._Publisher())
    # Channels would end the test's own transaction between two requests.
    monkeypatch.setattr("channels.db.close_old_connections", lambda: None)
