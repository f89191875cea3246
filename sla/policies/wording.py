"""A draft of a policy in words, line by line; two drafts compared in the same words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from helpdesk.lists import listed
from sla import ladder
from sla.durations import tell
from sla.ladder import Step
from sla.models import Calendar
from sla.policies.drafts import Draft, DraftRow
from tickets.models import Ticket


@dataclass(frozen=True)
class Difference:
    """One line that differs. Empty words: the line is not there."""

    subject: str
    before: str
    after: str


def differences(before: Draft | None, after: Draft) -> list[Difference]:
    """What changed from one version to the next, in the order of the editor."""
    names = {calendar.pk: str(calendar) for calendar in Calendar.objects.all()}
    old, new = lines(before, names) if before else {}, lines(after, names)
    return [
        Difference(subject, old.get(subject, ""), new.get(subject, ""))
        for subject in [*new, *(gone for gone in old if gone not in new)]
        if old.get(subject) != new.get(subject)
    ]


def lines(draft: Draft, calendar_names: Mapping[int, str]) -> dict[str, str]:
    """What the draft says: subject to words."""
    found: dict[str, str] = {}
    for row in draft.rows:
        found |= _of_row(row, calendar_names)
    found[_("Warning levels")] = told_levels(draft.levels)
    found[_("Next answers")] = (
        _("promised like the first answer") if draft.next_response else _("not promised")
    )
    found[_("Answers by the bot")] = (
        _("count as first answer") if draft.bot_meets_response else _("do not count as first answer")
    )
    found[_("After a reopening")] = (
        _("at least %(time)s are left") % {"time": tell(draft.reopen_floor)}
        if draft.reopen_floor
        else _("the time that was left")
    )
    found[_("Reminders of a broken promise")] = (
        _("every %(time)s of working time") % {"time": tell(draft.renotice_every)}
        if draft.renotice_every
        else pgettext("reminders", "none")
    )
    for step in draft.ladder:
        found[_("When %(level)s") % {"level": ladder.label(step.level)}] = told_step(step)
    return found


def _of_row(row: DraftRow, calendar_names: Mapping[int, str]) -> dict[str, str]:
    of = {"priority": row.priority}
    return {
        _("%(priority)s first answer") % of: tell(row.response),
        _("%(priority)s solution") % of: tell(row.resolution) if row.resolution else _("by agreement"),
        _("%(priority)s counted on") % of: calendar_names.get(row.calendar, "?"),
        _("%(priority)s solution pauses while") % of: told_pauses(row.pauses),
    }


def told_pauses(statuses: tuple[str, ...]) -> str:
    names = [str(Ticket.Status(status).label) for status in statuses]
    return listed(names) or _("never")


def told_levels(levels: tuple[int, ...]) -> str:
    shares = [f"{level} %" for level in levels if level != 100]
    return listed(shares) or pgettext("levels", "none")


def joined(words: Sequence[str]) -> str:
    """ "a, b and c" """
    if len(words) < 2:
        return "".join(words)
    return _("%(words)s and %(last)s") % {"words": listed(words[:-1]), "last": words[-1]}


def told_step(step: Step) -> str:
    """What a step of the ladder does: "tells the assignee, also by mail; then move it one tier up"."""
    parts = []
    if step.tell:
        who = joined([str(role.label) for role in step.tell])
        parts.append((_("tells %(who)s, also by mail") if step.mail else _("tells %(who)s")) % {"who": who})
    parts += [str(deed.label) for deed in step.do]
    return _("; then ").join(parts)
