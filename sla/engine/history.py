"""What happened to a ticket, as far as its clocks care, and the fold that condenses it.

`apply` takes one event, `fold` a whole history; folding step by step and all at once give the same state,
because the state is nothing but the condensed history. It knows no policy, calendar or time of day, so one
state can be read under several policies (`sla.engine.clocks`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sla.engine.policy import Status, Target
from sla.worktime import to_utc


class Origin(StrEnum):
    """How the ticket came to be (B6)."""

    REQUEST = "request"  # web, mail, API, alert, a split: somebody waits for an answer
    LIVE = "live"  # phone or chat taken by an agent: answered while it was asked
    OUTBOUND = "outbound"  # opened by an agent without a customer's request: nothing to answer


class Author(StrEnum):
    AGENT = "agent"  # a human of any tier
    BOT = "bot"
    SYSTEM = "system"  # automatic acknowledgements and notices
    REQUESTER = "requester"
    COLLEAGUE = "colleague"  # of the requester


@dataclass(frozen=True, slots=True)
class Created:
    """Our server accepted the request (B1)."""

    at: datetime
    priority: str
    origin: Origin = Origin.REQUEST
    status: Status = Status.NEW
    id: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """A reply or a note. `accepted`: our send queue took it, or it came in from outside (B2 d)."""

    at: datetime
    author: Author
    public: bool = True
    accepted: bool = True
    id: int = 0


@dataclass(frozen=True, slots=True)
class StatusChanged:
    at: datetime
    to: Status
    reason: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class PriorityChanged:
    at: datetime
    to: str
    reason: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class DateAgreed:
    """An agent or TAM told the customer, in a public message, by when it will be resolved (B13)."""

    at: datetime
    due_at: datetime
    id: int = 0


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Merged into another ticket, spam or a duplicate: the open clocks end without a result (B14)."""

    at: datetime
    reason: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class StartMoved:
    """The merging agent confirmed that the survivor's clocks start with the older source (B14)."""

    at: datetime
    started_at: datetime
    id: int = 0
    source: str = ""  # the ticket that was merged in; names the move when the merge is undone


@dataclass(frozen=True, slots=True)
class StartRestored:
    """The merge was undone: the survivor's clocks start as if that source had never been merged in."""

    at: datetime
    source: str
    id: int = 0


@dataclass(frozen=True, slots=True)
class Restored:
    """A merge, or the closing as spam or duplicate, was undone: the clocks go on as if it had not been.

    The time in between counts: the customer waited all the while.
    """

    at: datetime
    id: int = 0


@dataclass(frozen=True, slots=True)
class Voided:
    """A manager took a clock out of the count, with a reason (B12). `cycle` counts next responses from 1."""

    at: datetime
    target: Target
    by: str
    reason: str
    cycle: int = 1
    id: int = 0


HistoryEvent = (
    Created
    | Message
    | StatusChanged
    | PriorityChanged
    | DateAgreed
    | Cancelled
    | Restored
    | StartMoved
    | StartRestored
    | Voided
)


class Turn(NamedTuple):
    """Priority and status from one instant on, and the agreed date then in force."""

    at: datetime
    priority: str
    status: Status
    agreed: DateAgreed | None = None
    reason: str = ""


class Utterance(NamedTuple):
    """Somebody took the word in public. Only the first message of each run is kept (B2, B16)."""

    at: datetime
    author: Author


class TicketState(NamedTuple):
    """A ticket's condensed history, enough to tell every clock under any policy."""

    created_at: datetime
    origin: Origin
    turns: tuple[Turn, ...]
    last_at: datetime
    talk: tuple[Utterance, ...] = ()
    agreements: tuple[DateAgreed, ...] = ()
    voids: tuple[Voided, ...] = ()
    cancelled: Cancelled | None = None
    start_moves: tuple[StartMoved, ...] = ()
    reopenings: int = 0

    @property
    def now(self) -> Turn:
        """The priority and status that the ticket has at the end of its history."""
        return self.turns[-1]

    @property
    def is_over(self) -> bool:
        """Closed or cancelled: results are final, later events change no clock (B7, B14, B15)."""
        return self.cancelled is not None or self.now.status is Status.CLOSED


class InvalidHistory(ValueError):
    """Events out of order, or a history that does not begin with exactly one creation."""


def fold(events: Iterable[HistoryEvent]) -> TicketState:
    """Condense a whole history, ordered by (at, id) whatever the order it comes in (C5, C6)."""
    state: TicketState | None = None
    for event in sorted(events, key=lambda event: (to_utc(event.at), event.id)):
        state = apply(state, event)
    if state is None:
        raise InvalidHistory("a history begins with the creation of the ticket")
    return state


def apply(state: TicketState | None, event: HistoryEvent) -> TicketState:
    """The state after one more event.

    Raises InvalidHistory when the event is older than the last one: a late mail (C5) needs `fold` anew.
    """
    if isinstance(event, Created):
        return _create(state, event)
    if state is None:
        raise InvalidHistory("a history begins with the creation of the ticket")
    at = to_utc(event.at)
    if at < state.last_at:
        raise InvalidHistory(f"{at} is before {state.last_at}")
    state = state._replace(last_at=at)

    if isinstance(event, Voided):
        return state._replace(voids=(*state.voids, event))
    if isinstance(event, Restored):
        return state._replace(cancelled=None)
    if isinstance(
        event, StartRestored
    ):  # even after the end: the merge is undone, whatever became of the ticket
        return state._replace(start_moves=tuple(m for m in state.start_moves if m.source != event.source))
    if state.is_over:
        return state
    match event:
        case Message():
            return _hear(state, event, at)
        case StatusChanged():
            return _turn(state, at, status=event.to, reason=event.reason)
        case PriorityChanged():
            return _turn(state, at, priority=event.to, reason=event.reason)
        case DateAgreed():
            agreed = replace(event, at=at, due_at=to_utc(event.due_at))
            return _turn(state, at, agreed=agreed)._replace(agreements=(*state.agreements, agreed))
        case Cancelled():
            return state._replace(cancelled=replace(event, at=at))
        case StartMoved():
            return _move_start(state, event, at)


def _create(state: TicketState | None, event: Created) -> TicketState:
    if state is not None:
        raise InvalidHistory("a ticket is created once")
    at = to_utc(event.at)
    return TicketState(at, event.origin, (Turn(at, event.priority, event.status),), last_at=at)


def _hear(state: TicketState, message: Message, at: datetime) -> TicketState:
    """Take a message into account; only public ones that went out or came in count (B2, B3)."""
    if not message.public or not message.accepted:
        return state
    if message.author is not Author.SYSTEM and (
        not state.talk or state.talk[-1].author is not message.author
    ):
        state = state._replace(talk=(*state.talk, Utterance(at, message.author)))
    by_customer = message.author in (Author.REQUESTER, Author.COLLEAGUE)
    if by_customer and state.now.status in (Status.PENDING, Status.RESOLVED):  # B4, B8
        return _turn(state, at, status=Status.OPEN)
    return state


def _turn(
    state: TicketState,
    at: datetime,
    *,
    status: Status | None = None,
    priority: str | None = None,
    agreed: DateAgreed | None = None,
    reason: str = "",
) -> TicketState:
    before = state.now
    after = Turn(
        at,
        priority or before.priority,
        status or before.status,
        agreed or before.agreed,
        reason if status else before.reason,
    )
    if after[1:4] == before[1:4]:  # priority, status and agreed date as they were
        return state
    reopens = before.status is Status.RESOLVED and after.status not in (Status.RESOLVED, Status.CLOSED)
    return state._replace(turns=(*state.turns, after), reopenings=state.reopenings + reopens)


def _move_start(state: TicketState, event: StartMoved, at: datetime) -> TicketState:
    started_at = to_utc(event.started_at)
    if started_at >= state.created_at:
        return state
    moved = StartMoved(at, started_at, event.id, event.source)
    return state._replace(start_moves=(*state.start_moves, moved))
