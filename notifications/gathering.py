"""What is to be told soon: a burst goes out together, and not again at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


class Gathering:
    """Calls `tell` a moment after `soon()`, and then not before `pause` seconds are over."""

    def __init__(self, tell: Callable[[], Awaitable[bool]], *, gather: float, pause: float) -> None:
        self._tell = tell  # returns whether to go on
        self._gather = gather
        self._pause = pause
        self._is_asked = False
        self._running: asyncio.Task[None] | None = None

    def soon(self) -> None:
        self._is_asked = True
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())

    def cancel(self) -> None:
        if self._running:
            self._running.cancel()

    async def _run(self) -> None:
        while self._is_asked:
            await asyncio.sleep(self._gather)
            self._is_asked = False
            if not await self._tell():
                return
            await asyncio.sleep(self._pause)
