"""Who is here, who is away, and how much everybody has: what the pages of availability show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Q

from accounts.models import User
from routing import presence
from routing.absences import URGENT
from routing.choosing import Desk
from routing.desk import read_desk
from routing.models import Absence, RulesVersion
from routing.people import Person
from routing.rules import RuleSet
from tickets.models import Ticket


@dataclass(frozen=True)
class Line:
    """One person in the overview."""

    user: User
    facts: Person
    held: int
    load: int
    urgent: int  # P1 and P2 among all their active tickets
    waiting: int  # for the customer, or on hold
    absence: Absence | None
    next_absence: Absence | None
    works_now: bool
    is_here: bool | None  # None: nobody knows
    skills: list[str] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        return self.facts.capacity is not None and self.load >= self.facts.capacity

    @property
    def is_busy(self) -> bool:
        """Nearly full: at least four fifths."""
        return self.facts.capacity is not None and self.load * 5 >= self.facts.capacity * 4


def rules_now() -> RuleSet:
    version = RulesVersion.in_force()
    return version.read if version else RuleSet()


def lines(users: Iterable[User], now: datetime) -> list[Line]:
    """These people as they stand now: the same queries, however many they are."""
    users = list(users)
    desk = read_desk(rules_now(), now)
    here = presence.here([user.pk for user in users])
    absences: dict[int, list[Absence]] = defaultdict(list)
    for absence in Absence.objects.not_over(now).filter(user__in=users).select_related("substitute"):
        absences[absence.user_id].append(absence)
    counts = {
        row["assignee"]: row
        for row in Ticket.objects.active()
        .filter(assignee__in=users)
        .values("assignee")
        .annotate(
            urgent=Count("pk", filter=Q(priority__in=URGENT)),
            waiting=Count("pk", filter=Q(status__in=[Ticket.Status.PENDING, Ticket.Status.ON_HOLD])),
        )
        .order_by()
    }
    return [
        _line(user, desk, counts.get(user.pk, {}), absences[user.pk], here, now)
        for user in users
        if user.pk in desk.people
    ]


def _line(
    user: User,
    desk: Desk,
    counts: dict[str, int],
    absences: list[Absence],
    here: Iterable[int] | None,
    now: datetime,
) -> Line:
    facts = desk.people[user.pk]
    return Line(
        user=user,
        facts=facts,
        held=desk.held[user.pk],
        load=desk.load[user.pk],
        urgent=counts.get("urgent", 0),
        waiting=counts.get("waiting", 0),
        absence=next((one for one in absences if one.starts_at <= now), None),
        next_absence=next((one for one in absences if one.starts_at > now), None),
        works_now=facts.works(now),
        is_here=None if here is None else user.pk in here,
        skills=[str(product) for product in user.products.all()],
    )
