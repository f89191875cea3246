"""What people do to their facts, their absences and the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from helpdesk.errors import InvalidInput, InvalidTransition
from products.models import Product
from routing.desk import hold_desk
from routing.models import Absence, Change, Profile, RulesDraft, RulesVersion
from routing.permissions import can_set_absence, can_set_facts
from routing.rules import RuleSet
from sla.models import Calendar

Kind = Change.Kind


# --- People


@transaction.atomic
def set_profile(
    person: User,
    *,
    by: User,
    languages: Sequence[str],
    calendar: Calendar | None,
    hours: Mapping[str, Any],
    capacity: int | None = None,
    takes_turns: bool = True,
    products: Sequence[Product] | None = None,
    at: datetime | None = None,
) -> Profile:
    """What routing knows of somebody. Skills, capacity and turns are for those who answer for the work."""
    if not can_set_absence(by, person):
        raise PermissionDenied
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    profile = Profile.objects.filter(pk=person.pk).first() or Profile(user=person)
    before = _facts_of(person, profile)
    profile.languages, profile.calendar, profile.hours = list(languages), calendar, dict(hours)
    if can_set_facts(by, person):
        profile.capacity, profile.takes_turns = capacity, takes_turns
        if products is not None:
            person.products.set(products)
    profile.save()
    after = _facts_of(person, profile)
    changes = {name: [before[name], new] for name, new in after.items() if before[name] != new}
    if changes:
        _note(Kind.PROFILE, person, by=by, at=at or timezone.now(), changes=changes)
    return profile


def _facts_of(person: User, profile: Profile) -> dict[str, Any]:
    return {
        "languages": profile.languages,
        "capacity": profile.capacity,
        "calendar": profile.calendar.name if profile.calendar else "",
        "hours": profile.hours,
        "takes_turns": profile.takes_turns,
        "products": [product.name for product in person.products.order_by("position", "name")],
    }


@transaction.atomic
def set_absence(
    person: User,
    *,
    by: User,
    starts_at: datetime,
    ends_at: datetime | None,
    substitute: User | None = None,
    note: str = "",
    at: datetime | None = None,
) -> Absence:
    """Enter an absence. Raises InvalidInput for one that is over already, that overlaps another, or whose
    substitute does not work here."""
    if not can_set_absence(by, person):
        raise PermissionDenied
    now = at or timezone.now()
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if ends_at is not None and ends_at <= max(starts_at, now):
        raise InvalidInput(_("The end must lie after the beginning, and after now."))
    if substitute is not None and (substitute.pk == person.pk or not substitute.is_staff_member):
        raise InvalidInput(_("The substitute must be somebody else who works on the desk."))
    # Who falls ill with an open end may have a holiday planned: only two of a kind get into each other's way.
    others = Absence.objects.not_over(starts_at).filter(user=person, ends_at__isnull=ends_at is None)
    if ends_at is not None:
        others = others.filter(starts_at__lt=ends_at)
    if other := others.first():
        raise InvalidInput(
            _("There is an absence from %(when)s already. End that one first.")
            % {"when": f"{timezone.localtime(other.starts_at):%Y-%m-%d %H:%M}"}
        )
    absence = Absence.objects.create(
        user=person,
        starts_at=starts_at,
        ends_at=ends_at,
        substitute=substitute,
        note=note.strip(),
        created_by=by,
        created_at=now,
    )
    _note(Kind.ABSENCE_SET, person, by=by, at=now, changes={"absence": [None, _told(absence)]})
    return absence


@transaction.atomic
def end_absence(absence: Absence, *, by: User, at: datetime | None = None) -> Absence:
    """They are back, or do not go: one that has begun ends now, one to come is taken back."""
    if not can_set_absence(by, absence.user):
        raise PermissionDenied
    now = at or timezone.now()
    absence = (
        Absence.objects.select_for_update(of=("self",), no_key=True).select_related("user").get(pk=absence.pk)
    )
    if absence.withdrawn_at or (absence.ends_at and absence.ends_at <= now):
        raise InvalidTransition(_("This absence is over already."))
    before = _told(absence)
    if absence.starts_at < now:
        absence.ends_at = now
        absence.save(update_fields=["ends_at"])
        kind = Kind.ABSENCE_ENDED
    else:
        absence.withdrawn_at = now
        absence.save(update_fields=["withdrawn_at"])
        kind = Kind.ABSENCE_WITHDRAWN
    _note(kind, absence.user, by=by, at=now, changes={"absence": [before, None]})
    return absence


def _told(absence: Absence) -> dict[str, str]:
    """In a form that stays readable when people are renamed."""
    return {
        "from": absence.starts_at.isoformat(),
        "until": absence.ends_at.isoformat() if absence.ends_at else "",
        "substitute": str(absence.substitute or ""),
    }


def _note(kind: str, person: User, *, by: User, at: datetime, changes: dict[str, Any]) -> None:
    Change.objects.create(kind=kind, user=person, by=by, at=at, changes=changes)


# --- Rules


@transaction.atomic
def save_draft(rules: RuleSet, *, by: User, at: datetime | None = None) -> RulesDraft:
    """Keep what somebody is working on. A new draft begins from the version in force."""
    version = RulesVersion.in_force()
    draft, _is_new = RulesDraft.objects.select_for_update().get_or_create(
        author=by,
        defaults={"rules": rules.dump(), "based_on": version.number if version else 0},
    )
    draft.rules, draft.changed_at = rules.dump(), at or timezone.now()
    draft.save(update_fields=["rules", "changed_at"])
    return draft


def drop_draft(*, by: User) -> None:
    RulesDraft.objects.filter(author=by).delete()


@transaction.atomic
def put_in_force(draft: RulesDraft, *, by: User, note: str, at: datetime | None = None) -> RulesVersion:
    """Make the draft the next version. Raises InvalidTransition when somebody made one meanwhile."""
    newest = _newest()
    draft = RulesDraft.objects.select_for_update().get(pk=draft.pk, author=by)
    number = newest.number if newest else 0
    if draft.based_on != number:
        raise InvalidTransition(
            _("%(who)s put version %(number)s in force in the meantime. Look at it, then begin a new draft.")
            % {"who": newest.created_by if newest else "", "number": number}
        )
    if newest and newest.read == draft.read:
        raise InvalidInput(_("Nothing is different from version %(number)s.") % {"number": number})
    made = _next(newest, draft.rules, is_on=newest.is_on if newest else False, by=by, note=note, at=at)
    draft.delete()
    return made


@transaction.atomic
def switch(is_on: bool, *, by: User | None, at: datetime | None = None) -> RulesVersion:
    """Let the rules of the version in force act, or stop them. What stands assigned stays so."""
    newest = _newest()
    if newest is None or not newest.read.rules:
        raise InvalidInput(_("There are no rules in force yet. Write some and put them in force first."))
    if newest.is_on == is_on:
        raise InvalidTransition(_("It is so already."))
    return _next(newest, newest.rules, is_on=is_on, by=by, note="", at=at)


def _newest() -> RulesVersion | None:
    """The version in force, until the next one is written: two people would make the same number."""
    hold_desk()
    return RulesVersion.in_force()


def _next(
    newest: RulesVersion | None,
    rules: Mapping[str, Any],
    *,
    is_on: bool,
    by: User | None,
    note: str,
    at: datetime | None,
) -> RulesVersion:
    made = RulesVersion.objects.create(
        number=newest.number + 1 if newest else 1,
        rules=rules,
        is_on=is_on,
        created_at=at or timezone.now(),
        created_by=by,
        note=note.strip(),
    )
    # Drafts of what only was switched on or off stay good.
    if newest and newest.rules == rules:
        RulesDraft.objects.filter(based_on=newest.number).update(based_on=made.number)
    return made
