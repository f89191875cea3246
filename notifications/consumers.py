"""The live socket of a page: numbers of tickets that changed, that there are new notices, who else is there.

Rights are asked again before anything is relayed: a person who was signed out, deactivated or lost a ticket
hears nothing more. Which frames a page may send stands in `frames`, what it is told in docs/live.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import structlog
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from accounts.models import User
from events.presenting import CUSTOMER_VISIBLE
from notifications import frames, gate, live, missed
from notifications.gathering import Gathering
from notifications.patrol import patrol
from presence.attending import Attending

logger = structlog.get_logger(__name__)

# The frames of one event come together; a burst goes out, and is asked about, five times a second. Faces may
# take a little longer.
GATHER_SECONDS = 0.02
PAUSE_SECONDS = 0.2
FACES_PAUSE_SECONDS = 0.5
# More tickets than this at once: the page asks again for all that it shows.
MOST_TICKETS = 40
# Events come twice, from who made them and from the worker that announces them.
MOST_REMEMBERED = 200
MAX_FRAMES, PER_SECONDS = 20, 10
# A page pings four times in this time, and once where the browser slows down what nobody looks at.
SILENT_SECONDS = 90

SIGNED_OUT = 4401
NOT_YOURS = 4403
SILENT = 4408
TOO_MANY_FRAMES = 4429
NOT_UNDERSTOOD = 1003
TOO_BIG = 1009

Change = tuple[int, int, str]  # event, ticket, kind


class LiveConsumer(AsyncWebsocketConsumer):
    """One open page of one signed-in person."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Without Redis there is nothing to hear: the page is told to come again, instead of hanging."""
        if await live.is_reachable():
            await super().__call__(scope, receive, send)
            return
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": live.TRY_AGAIN_LATER})

    async def connect(self) -> None:
        self._groups: list[str] = []
        self._changed: set[Change] = set()
        self._told: deque[int] = deque(maxlen=MOST_REMEMBERED)
        self._presence: set[int] = set()
        self._has_notices = False
        self._news = Gathering(self._tell_news, gather=GATHER_SECONDS, pause=PAUSE_SECONDS)
        self._faces = Gathering(self._tell_faces, gather=GATHER_SECONDS, pause=FACES_PAUSE_SECONDS)
        self._frames: deque[float] = deque(maxlen=MAX_FRAMES)
        self._heard_at = time.monotonic()
        self._attending: Attending | None = None
        # Accepted first: a socket refused in the handshake cannot tell the page why.
        await self.accept()
        user = await self._user()
        if user is None:
            await self.close(code=SIGNED_OUT)
            return
        self.user_id, self._role = user.pk, user.role
        if user.is_staff_member:
            self._attending = Attending(user, self.page)
            await self._attending.arrive()
        for group in [live.group_of(user.pk), *([live.STAFF] if self.is_desk else [])]:
            await self.channel_layer.group_add(group, self.channel_name)
            self._groups.append(group)
        patrol().join(self)
        await self._send({"type": "ready"})

    async def disconnect(self, code: int) -> None:
        patrol().leave(self)
        self._news.cancel()
        self._faces.cancel()
        for group in self._groups:
            with contextlib.suppress(Exception):
                await self.channel_layer.group_discard(group, self.channel_name)
        if self._attending:
            await self._say_presence(await self._attending.leave())

    # --- What the page says

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        self._heard_at = time.monotonic()
        if text_data is None:
            await self.close(code=NOT_UNDERSTOOD)
        elif len(text_data) > frames.MAX_CHARACTERS:
            await self.close(code=TOO_BIG)
        elif self._is_flood():
            await self.close(code=TOO_MANY_FRAMES)
        else:
            try:
                await self._answer(frames.read(text_data))
            except frames.NotUnderstood:
                await self.close(code=NOT_UNDERSTOOD)

    async def _answer(self, frame: frames.Frame) -> None:
        if isinstance(frame, frames.Ping):
            # Through Redis: a page whose ping stays unanswered knows that it is cut off.
            with contextlib.suppress(Exception):
                async with asyncio.timeout(live.PATIENCE_SECONDS):
                    await self.channel_layer.send(self.channel_name, {"type": "pong"})
        elif isinstance(frame, frames.Resume):
            await self._resume(frame)
        elif self._attending is None:
            await self.close(code=NOT_YOURS)
        elif isinstance(frame, frames.Watch):
            self._attending.watched = frame.tickets
            self._presence |= frame.tickets
            self._faces.soon()
        elif isinstance(frame, frames.View):
            await self._view(self._attending, frame.ticket)
        else:
            await self._say_presence(await self._attending.compose(frame.doing, knows=frame.knows))

    async def _view(self, attending: Attending, number: int | None) -> None:
        user = await self._user()
        if number is not None and (user is None or number not in await gate.visible(user, [number])):
            number = None
        await self._say_presence(await attending.view(number))

    async def _resume(self, frame: frames.Resume) -> None:
        """Tell what was missed, or that it is too much to tell."""
        user = await self._user()
        if user is None:
            await self.close(code=SIGNED_OUT)
            return
        if frame.since is not None:
            events = await database_sync_to_async(missed.since)(frame.since)
        else:
            events = await database_sync_to_async(missed.after)(frame.after or 0)
        if events is None:
            await self._send({"type": "resync"})
        else:
            changes = {(event.pk, event.ticket_id, event.kind) for event in events}
            await self._tell(user, changes, has_notices=True)
        await self._send({"type": "resumed"})

    # --- What others say

    async def pong(self, message: dict[str, Any]) -> None:
        if await self._user() is None:
            await self.close(code=SIGNED_OUT)
            return
        await self._send({"type": "pong"})
        if self._attending and self._attending.watched:
            # What expired by itself was announced by nobody.
            self._presence |= self._attending.watched
            self._faces.soon()

    async def ticket_changed(self, message: dict[str, Any]) -> None:
        event = message["event"]
        if event not in self._told:
            self._told.append(event)
            self._changed.add((event, message["number"], message["kind"]))
            self._news.soon()

    async def notice_added(self, message: dict[str, Any]) -> None:
        self._has_notices = True
        self._news.soon()

    async def presence_changed(self, message: dict[str, Any]) -> None:
        if self._attending and message["number"] in self._attending.watched:
            self._presence.add(message["number"])
            self._faces.soon()

    # --- Relaying

    async def _tell_news(self) -> bool:
        changed, self._changed = self._changed, set()
        has_notices, self._has_notices = self._has_notices, False
        return await self._relay(lambda user: self._tell(user, changed, has_notices=has_notices))

    async def _tell_faces(self) -> bool:
        numbers, self._presence = self._presence, set()
        return await self._relay(lambda user: self._tell_presence(user, numbers))

    async def _relay(self, tell: Callable[[User], Awaitable[None]]) -> bool:
        """Whether the page is still there to be told more."""
        try:
            user = await self._user()
            if user is None:
                await self.close(code=SIGNED_OUT)
                return False
            await tell(user)
        except Exception:
            logger.exception("live_relay_failed")
            await self.close(code=live.TRY_AGAIN_LATER)
            return False
        return True

    async def _tell(self, user: User, changed: Iterable[Change], *, has_notices: bool) -> None:
        if has_notices:
            await self._send({"type": "notice.added"})
        numbers = {number for _, number, _ in changed}
        if len(numbers) > MOST_TICKETS:
            await self._send({"type": "resync"})
            return
        visible = await gate.visible(user, numbers)
        for event, number, kind in sorted(changed):
            if number in visible and (user.is_staff_member or kind in CUSTOMER_VISIBLE):
                await self._send({"type": "ticket.changed", "event": event, "number": number, "kind": kind})

    async def _tell_presence(self, user: User, numbers: set[int]) -> None:
        if self._attending is None or not user.is_staff_member:
            return
        visible = await gate.visible(user, numbers)
        for frame in await self._attending.news(visible):
            await self._send(frame)

    async def _say_presence(self, numbers: Iterable[int]) -> None:
        """Tell the desk's other pages that somebody came, went, or began or stopped to write here."""
        for number in numbers:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(live.PATIENCE_SECONDS):
                    message = {"type": "presence.changed", "number": number}
                    await self.channel_layer.group_send(live.STAFF, message)

    async def _send(self, message: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps(message))

    # --- Who, and how much

    @property
    def page(self) -> str:
        """A name of this page that no other has."""
        return str(self.channel_name)

    @property
    def is_desk(self) -> bool:
        return self._attending is not None

    async def prove(self) -> None:
        """End the page of who has lost the session or the role it was opened in, and one that went silent."""
        user = await self._user()
        if user is None or user.role != self._role:
            await self.close(code=SIGNED_OUT)
        elif time.monotonic() - self._heard_at > SILENT_SECONDS:
            await self.close(code=SILENT)

    async def close(self, code: int | None = None, reason: str | None = None) -> None:
        patrol().leave(self)
        await super().close(code=code, reason=reason)

    async def _user(self) -> User | None:
        """Whose session this is now, read again from the database. None after a sign-out or deactivation."""
        return await gate.person(self.scope["session"].session_key)

    def _is_flood(self) -> bool:
        now = time.monotonic()
        is_full = len(self._frames) == MAX_FRAMES
        is_flood = is_full and now - self._frames[0] < PER_SECONDS
        self._frames.append(now)
        return is_flood
