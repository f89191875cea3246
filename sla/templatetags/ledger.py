"""The ledger of a clock in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from django import template
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.models import User
from helpdesk.templatetags.look import duration, plain_moment
from sla.closures import Why
from sla.drawing import Tick
from sla.engine import RowBudget
from sla.explaining import Explanation
from sla.holding import Share, by_person, by_tier, held_now
from tickets.models import Ticket
from tickets.templatetags.promised import in_words

register = template.Library()

LEVEL = re.compile(r"(?P<kind>[a-z]+)(?P<number>\d*)(?P<days>d?)(?:-(?P<nth>\d+))?")


@register.filter
def hours(value: timedelta | None) -> str:
    """An amount of time as accounts add it up: "26 h 5 min", "40 s". Never days: see `in_words`."""
    if value is None:
        return ""
    seconds = round(value.total_seconds())
    whole, rest = divmod(seconds, 3600)
    parts = [(whole, _("%s h")), (rest // 60, _("%s min")), (0 if whole else rest % 60, _("%s s"))]
    return " ".join(unit % amount for amount, unit in parts if amount) or _("%s min") % 0


@register.filter
def duration_before(value: timedelta | None) -> str:
    """How long before the deadline something was done, from the time after it (which is below zero)."""
    return duration(-value) if value is not None else ""


@register.filter
def not_counted(told: Explanation) -> str:
    """What passed without counting: "1 hour 20 minutes waiting for the customer and 15 hours at night".

    Empty for an agreed date: pauses and calendars do not move it (rule B13).
    """
    if told.agreement_in_force:
        return ""
    found = [_pause(status) % {"time": in_words(amount)} for status, amount in told.paused_by_status.items()]
    found += [closed_in_words(why) % {"time": in_words(amount)} for why, amount in told.closed.items()]
    if told.resolved_time:
        found.append(_("%(time)s resolved, before it was reopened") % {"time": in_words(told.resolved_time)})
    return str(get_text_list(found, _("and")))


def _pause(status: str) -> str:
    if status == "pending":
        return _("%(time)s waiting for the customer")
    return _("%(time)s on hold")


@register.filter
def closed_in_words(why: Why) -> str:
    return {
        Why.NIGHT: _("%(time)s outside the hours of a working day"),
        Why.DAY_OFF: _("%(time)s on days off"),
        Why.HOLIDAY: _("%(time)s on public holidays"),
        Why.EXCEPTION: _("%(time)s closed on dates with hours of their own"),
    }[why]


@register.filter
def closed_time(closed: dict[Why, timedelta]) -> str:
    """The closed time of one stretch, by its reasons."""
    return str(
        get_text_list([closed_in_words(why) % {"time": in_words(t)} for why, t in closed.items()], _("and"))
    )


@register.filter
def level_in_words(name: str) -> str:
    """What a level of the scan is called: "75 % used", "1 business day before the agreed date"."""
    match = LEVEL.fullmatch(name)
    if match is None:
        return name
    kind, number = match["kind"], int(match["number"] or 0)
    if kind == "warn" and match["days"]:
        return ngettext(
            "%(count)d business day before the agreed date",
            "%(count)d business days before the agreed date",
            number,
        ) % {"count": number}
    words = {
        "warn": _("%(number)d %% of the time used"),
        "over": _("%(number)d %% of the time used, overdue"),
        "overdue": _("Reminder %(number)d of what is overdue"),
        "breach": pgettext("level of a clock", "Due"),
        "nudge": _("No date agreed, five business days after the first answer"),
        "passed": _("The agreed date passed during a pause"),
    }
    return words[kind] % {"number": number} if kind in words else name


@register.simple_tag
def row_in_words(row: RowBudget, told: Explanation) -> str:
    """Why a row of the policy governs, or does not (rules B10, B11)."""
    present = told.ledger.turns[-1].priority if told.ledger.turns else told.clock.priority
    facts = {"row": row.row, "present": present}
    if row.governs and row.budget is not None:
        if row.row == present:
            return _("Governs: it is the ticket's priority and runs out first.")
        return _("Governs: it has counted since before the change and runs out before %(present)s.") % facts
    if row.governs:
        return _("Governs by the agreed date.")
    if row.row < present:
        return _("Stands still: it counts only while the ticket is %(row)s or more urgent.") % facts
    if row.budget is None:
        return _("No target: a date is agreed with the customer.")
    if told.state.is_live:
        return _("Counts too, because %(present)s is at least as urgent; it runs out later.") % facts
    return _("Counted too, but was not the first to run out.")


@register.simple_tag
def tick(one: Tick) -> str:
    """The label of a round time on the axis, in the zone now active: "14:00", or "13 Jul" at midnight."""
    return plain_moment(one.at, "day" if one.is_day else "time")


@dataclass(frozen=True)
class Held:
    """How long each tier and person had a ticket; the person is None for the time with nobody."""

    tiers: dict[str, Share]
    people: list[tuple[User | None, Share]]


@register.simple_tag
def holding(ticket: Ticket) -> Held | None:
    """`{% holding ticket as held %}`: for the desk's own pages only (rule B9). Five queries."""
    found = held_now(ticket, timezone.now())
    if not found:
        return None
    shares = by_person(found)
    people = User.objects.in_bulk([pk for pk in shares if pk is not None])
    return Held(by_tier(found), [(people.get(pk or 0), share) for pk, share in shares.items()])
