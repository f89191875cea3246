"""When the clocks of a ticket start, stop and end (B1 - B3, B5 - B8, B14, B16)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sla.engine.history import Author, Origin, TicketState
from sla.engine.policy import STOPPING, Policy, Status, Target


class Life(NamedTuple):
    """From when to when a clock counts. `ended_at`: the ticket was closed or cancelled under it."""

    target: Target
    started_at: datetime
    stopped_at: datetime | None = None
    ended_at: datetime | None = None
    provisional: bool = False
    cycle: int = 1
    applies: bool = True


def lives(state: TicketState, policy: Policy) -> Iterator[Life]:
    """When the clocks of this ticket start, stop and end."""
    yield response_life(state, policy)
    yield _resolution(state)
    if policy.next_response:
        since = policy.next_response_from
        for life in _next_responses(state, policy):
            if since is None or life.started_at >= since:
                yield life


def _answering(policy: Policy) -> tuple[Author, ...]:
    """Whose public message meets a response (B2, B3)."""
    return (Author.AGENT, Author.BOT) if policy.bot_meets_response else (Author.AGENT,)


def _ended_at(state: TicketState) -> datetime | None:
    if state.cancelled is not None:
        return state.cancelled.at
    return state.now.at if state.now.status is Status.CLOSED else None


def _started_at(state: TicketState, stopped_at: datetime | None) -> datetime:
    """Creation (B1), or the start of the oldest source merged in while the clock was open (B14)."""
    moved = (move.started_at for move in state.start_moves if stopped_at is None or stopped_at > move.at)
    return min(moved, default=state.created_at)


def response_life(state: TicketState, policy: Policy) -> Life:
    if state.origin is Origin.OUTBOUND:
        return Life(Target.RESPONSE, state.created_at, applies=False)
    if state.origin is Origin.LIVE:
        return Life(Target.RESPONSE, state.created_at, stopped_at=state.created_at)
    answering = _answering(policy)
    answered_at = next((spoken.at for spoken in state.talk if spoken.author in answering), None)
    return Life(Target.RESPONSE, _started_at(state, answered_at), answered_at, _ended_at(state))


def _resolution(state: TicketState) -> Life:
    """Stopped by resolving, provisionally until closed; closing keeps the instant of resolving (B7)."""
    stopped_at = None
    for turn in reversed(state.turns):
        if turn.status not in STOPPING:
            break
        stopped_at = turn.at
    return Life(
        Target.RESOLUTION,
        _started_at(state, stopped_at),
        stopped_at,
        _ended_at(state),
        provisional=stopped_at is not None and not state.is_over,
    )


def _next_responses(state: TicketState, policy: Policy) -> Iterator[Life]:
    """One clock for each customer message that opens a question after the first response (B16)."""
    answering = _answering(policy)
    asked_at: datetime | None = None
    cycle = 0
    answered_once = state.origin is not Origin.REQUEST
    for spoken in state.talk:
        if spoken.author in answering:
            if asked_at is not None:
                yield Life(Target.NEXT_RESPONSE, asked_at, stopped_at=spoken.at, cycle=cycle)
            asked_at, answered_once = None, True
        elif answered_once and asked_at is None and spoken.author is not Author.BOT:
            asked_at = spoken.at
            cycle += 1
    if asked_at is not None:
        yield Life(Target.NEXT_RESPONSE, asked_at, ended_at=_ended_at(state), cycle=cycle)
