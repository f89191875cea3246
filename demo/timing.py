"""When each move of a story happens, relative to the first start of the desk.

What is over was played in office hours and ends some days ago; what is open has its last turns just before
now, after a wait for the customer, so that no clock of the demo is late by accident on any day and hour of
the first start. `missed` in a story stretches one of the desk's moves beyond its target.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings

from demo import script
from demo.hours import Hours, hours_of, next_slots
from demo.script import Move
from demo.texts import Person, Story
from sla.defaults import TARGETS
from tickets.models import Priority

Minutes = tuple[float, float]

# From the move before, by priority; one of the desk's promises is 2 h at the least where a range ends at 110.
TAKING: Mapping[str, Minutes] = {"P1": (1, 4), "P2": (3, 13), "P3": (6, 42), "P4": (10, 90)}
ANSWERING: Mapping[str, Minutes] = {"P1": (4, 14), "P2": (15, 70), "P3": (25, 110), "P4": (30, 110)}
CUSTOMER: Mapping[str, Minutes] = {"P1": (3, 12), "P2": (20, 200), "P3": (90, 1300), "P4": (120, 2400)}
WRITING: Minutes = (2, 8)
LOOKING: Minutes = (4, 20)
CLICKING: Minutes = (1, 5)

# How long ago the last turn of an open ticket was, and the shortest wait for the customer before it.
LATELY: Mapping[str, Minutes] = {"P1": (6, 22), "P2": (8, 100), "P3": (20, 300), "P4": (60, 900)}
LAST_WAIT: Mapping[str, Minutes] = {"P1": (4, 9), "P2": (25, 60), "P3": (60, 200), "P4": (60, 200)}
# How long ago nobody-has-it-yet tickets were filed.
WAITING: Mapping[str, Minutes] = {"P3": (21, 96), "P4": (35, 150)}

# Days ago at which the first and the last story of a state come to their end.
ENDED: Mapping[str, tuple[float, float]] = {
    "closed": (33, 8.2),
    "resolved": (3.4, 0.05),
    "on_hold": (14, 2),
    "pending": (6, 0.1),
}
LATE = 1.13  # a missed promise, in terms of its target
STILL_TIME = 2.0  # hours before the end of a shift after which nobody writes to it

Timed = tuple[datetime, Move]


def timeline(story: Story, people: Mapping[str, Person], now: datetime, place: float) -> list[Timed]:
    """The moves of a story that is not live, each with its moment, all of them before `now`.

    `place` is where the story stands among those of its state, from 0 for the oldest to 1.
    """
    moves = script.moves(story)
    if story.state == "new":
        return [(now - _between(WAITING[story.priority], _dice(story)), moves[0])]
    if story.state == "open":
        return _open(story, moves, people, now)
    first, last = ENDED[story.state]
    return _over(story, moves, people, now - timedelta(days=first + (last - first) * place))


def live(story: Story, opening: datetime) -> list[Timed]:
    """A ticket whose response is due `due_in_seconds` after `opening`."""
    response, _resolution = TARGETS[Priority(story.priority)]
    filed_at = opening + timedelta(seconds=story.due_in_seconds) - response
    return [(filed_at, move) for move in script.moves(story)]


def _open(story: Story, moves: Sequence[Move], people: Mapping[str, Person], now: datetime) -> list[Timed]:
    """Count the turns after the last question back from now; everything before it was in office hours."""
    dice = _dice(story)
    asked = max(number for number, move in enumerate(moves) if move.verb == "ask")
    gaps = [_gap(story, moves, number, dice) for number in range(asked + 2, len(moves))]
    last_at = now - _between(LATELY[story.priority], dice)
    tail = []
    for move, gap in zip(reversed(moves[asked + 1 :]), [*reversed(gaps), timedelta()], strict=True):
        tail.append((last_at, move))
        last_at -= gap
    tail.reverse()
    wait = _between(LAST_WAIT[story.priority], dice)
    return [*_over(story, moves[: asked + 1], people, tail[0][0] - wait), *tail]


def _over(story: Story, moves: Sequence[Move], people: Mapping[str, Person], latest: datetime) -> list[Timed]:
    """The moves played forward from the last start that lets them end by `latest`."""
    step = timedelta(minutes=10) if story.priority == "P1" else timedelta(hours=8)
    start = latest
    while True:
        timed = list(_forward(story, moves, people, start))
        ends = [at for at, move in timed if move.verb != "close_by_itself"]
        if ends[-1] <= latest:
            return timed
        start -= step


def _forward(
    story: Story, moves: Sequence[Move], people: Mapping[str, Person], start: datetime
) -> Iterator[Timed]:
    dice = _dice(story)
    at = _filed(story, people, start, dice)
    yield at, moves[0]
    for number, move in enumerate(moves[1:], start=1):
        at += _gap(story, moves, number, dice)
        if move.by:
            # A P1 keeps everybody at their desks.
            there = [] if story.priority == "P1" else _there(story, move, people)
            at = _not_before(at, there, dice)
        yield at, move


def _filed(story: Story, people: Mapping[str, Person], start: datetime, dice: random.Random) -> datetime:
    """A P1 that is still open is hours old at the most, whatever day it is."""
    if story.priority == "P1" and story.state == "open":
        return start
    left = STILL_TIME + _first_gap(story) / timedelta(hours=1)
    there = [hours_of(people[story.requester]), hours_of(people[story.first_author]).shortened(left)]
    return dice.choice(next_slots(start, there)) + _between((0, 9), dice)


def _first_gap(story: Story) -> timedelta:
    """How much later than usual the first answer comes."""
    response, _resolution = TARGETS[Priority(story.priority)]
    return response * LATE if story.missed == "response" else timedelta()


def _there(story: Story, move: Move, people: Mapping[str, Person]) -> list[Hours]:
    """Who has to be awake. Customers write while somebody is there to read it."""
    own = hours_of(people[move.by])
    if people[move.by].role != "requester":
        return [own]
    return [own, hours_of(people[story.assignee]).shortened(STILL_TIME)]


def _not_before(at: datetime, there: Sequence[Hours], dice: random.Random) -> datetime:
    if all(hours.includes(at) for hours in there):
        return at
    return dice.choice(next_slots(at, there)[:6]) + _between((0, 9), dice)


def _gap(story: Story, moves: Sequence[Move], number: int, dice: random.Random) -> timedelta:
    """How long the move with this number takes after the one before it."""
    move, before = moves[number], moves[number - 1]
    if move.verb == "close_by_itself":
        return settings.AUTO_CLOSE_AFTER + _between((0, 10), dice)
    usual = _between(_range(story, move, before), dice)
    return _stretched(story, moves, number) or usual


def _range(story: Story, move: Move, before: Move) -> Minutes:
    if move.verb == "take":
        return TAKING[story.priority]
    if move.verb in ("hold", "close", "set_priority", "hand_over"):
        return CLICKING
    if move.verb == "resolve" and not move.body:
        return LOOKING
    if move.by == story.requester:
        return CUSTOMER[story.priority]
    if before.verb in ("take", "set_priority"):
        return WRITING
    return (
        LOOKING if move.verb == "note" or before.verb in ("hand_over", "note") else ANSWERING[story.priority]
    )


def _stretched(story: Story, moves: Sequence[Move], number: int) -> timedelta | None:
    """The gap of the move with which a story misses its promise; nothing for every other move."""
    _response, resolution = TARGETS[Priority(story.priority)]
    if moves[number].verb == "take":
        return _first_gap(story)
    if story.missed == "resolution" and resolution and number == _answer_to_customer(story):
        return resolution * LATE
    return None


def _answer_to_customer(story: Story) -> int:
    """The number of the desk's first public word after the customer's first answer."""
    moves = script.moves(story)
    answered = next(n for n, move in enumerate(moves) if n and move.by == story.requester)
    return next(
        n for n, move in enumerate(moves) if n > answered and move.is_public and move.by != story.requester
    )


def _between(minutes: Minutes, dice: random.Random) -> timedelta:
    return timedelta(seconds=round(dice.uniform(*minutes) * 60))


def _dice(story: Story) -> random.Random:
    """The same throws for a story at every start."""
    return random.Random(story.index)
