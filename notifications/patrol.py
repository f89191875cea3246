"""A walk past all open sockets of this process, every second.

Who signed out, was deactivated, or has a new password or role loses the socket now and not with the next
change; who went silent is let go; who is still there is kept among those present. One walk costs two queries,
however many sockets there are.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import structlog

from notifications import live
from presence import here, pages

if TYPE_CHECKING:
    from notifications.consumers import LiveConsumer

logger = structlog.get_logger(__name__)

PERIOD_SECONDS = 1.0
REDIS_SECONDS = 5.0
# Well within the time after which a page that nobody vouches for counts no more.
PRESENCE_SECONDS = 15.0


class Patrol:
    """The sockets of one event loop."""

    def __init__(self) -> None:
        self._sockets: set[LiveConsumer] = set()
        self._walk: asyncio.Task[None] | None = None

    def join(self, socket: LiveConsumer) -> None:
        self._sockets.add(socket)
        if self._walk is None:
            self._walk = asyncio.create_task(self._walk_on())

    def leave(self, socket: LiveConsumer) -> None:
        self._sockets.discard(socket)

    async def _walk_on(self) -> None:
        vouched_at = listened_at = time.monotonic()
        while self._sockets:
            try:
                await asyncio.gather(*[socket.prove() for socket in self._sockets])
                if time.monotonic() - listened_at > REDIS_SECONDS:
                    await self._let_go_if_deaf()
                    listened_at = time.monotonic()
                if time.monotonic() - vouched_at > PRESENCE_SECONDS:
                    vouched_at = time.monotonic()
                    await self._vouch()
            except Exception:
                # The database may be away for a moment; what is relayed is asked about by itself.
                logger.exception("live_patrol_failed")
            await asyncio.sleep(PERIOD_SECONDS)
        self._walk = None

    async def _let_go_if_deaf(self) -> None:
        """Without Redis nothing is heard: the pages had better know, and ask by themselves."""
        if not await live.is_reachable():
            await asyncio.gather(*[socket.close(live.TRY_AGAIN_LATER) for socket in list(self._sockets)])

    async def _vouch(self) -> None:
        desk = [socket for socket in self._sockets if socket.is_desk]
        await asyncio.to_thread(here.note_here, {socket.user_id for socket in desk})
        await asyncio.to_thread(pages.keep, [socket.page for socket in desk])


_patrols: WeakKeyDictionary[asyncio.AbstractEventLoop, Patrol] = WeakKeyDictionary()


def patrol() -> Patrol:
    """The one of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _patrols:
        _patrols[loop] = Patrol()
    return _patrols[loop]
