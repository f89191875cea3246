"""The live socket of a page: numbers of tickets that changed, and that there are new notices.

The page sends nothing but pings. Rights are asked again before anything is relayed: a person who was signed
out, deactivated or lost a ticket hears nothing more.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import deque
from typing import Any

import structlog
from channels.auth import get_user
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.utils.module_loading import import_string

from accounts.models import User
from events.presenting import CUSTOMER_VISIBLE
from notifications import live
from tickets.models import Ticket

logger = structlog.get_logger(__name__)

# The frames of one event come together; a burst goes out, and is asked about, five times a second.
GATHER_SECONDS = 0.02
PAUSE_SECONDS = 0.2
# More tickets than this at once: the page asks again for all that it shows.
MOST_TICKETS = 40
MAX_FRAME_CHARACTERS = 1024
MAX_FRAMES, PER_SECONDS = 20, 10

SIGNED_OUT = 4401
TOO_MANY_FRAMES = 4429
NOT_UNDERSTOOD = 1003
TOO_BIG = 1009
TRY_AGAIN_LATER = 1013


class LiveConsumer(AsyncWebsocketConsumer):
    """One open page of one signed-in person."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Without Redis there is nothing to hear: the page is told to come again, instead of hanging."""
        if await live.is_reachable():
            await super().__call__(scope, receive, send)
            return
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": TRY_AGAIN_LATER})

    async def connect(self) -> None:
        self._groups: list[str] = []
        self._changed: set[tuple[int, str]] = set()
        self._has_notices = False
        self._relaying: asyncio.Task[None] | None = None
        self._frames: deque[float] = deque(maxlen=MAX_FRAMES)
        # Accepted first: a socket refused in the handshake cannot tell the page why.
        await self.accept()
        user = await self._user()
        if user is None:
            await self.close(code=SIGNED_OUT)
            return
        for group in [live.group_of(user.pk), *([live.STAFF] if user.is_staff_member else [])]:
            await self.channel_layer.group_add(group, self.channel_name)
            self._groups.append(group)
        await self._send({"type": "ready"})

    async def disconnect(self, code: int) -> None:
        if self._relaying:
            self._relaying.cancel()
        for group in self._groups:
            with contextlib.suppress(Exception):
                await self.channel_layer.group_discard(group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Answer a ping, through Redis: a page whose ping stays unanswered knows that it is cut off."""
        if text_data is None:
            await self.close(code=NOT_UNDERSTOOD)
        elif len(text_data) > MAX_FRAME_CHARACTERS:
            await self.close(code=TOO_BIG)
        elif self._is_flood():
            await self.close(code=TOO_MANY_FRAMES)
        elif text_data != '{"type":"ping"}':
            await self.close(code=NOT_UNDERSTOOD)
        else:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(live.PATIENCE_SECONDS):
                    await self.channel_layer.send(self.channel_name, {"type": "pong"})

    async def pong(self, message: dict[str, Any]) -> None:
        if await self._user() is None:
            await self.close(code=SIGNED_OUT)
        else:
            await self._send({"type": "pong"})

    async def ticket_changed(self, message: dict[str, Any]) -> None:
        self._changed.add((message["number"], message["kind"]))
        self._relay_soon()

    async def notice_added(self, message: dict[str, Any]) -> None:
        self._has_notices = True
        self._relay_soon()

    # --- Relaying

    def _relay_soon(self) -> None:
        """At once, or after the pause together with all that came meanwhile."""
        if self._relaying is None or self._relaying.done():
            self._relaying = asyncio.create_task(self._relay())

    async def _relay(self) -> None:
        while self._changed or self._has_notices:
            await asyncio.sleep(GATHER_SECONDS)
            changed, self._changed = self._changed, set()
            has_notices, self._has_notices = self._has_notices, False
            try:
                user = await self._user()
                if user is None:
                    await self.close(code=SIGNED_OUT)
                    return
                await self._tell(user, changed, has_notices=has_notices)
            except Exception:
                logger.exception("live_relay_failed")
                await self.close(code=TRY_AGAIN_LATER)
                return
            await asyncio.sleep(PAUSE_SECONDS)

    async def _tell(self, user: User, changed: set[tuple[int, str]], *, has_notices: bool) -> None:
        if has_notices:
            await self._send({"type": "notice.added"})
        numbers = {number for number, _ in changed}
        if len(numbers) > MOST_TICKETS:
            await self._send({"type": "resync"})
            return
        visible = await database_sync_to_async(_visible)(user, numbers)
        for number, kind in sorted(changed):
            if number in visible and (user.is_staff_member or kind in CUSTOMER_VISIBLE):
                await self._send({"type": "ticket.changed", "number": number, "kind": kind})

    async def _send(self, message: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps(message))

    # --- Who, and how much

    async def _user(self) -> User | None:
        """Whose session this is now, read again from the database. None after a sign-out or deactivation."""
        key = self.scope["session"].session_key
        if key is None:
            return None
        session = import_string(f"{settings.SESSION_ENGINE}.SessionStore")(key)
        user = await get_user({"session": session})
        return user if isinstance(user, User) and user.is_active else None

    def _is_flood(self) -> bool:
        now = time.monotonic()
        is_full = len(self._frames) == MAX_FRAMES
        is_flood = is_full and now - self._frames[0] < PER_SECONDS
        self._frames.append(now)
        return is_flood


def _visible(user: User, numbers: set[int]) -> set[int]:
    if not numbers:
        return set()
    return set(Ticket.objects.visible_to(user).filter(number__in=numbers).values_list("number", flat=True))
