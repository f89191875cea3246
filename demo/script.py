"""What happens on each ticket, in order: a story's turns and its end state as moves. Times come later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from demo.texts import Story, Turn

# fmt: off
Verb = Literal[
    "file", "take", "set_priority", "hand_over", "ask", "reply", "note", "agree", "resolve", "hold", "close",
    "close_by_itself",
]
# fmt: on


@dataclass(frozen=True)
class Move:
    """One action on one ticket. `by` is a key of the cast; empty means the product itself."""

    verb: Verb
    by: str
    body: str = ""
    files: list[str] = field(default_factory=list)
    agreed_in_days: int = 0
    asks: list[str] = field(default_factory=list)

    @property
    def is_public(self) -> bool:
        return self.verb in ("file", "ask", "reply", "agree") or (self.verb == "resolve" and self.body != "")


def moves(story: Story) -> list[Move]:
    """Everything from the filing to the state the ticket is in now."""
    filing = Move("file", story.requester, story.body, story.files)
    return [filing, *_conversation(story), *_ending(story)]


def _conversation(story: Story) -> Iterator[Move]:
    holder = ""
    for number, turn in enumerate(story.conversation):
        if turn.by == "requester":
            yield Move("reply", story.requester, turn.body, turn.files)
            continue
        author = turn.author or story.assignee
        if not holder:
            yield Move("take", author)
            holder = author
            if story.filed_as:
                yield Move("set_priority", author)
        elif author != holder and author == story.assignee:
            yield Move("hand_over", holder)
            holder = author
        yield _said(story, turn, author, rest=story.conversation[number + 1 :])


def _said(story: Story, turn: Turn, author: str, *, rest: list[Turn]) -> Move:
    """Whoever expects an answer waits for it, so that the customer's time is not the desk's."""
    verb: Verb = "reply"
    if turn.by == "note":
        verb = "note"
    elif turn.agreed_in_days:
        verb = "agree"
    elif turn.resolves or (not rest and story.state in ("resolved", "closed")):
        verb = "resolve"
    elif story.state == "pending" if not rest else rest[0].by == "requester":
        verb = "ask"
    asks = story.asks if verb == "ask" and not rest else []
    return Move(verb, author, turn.body, turn.files, turn.agreed_in_days, asks)


def _ending(story: Story) -> Iterator[Move]:
    if story.state in ("resolved", "closed") and story.conversation[-1].by == "requester":
        yield Move("resolve", story.assignee)
    if story.state == "closed":
        yield Move("close", story.assignee) if story.closed_by_agent else Move("close_by_itself", "")
    if story.state == "on_hold":
        yield Move("hold", story.assignee)
