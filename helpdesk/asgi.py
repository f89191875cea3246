"""One ASGI process: Channels for `/ws/`, the WSGI application through a2wsgi for everything else.

The views are ordinary synchronous Django in threads, so that database connections persist
(docs/architecture.md has the measurements behind this).
"""

import os
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

from helpdesk.wsgi import application as wsgi_application  # noqa: I001  (sets Django up before the imports below)

from a2wsgi import WSGIMiddleware
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings

from helpdesk.prompt_close import PromptClose
from helpdesk.routing import websocket_urlpatterns

_wsgi: Any = WSGIMiddleware(cast(Any, wsgi_application), workers=settings.WEB_THREADS)


# A form, a call of the API, or a part of an upload (files.views.uploading.PART_BYTES).
AWAITED_BYTES = 5 * 1024 * 1024


async def http(scope: Any, receive: Callable[[], Awaitable[Any]], send: Any) -> None:
    """Give a2wsgi the coroutine that it waits for: granian's `receive()` returns another awaitable.

    A body of ordinary size is awaited here before a thread takes the request: somebody's slow line must not
    hold one of the few threads.
    """
    arrived: deque[Any] = deque()
    if 0 < _length(scope) <= AWAITED_BYTES:
        arrived = await _whole_body(receive)

    async def receive_as_coroutine() -> Any:
        return arrived.popleft() if arrived else await receive()

    await _wsgi(scope, receive_as_coroutine, send)


async def _whole_body(receive: Callable[[], Awaitable[Any]]) -> deque[Any]:
    messages: deque[Any] = deque()
    while True:
        message = await receive()
        messages.append(message)
        if not message.get("more_body", False):
            return messages


def _length(scope: Any) -> int:
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(length) if length.isdigit() else 0


application = ProtocolTypeRouter(
    {
        "http": cast(Any, http),
        "websocket": PromptClose(
            AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns)))
        ),
    }
)
