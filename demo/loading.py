"""Fill an empty desk with a month of work (see README.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from demo import (
    coming_back,
    known_issues,
    learned,
    macros,
    notices,
    people,
    reading,
    routing,
    sdk_versions,
    texts,
    timing,
)
from demo.playing import Player, Step
from demo.texts import Story, Texts
from events.recording import silently
from tickets.models import Ticket

# Told what comes next and how many they are; gives what to tell how many of them are done.
Show = Callable[[str, int], Callable[[int], object]]


class NotEmpty(Exception):
    """The desk has tickets of its own."""


def is_loaded() -> bool:
    """Whether the demo's tickets are on this desk already."""
    emails = [person.email for person in texts.read().people.values() if person.role == "requester"]
    return Ticket.objects.filter(requester__email__in=emails).exists()


def load(*, show: Show) -> None:
    """Make the cast and play their tickets up to now: all or nothing, silently.

    The tickets that run out of time before the visitor's eyes are filed last, for by then some time has
    passed.
    """
    if Ticket.objects.exists() or User.objects.exists():
        raise NotEmpty
    demo = texts.read()
    now = timezone.now()
    with transaction.atomic(), silently():
        cast = people.make(demo, now)
        sdk_versions.write(cast, now)
        reading.publish(cast, now, show=show)
        reading.read(demo, cast, now)
        player = Player(cast)
        steps = history(demo, now)
        player.play(steps, until=now, played=show("moves on tickets", len(steps)))
        opening = timezone.now()
        player.play(_live(demo, opening), until=opening, played=lambda number: None)
        learned.hear(cast, now)
        learned.search(cast, opening)
        macros.write(cast)
        routing.write(cast, opening)
        known_issues.write(cast, opening)
        coming_back.write(cast, opening)
        notices.leave(opening - timedelta(days=1), opening)


def history(demo: Texts, now: datetime) -> list[Step]:
    """Everything that happened before `now`, but for the live tickets."""
    totals = Counter(story.state for story in demo.stories)
    so_far: Counter[str] = Counter()
    steps: list[Step] = []
    for story in demo.stories:
        place = so_far[story.state] / max(totals[story.state] - 1, 1)
        so_far[story.state] += 1
        if not story.is_live:
            steps += _steps(story, timing.timeline(story, demo.people, now, place))
    return sorted(steps)


def _live(demo: Texts, opening: datetime) -> list[Step]:
    live = [story for story in demo.stories if story.is_live]
    return [step for story in live for step in _steps(story, timing.live(story, opening))]


def _steps(story: Story, timed: list[timing.Timed]) -> list[Step]:
    return [Step(at, story.index, number, story, move) for number, (at, move) in enumerate(timed)]
