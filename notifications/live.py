"""Live updates: short messages to open pages, with numbers and never with contents.

They pass through Redis and may be lost; a page that was cut off asks again for what it shows.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import structlog
from channels.layers import get_channel_layer

from accounts.models import Membership
from events.models import Event
from events.presenting import CUSTOMER_VISIBLE

logger = structlog.get_logger(__name__)

Letter = tuple[list[str], dict[str, Any]]
"""Groups of open pages, and what they are told."""

STAFF = "staff"
# The code with which a socket is closed while Redis is away.
TRY_AGAIN_LATER = 1013
PATIENCE_SECONDS = 1.0
# After a failure nothing is tried for a while: what is lost meanwhile, pages ask for when they are back.
PAUSE_SECONDS = 5.0


def group_of(user_id: int) -> str:
    return f"user-{user_id}"


def announce_tickets(events: Sequence[Event]) -> None:
    """Say to the desk, and to the customers whom it concerns, that their tickets have changed."""
    shown = [event.ticket.organization_id for event in events if event.kind in CUSTOMER_VISIBLE]
    leads = _leads_by_organization({key for key in shown if key is not None})
    letters = []
    for event in events:
        groups = [STAFF]
        if event.kind in CUSTOMER_VISIBLE:
            # Who on the customer's side may have it open. The socket asks again before it relays.
            customers = {event.ticket.requester_id, *leads.get(event.ticket.organization_id, [])}
            groups += [group_of(user_id) for user_id in customers]
        letters.append((groups, _changed(event)))
    send_all(letters)


def echo(event: Event) -> None:
    """Say it to the desk at once: a worker that is busy keeps nobody's screen from it.

    The worker says it once more when it announces the event; a socket tells its page of each event once.
    """
    send([STAFF], _changed(event))


def _changed(event: Event) -> dict[str, Any]:
    return {"type": "ticket.changed", "event": event.pk, "number": event.ticket_id, "kind": event.kind}


def announce_notices(people: Iterable[int]) -> None:
    """Say to these people, by their keys, that they have a new notice."""
    send([group_of(user_id) for user_id in people], {"type": "notice.added"})


def send(groups: list[str], message: dict[str, Any]) -> None:
    """Send to groups of open pages. Never blocks and never raises: Redis may be away or hang."""
    send_all([(groups, message)])


def send_all(letters: Sequence[Letter]) -> None:
    """The same for many: one after the other, so that a hundred do not want a hundred connections at once."""
    _publisher.publish(letters)


class _Publisher:
    """An event loop in a thread of its own, with a connection to Redis that stays open."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()
        self._paused_until = 0.0

    def publish(self, letters: Sequence[Letter]) -> None:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="live", daemon=True).start()
        asyncio.run_coroutine_threadsafe(self._publish(letters), self._loop)

    async def _publish(self, letters: Sequence[Letter]) -> None:
        layer = get_channel_layer()
        for groups, message in letters:
            if time.monotonic() < self._paused_until:
                return
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    for group in groups:
                        await layer.group_send(group, message)
            except Exception as error:
                self._paused_until = time.monotonic() + PAUSE_SECONDS
                logger.warning("live_update_lost", error=str(error) or type(error).__name__)


_publisher = _Publisher()


def _start_anew() -> None:
    """Threads do not survive a fork; the child gets its own."""
    global _publisher
    _publisher = _Publisher()


os.register_at_fork(after_in_child=_start_anew)


async def is_reachable() -> bool:
    """Whether Redis takes a message, to nobody, within a second."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await get_channel_layer().send("nobody", {"type": "nothing"})
    except Exception as error:
        logger.warning("live_updates_without_redis", error=str(error) or type(error).__name__)
        return False
    return True


def _leads_by_organization(organizations: Collection[int]) -> dict[int | None, list[int]]:
    leads: dict[int | None, list[int]] = {}
    if organizations:
        found = Membership.objects.filter(organization__in=organizations, role=Membership.Role.LEAD)
        for organization, user in found.values_list("organization", "user"):
            leads.setdefault(organization, []).append(user)
    return leads
