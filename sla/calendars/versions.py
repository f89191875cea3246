"""Write versions of calendars, and let open tickets follow them (rule C2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from helpdesk import hints
from sla import reapplying, worktime
from sla.calendars import zones
from sla.calendars.editing import tidied
from sla.calendars.locks import change_versions, only_one_applies
from sla.models import Calendar, CalendarVersion, Clock, Terms, ZoneDatabase
from sla.terms import bind

logger = structlog.get_logger(__name__)

BATCH = 200
YEARS_COUNTED_BACK, YEARS_COUNTED_ON = 2, worktime.HORIZON_YEARS


@transaction.atomic
def write(
    calendar: Calendar,
    definition: Mapping[str, Any],
    *,
    by: User | None,
    note: str = "",
    at: datetime | None = None,
) -> CalendarVersion:
    """Write the next version of a calendar, with the rules that its zone has now.

    It is in force for every ticket filed from the commit on; open ones follow in a job of their own. Raises
    InvalidCalendar.
    """
    change_versions()
    definition = tidied(definition)
    latest = calendar.versions.order_by("-number").first()
    now = at or timezone.now()
    version = CalendarVersion.objects.create(
        calendar=calendar,
        number=latest.number + 1 if latest else 1,
        definition=definition,
        zone_data=zones.rules_of(definition["tz"]),
        created_at=now,
        created_by=by,
        note=note,
        applied_at=None if latest else now,  # nothing counts on a new calendar yet
    )
    if latest:
        transaction.on_commit(_hint, robust=True)
    return version


def apply_all() -> int:
    """Let open tickets follow every version that came into force; returns how many tickets moved over.

    One process does this at a time, the others go on with something else. Each ticket moves once, however
    often this is called; one that cannot be moved is logged and tried again by the next run.
    """
    moved = 0
    with only_one_applies() as is_the_one:
        if is_the_one:
            to_apply = CalendarVersion.objects.filter(applied_at=None).select_related("calendar")
            for version in to_apply.order_by("pk"):
                moved += _apply(version)
    return moved


@transaction.atomic
def bring_up_to_date(ticket_id: int) -> None:
    """Let the live clocks of one ticket count on the present versions of their calendars."""
    live = Clock.objects.filter(ticket=ticket_id, state__in=reapplying.LIVE)
    exchange: dict[int, int] = {}
    facts: dict[str, Any] = {}
    for terms in Terms.objects.filter(clocks__in=live).select_related("policy_version").distinct():
        now = bind(terms.policy_version)
        if now != terms:
            exchange[terms.pk] = now.pk
            newer = now.calendars.exclude(pk__in=terms.calendars.all()).select_related("calendar")
            facts = _facts(newer.latest("created_at"))
    if exchange:
        reapplying.reapply([ticket_id], exchange, by=None, at=timezone.now(), **facts)


def outdated_terms(calendar: Calendar, latest: CalendarVersion) -> list[Terms]:
    """Terms that count on an earlier version of this calendar."""
    terms = Terms.objects.filter(calendars__calendar=calendar).exclude(calendars=latest)
    return list(terms.select_related("policy_version").order_by("pk"))


def _apply(version: CalendarVersion) -> int:
    outdated = outdated_terms(version.calendar, version.calendar.current)
    exchange = {terms.pk: bind(terms.policy_version).pk for terms in outdated}
    facts = _facts(version)
    moved, failed, last = 0, 0, 0
    while ids := _next(exchange, after=last):
        last = ids[-1]
        try:
            moved += len(reapplying.reapply(ids, exchange, by=version.created_by, at=timezone.now(), **facts))
        except Exception:
            logger.exception("calendar_batch_failed", calendar=version.calendar_id, tickets=len(ids))
            one_by_one = [_move_one(pk, exchange, version, facts) for pk in ids]
            moved += one_by_one.count(True)
            failed += one_by_one.count(False)
    if not failed:
        CalendarVersion.objects.filter(pk=version.pk).update(applied_at=timezone.now())
    return moved


def _facts(version: CalendarVersion) -> dict[str, Any]:
    """What the events of tickets say about the edit."""
    return {
        "calendar": version.calendar.name,
        "calendar_zh": version.calendar.name_zh,
        "calendar_version": version.number,
    }


def _next(exchange: Mapping[int, int], *, after: int) -> list[int]:
    tickets = reapplying.affected(list(exchange)).filter(pk__gt=after)
    return list(tickets.values_list("pk", flat=True)[:BATCH])


def _move_one(
    ticket_id: int, exchange: Mapping[int, int], version: CalendarVersion, facts: Mapping[str, Any]
) -> bool:
    try:
        reapplying.reapply([ticket_id], exchange, by=version.created_by, at=timezone.now(), **facts)
    except Exception:
        logger.exception("calendar_move_failed", ticket=ticket_id)
        return False
    return True


def follow_zone_database(now: datetime) -> list[CalendarVersion]:
    """Make a new version of each calendar that the machine's time zone database now counts differently.

    The release in use is noted the first time it is seen. A release that changes no open hour between two
    years ago and the horizon makes no version.
    """
    release = zones.database_version()
    _, is_new = ZoneDatabase.objects.get_or_create(version=release, defaults={"first_seen_at": now})
    if is_new:
        logger.info("zone_database_seen", release=release)
    written = []
    for calendar in Calendar.objects.all():
        version = _with_new_rules(calendar, release, now)
        if version:
            written.append(version)
    return written


@transaction.atomic
def _with_new_rules(calendar: Calendar, release: str, now: datetime) -> CalendarVersion | None:
    change_versions()
    current = calendar.current
    before = current.worktime()
    rules = zones.rules_of(before.zone)
    if rules == before.zone_data:
        return None
    after = worktime.Calendar.from_definition(current.definition, rules)
    years = range(now.year - YEARS_COUNTED_BACK, now.year + YEARS_COUNTED_ON + 1)
    if worktime.count_alike(before, after, years):
        return None
    return write(calendar, current.definition, by=None, note=f"tzdata {release}", at=now)


def _hint() -> None:
    from sla.tasks import follow_calendars

    hints.give(follow_calendars)
