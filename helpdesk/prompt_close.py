"""A WebSocket that the application closes is closed at once.

granian closes a socket only when nothing waits in its `receive()`, and Channels always waits there: a close
that was not the answer to a frame went out when the browser happened to send its next one (after 25 seconds
between two pings, never to a silent client). So the waiting `receive()` is given up first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Any, Receive, Send], Awaitable[None]]


class PromptClose:
    """An ASGI application for WebSockets around another one."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        waiting: asyncio.Task[Any] | None = None
        closed_with: int | None = None

        async def receive_until_closed() -> Any:
            nonlocal waiting
            if closed_with is None:
                waiting = asyncio.ensure_future(_awaited(receive))
                try:
                    return await waiting
                except asyncio.CancelledError:
                    if closed_with is None:
                        waiting.cancel()
                        raise
            return {"type": "websocket.disconnect", "code": closed_with}

        async def send_close_alone(message: Any) -> None:
            nonlocal closed_with
            if message["type"] == "websocket.close":
                closed_with = message.get("code") or 1000
                if waiting is not None:
                    waiting.cancel()
                    await asyncio.wait([waiting])
            await send(message)

        await self.application(scope, receive_until_closed, send_close_alone)


async def _awaited(receive: Receive) -> Any:
    """The coroutine that a task wants: granian's `receive()` returns another awaitable."""
    return await receive()
