"""Questions of many tasks that wait at the same time, answered at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Together(Generic[Question, Answer]):
    """`await together(question)` gathers what is asked while an answer is on its way, and asks it at once.

    `answer_all` gets the questions and returns the answers in their order. Event loops do not mix: a server
    has one, each test its own.
    """

    def __init__(self, answer_all: Callable[[list[Question]], Awaitable[list[Answer]]]) -> None:
        self._answer_all = answer_all
        self._waiting: WeakKeyDictionary[
            asyncio.AbstractEventLoop, list[tuple[Question, asyncio.Future[Answer]]]
        ] = WeakKeyDictionary()

    async def __call__(self, question: Question) -> Answer:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        waiting = self._waiting.get(loop)
        if waiting is None:
            waiting = self._waiting[loop] = []
            _keep(loop.create_task(self._run(loop)))
        waiting.append((question, answer))
        return await answer

    async def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        await asyncio.sleep(0)  # whoever was woken by the same message asks too
        while self._waiting[loop]:
            asked, self._waiting[loop] = self._waiting[loop], []
            await self._answer(asked)
        del self._waiting[loop]

    async def _answer(self, asked: list[tuple[Question, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self._answer_all([question for question, _ in asked])
        except Exception as error:
            for _, future in asked:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), answer in zip(asked, answers, strict=True):
            if not future.done():
                future.set_result(answer)


_running: set[asyncio.Task[None]] = set()


def _keep(task: asyncio.Task[None]) -> None:
    """The loop itself holds its tasks weakly."""
    _running.add(task)
    task.add_done_callback(_running.discard)
