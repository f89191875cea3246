"""What one open page of one person of the desk says of itself, and what it is told of the others."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from accounts.models import User
from helpdesk.templatetags.look import tone
from presence import here, pages
from presence.pages import Doing, Entry


class Attending:
    """One page. What changes returns the numbers of the tickets whose other pages are to hear of it."""

    def __init__(self, user: User, page: str) -> None:
        self.watched: frozenset[int] = frozenset()
        self._page = page
        self._me = Entry(user.pk, str(user), user.initials, tone(user), 0, Doing.VIEW, 0.0)
        self._told: dict[int, list[dict[str, Any]]] = {}

    async def arrive(self) -> None:
        await asyncio.to_thread(here.note_here, [self._me.user])

    async def view(self, number: int | None) -> list[int]:
        """Look at a ticket, or at none."""
        before = self._me.ticket
        if number == (before or None):
            return []
        self._me = replace(
            self._me, ticket=number or 0, doing=Doing.VIEW, since=time.time(), writes_until=0.0, knows=False
        )
        await self._write()
        return [one for one in (before, self._me.ticket) if one]

    async def compose(self, doing: Doing, *, knows: bool) -> list[int]:
        """Begin, go on or stop to write on the ticket that is looked at."""
        now = time.time()
        before = self._me.now(now)
        if not before.ticket:
            return []
        since = before.since if doing == before.doing else now
        until = 0.0 if doing == Doing.VIEW else now + pages.WRITES_SECONDS
        self._me = replace(before, doing=doing, since=since, writes_until=until, knows=knows)
        await self._write()
        return [before.ticket] if (doing, knows) != (before.doing, before.knows) else []

    async def leave(self) -> list[int]:
        return await self.view(None)

    async def news(self, numbers: Collection[int]) -> list[dict[str, Any]]:
        """A frame for each of these watched tickets where something is other than this page was told."""
        wanted = self.watched & set(numbers)
        if not wanted:
            return []
        found = await pages.shared_on_tickets(wanted)
        frames = []
        for number in sorted(wanted):
            people = [_shown(entry) for entry in found[number] if entry.user != self._me.user]
            if people != self._told.get(number, []):
                self._told[number] = people
                frames.append({"type": "presence", "number": number, "people": people})
        return frames

    async def _write(self) -> None:
        if self._me.ticket:
            await asyncio.to_thread(pages.put, self._page, self._me)
        else:
            await asyncio.to_thread(pages.remove, self._page)


def _shown(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.user,
        "name": entry.name,
        "initials": entry.initials,
        "tone": entry.tone,
        "doing": entry.doing.value,
        "since": datetime.fromtimestamp(int(entry.since), UTC).isoformat(),
        "knows": entry.knows,
    }
