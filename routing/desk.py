"""Reads the desk: who works here, what they hold, whose turn was when. Seven queries, however many people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Count

from accounts.models import User
from routing import presence
from routing.choosing import Desk
from routing.models import Absence, Profile, TurnTaken
from routing.people import Away, Person
from routing.rules import RuleSet
from sla import worktime
from sla.policies.drafts import all_calendars
from tickets.models import Ticket

# A ticket that waits for its customer, or on hold, takes nobody's time.
HELD = (Ticket.Status.NEW, Ticket.Status.OPEN)

LOCK = 0x5C_A1_E2_F0


def hold_desk() -> None:
    """Decide one ticket after the other until this transaction ends, so that nobody is counted as free twice.

    Taken last, after the ticket: whoever waits for it holds nothing that its owner wants.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])


def read_desk(rules: RuleSet, at: datetime) -> Desk:
    """The desk as it is now."""
    people = read_people(absences_from=at)
    desk = Desk(people=people, weights=rules.weights)
    counts = (
        Ticket.objects.filter(status__in=HELD, assignee__in=list(people))
        .values_list("assignee", "priority")
        .annotate(Count("pk"))
        .order_by()
    )
    for person, priority, number in counts:
        desk.held[person] += number
        desk.load[person] += number * desk.weights[priority]
    keys = [rule.key for rule in rules.rules]
    turns = TurnTaken.objects.filter(rule__in=keys).values_list("rule", "user", "number")
    desk.turns = {(rule, user): number for rule, user, number in turns}
    if any(rule.needs_presence for rule in rules.rules):
        desk.here = presence.here(list(people))
    return desk


def read_people(*, absences_from: datetime) -> dict[int, Person]:
    """Everybody on the desk by key, with the absences that are not over then: in the order of the tiers."""
    users = User.objects.staff().active().prefetch_related("products").order_by("tier", "pk")
    profiles = Profile.objects.in_bulk()
    calendars = all_calendars()
    absences: dict[int, list[Away]] = defaultdict(list)
    rows = Absence.objects.not_over(absences_from).order_by("starts_at", "pk")
    for user, start, end, substitute in rows.values_list("user", "starts_at", "ends_at", "substitute"):
        absences[user].append(Away(start, end, substitute))
    return {user.pk: person_of(user, profiles.get(user.pk), calendars, absences[user.pk]) for user in users}


def person_of(
    user: User,
    profile: Profile | None,
    calendars: Mapping[int, worktime.Calendar],
    absences: Sequence[Away] = (),
) -> Person:
    return Person(
        id=user.pk,
        name=user.name,
        tier=user.tier,
        skills=frozenset(product.pk for product in user.products.all()),
        languages=frozenset(profile.languages if profile and profile.languages else [user.language]),
        capacity=profile.capacity if profile else None,
        hours=hours_of(user, profile, calendars),
        takes_turns=profile.takes_turns if profile else True,
        absences=tuple(absences),
    )


def hours_of(
    user: User, profile: Profile | None, calendars: Mapping[int, worktime.Calendar]
) -> worktime.Calendar | None:
    """When somebody works: a calendar of the desk, or a week of their own in their zone. None: not said."""
    if profile is None:
        return None
    if profile.calendar_id:
        return calendars.get(profile.calendar_id)
    if not profile.hours:
        return None
    return worktime.Calendar.from_definition({"tz": str(user.zone), "hours": profile.hours})
