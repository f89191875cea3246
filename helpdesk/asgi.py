"""One ASGI process: Channels for `/ws/`, the WSGI application through a2wsgi for everything else.

The views are ordinary synchronous Django in threads, so that database connections persist
(docs/architecture.md has the measurements behind this).
"""

import os
from typing import Any, cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

from helpdesk.wsgi import application as wsgi_application  # noqa: I001  (sets Django up before the imports below)

from a2wsgi import WSGIMiddleware
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings

from helpdesk.routing import websocket_urlpatterns

application = ProtocolTypeRouter(
    {
        "http": cast(Any, WSGIMiddleware(cast(Any, wsgi_application), workers=settings.WEB_THREADS)),
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
    }
)
