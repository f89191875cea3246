"""What people do to calendars: prepare changes in a draft, put them in force, rename."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from helpdesk.errors import InvalidInput, InvalidTransition
from sla import calendar_rules
from sla.calendars import versions
from sla.calendars.editing import tidied
from sla.models import Calendar, CalendarDraft, CalendarVersion
from sla.worktime import InvalidCalendar, Problem

NOTE_LENGTH = 200


def draft_of(author: User, calendar: Calendar | None) -> CalendarDraft:
    """The author's draft of a calendar (None: of a new one), or one not saved yet that changes nothing."""
    draft = CalendarDraft.objects.filter(author=author, calendar=calendar).first()
    if draft is not None:
        return draft
    current = calendar.current if calendar else None
    return CalendarDraft(
        author=author,
        calendar=calendar,
        based_on=current,
        definition=current.definition if current else {},
    )


def begin(author: User, *, name: str, name_zh: str, definition: Mapping[str, Any]) -> CalendarDraft:
    """Start a new calendar, in place of one that this person began before."""
    draft, _is_new = CalendarDraft.objects.update_or_create(
        author=author,
        calendar=None,
        defaults={
            "name": name,
            "name_zh": name_zh,
            "definition": tidied(definition),
            "changed_at": timezone.now(),
        },
    )
    return draft


def change(draft: CalendarDraft, definition: Mapping[str, Any]) -> CalendarDraft:
    """Keep other contents in the draft. Raises InvalidInput with every reason why they are no calendar."""
    try:
        draft.definition = tidied(definition)
    except InvalidCalendar as refused:
        raise InvalidInput(_told(refused.problems)) from None
    draft.changed_at = timezone.now()
    if draft.pk:
        draft.save(update_fields=["definition", "changed_at"])
    else:
        draft.save()
    return draft


def discard(draft: CalendarDraft) -> None:
    if draft.pk:
        draft.delete()


@transaction.atomic
def put_in_force(draft: CalendarDraft, *, by: User, note: str, at: datetime | None = None) -> CalendarVersion:
    """Make the draft the next version of its calendar. Open tickets follow in a job (rule C2).

    Raises InvalidTransition when somebody else has changed the calendar meanwhile, InvalidInput for one that
    never opens (A9), changes nothing or comes without a note, and for a name that is taken.
    """
    draft = CalendarDraft.objects.select_for_update().get(pk=draft.pk)
    now = at or timezone.now()
    note = note.strip()[:NOTE_LENGTH]
    if not note:
        raise InvalidInput(_("Say in a few words what changes, and why."))
    refuse_problems(draft, now)
    calendar = draft.calendar
    if calendar is None:
        calendar = _created(draft)
    else:
        calendar = Calendar.objects.select_for_update(no_key=True).get(pk=calendar.pk)
        if calendar.current != draft.based_on:
            raise InvalidTransition(
                _("%(who)s has changed this calendar meanwhile. Look at the new version and start again.")
                % {"who": calendar.current.created_by or _("The system")}
            )
        if draft.definition == calendar.current.definition:
            raise InvalidInput(_("Nothing is changed."))
    version = versions.write(calendar, draft.definition, by=by, note=note, at=now)
    draft.delete()
    return version


def refuse_problems(draft: CalendarDraft, now: datetime) -> None:
    problems = calendar_rules.validate(draft.definition, now.date())
    refusals = [problem for problem in problems if not problem.is_warning]
    if refusals:
        raise InvalidInput(_told(refusals))


def _told(problems: Iterable[Problem]) -> str:
    return " ".join(calendar_rules.explain(problem) for problem in problems)


def _created(draft: CalendarDraft) -> Calendar:
    if Calendar.objects.filter(name__iexact=draft.name).exists():
        raise InvalidInput(_("There is a calendar called “%s” already.") % draft.name)
    return Calendar.objects.create(name=draft.name, name_zh=draft.name_zh)


@transaction.atomic
def rename(calendar: Calendar, *, name: str, name_zh: str) -> Calendar:
    """Give another name. Versions and deadlines stay as they are."""
    calendar = Calendar.objects.select_for_update(no_key=True).get(pk=calendar.pk)
    calendar.name, calendar.name_zh = name, name_zh
    calendar.save(update_fields=["name", "name_zh"])
    return calendar
