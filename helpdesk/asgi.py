"""One ASGI process: Channels for `/ws/`, the WSGI application through a2wsgi for everything else.

The views are ordinary synchronous Django in threads, so that database connections persist
(docs/architecture.md has the measurements behind this).
"""

import os
from collections.abc import Awaitable, Callable
from typing import Any, cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

from helpdesk.wsgi import application as wsgi_application  # noqa: I001  (sets Django up before the imports below)

from a2wsgi import WSGIMiddleware
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings

from helpdesk.routing import websocket_urlpatterns

_wsgi: Any = WSGIMiddleware(cast(Any, wsgi_application), workers=settings.WEB_THREADS)


async def http(scope: Any, receive: Callable[[], Awaitable[Any]], send: Any) -> None:
    """Give a2wsgi the coroutine that it waits for: granian's `receive()` returns another awaitable."""

    async def receive_as_coroutine() -> Any:
        return await receive()

    await _wsgi(scope, receive_as_coroutine, send)


application = ProtocolTypeRouter(
    {
        "http": cast(Any, http),
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
    }
)
