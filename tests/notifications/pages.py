"""Open pages for tests: the other end of the live socket, and words to talk with it."""

import json
from functools import wraps

from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.test import Client

from helpdesk.asgi import application
from notifications import live


def awaited(test):
    """Run an async test; database work of it happens in the test's own thread and transaction."""

    @wraps(test)
    def run(*args, **kwargs):
        async_to_sync(test)(*args, **kwargs)

    return run


def session_of(user):
    client = Client()
    client.force_login(user)
    return client


class Page(ApplicationCommunicator):
    """The other end of a socket."""

    def __init__(self, client=None, *, origin="http://localhost"):
        headers = [(b"host", b"localhost"), (b"origin", origin.encode())]
        if client is not None:
            cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
            headers.append((b"cookie", cookies.encode()))
        scope = {
            "type": "websocket",
            "path": "/ws/live/",
            "query_string": b"",
            "headers": headers,
            "subprotocols": [],
        }
        super().__init__(application, scope)

    async def connect(self):
        """Whether the handshake went through."""
        await self.send_input({"type": "websocket.connect"})
        return (await self.receive_output(2))["type"] == "websocket.accept"

    async def says(self, **frame):
        await self.send_input({"type": "websocket.receive", **frame})

    async def hears(self, timeout=2):
        message = await self.receive_output(timeout)
        assert message["type"] == "websocket.send", message
        return json.loads(message["text"])


async def opened(client):
    """A page whose socket is ready."""
    page = Page(client)
    assert await page.connect()
    assert await page.hears() == {"type": "ready"}
    return page


async def closed_with(page, timeout=2):
    message = await page.receive_output(timeout)
    assert message["type"] == "websocket.close", message
    return message["code"]


async def hears(page, count=1):
    return [await page.hears() for _ in range(count)]


async def say(groups, message):
    live.send(groups, message)


def changed(number, kind="ticket.replied", event=1):
    return {"type": "ticket.changed", "event": event, "number": number, "kind": kind}
