"""Publish a fix: whoever waits for it is told once, and tickets resolve with it where the engineer says so.

The row of the fix is the outbox. Publishing writes it and returns; workers tell some tickets at a time, each
in a transaction of its own, until all are told. A worker that dies leaves the rest to the next one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from events.recording import record
from helpdesk import hints
from helpdesk.errors import InvalidInput, InvalidTransition, Refused
from known_issues.actions.linking import helps, named
from known_issues.actions.writing import keep, locked
from known_issues.models import PLACE, Fix, KnownIssue, Link, LinkQuerySet, ToldOfFix
from products import versions
from tickets import actions as ticket_actions
from tickets.actions.changing import locked as locked_ticket
from tickets.models import Message, Ticket, Watcher

BATCH = 200


@transaction.atomic
def publish_fix(
    issue: KnownIssue, *, by: User | None, version: str, resolves: bool, at: datetime | None = None
) -> Fix:
    """Mark it as fixed in a version, and have everybody told who waits for it.

    With `resolves` the linked active tickets are resolved by a public message in their requester's language.
    Raises InvalidInput for what is no version and for one that is affected itself, InvalidTransition if it is
    fixed already, and where tickets should resolve with something that customers may not know of.
    """
    issue = locked(issue)
    if issue.state == KnownIssue.State.FIXED:
        raise InvalidTransition(_("This known issue is fixed already."))
    version = " ".join(version.replace("\0", "").split())[:40]
    if versions.parse(version) is None:
        raise InvalidInput(_("Please name the version that has the fix, for example 4.3.4."))
    if issue.affected_to and versions.reaches(issue.affected_to, version):
        raise InvalidInput(
            _("Version %(version)s is affected itself: change the affected versions first.")
            % {"version": version}
        )
    if resolves and not issue.is_for_customers:
        raise InvalidTransition(
            _("Only staff see this known issue: open it to customers first, or resolve the tickets by hand.")
        )
    now = at or timezone.now()
    changed = {"state": [issue.state, KnownIssue.State.FIXED], "fixed_in": [issue.fixed_in, version]}
    fix = Fix.objects.create(known_issue=issue, version=version, resolves=resolves, by=by, at=now)
    issue.state, issue.fixed_in, issue.current_fix, issue.updated_at = (
        KnownIssue.State.FIXED,
        version,
        fix,
        now,
    )
    issue.save(update_fields=["state", "fixed_in", "current_fix", "updated_at"])
    keep(issue, changed, by=by, at=now)
    transaction.on_commit(_hint, robust=True)
    return fix


def tell_fixes(*, limit: int = BATCH) -> int:
    """Tell up to `limit` tickets of fixes that are out. Returns how many; fewer: nobody waits any more."""
    told = 0
    for fix in Fix.objects.filter(done_at=None).select_related("by"):
        places = _waiting(fix).values_list(PLACE, flat=True)[: limit - told]
        for number in dict.fromkeys(places):
            told += _tell(fix, number)
        if not _waiting(fix).exists():
            Fix.objects.filter(pk=fix.pk, done_at=None).update(done_at=timezone.now())
        if told >= limit:
            break
    return told


def _waiting(fix: Fix) -> LinkQuerySet:
    """Links whose tickets were not told. None, where the issue has come back meanwhile."""
    untold = Link.objects.filter(Q(told_fix=None) | ~Q(told_fix=fix.pk), known_issue__current_fix=fix.pk)
    return untold.order_by("pk")


@transaction.atomic
def _tell(fix: Fix, number: int) -> bool:
    """Tell one ticket, once for all that were merged into it. False if another worker has."""
    # The ticket first, as every action does: two that wait for each other would never end.
    ticket = locked_ticket(Ticket(pk=number))
    waiting = _waiting(fix).of(ticket).select_for_update(of=("self",))
    linked = [made.pk for made in waiting]
    if ticket.merged_into_id or not linked:
        return False
    Link.objects.filter(pk__in=linked).update(told_fix=fix)
    issue = (
        KnownIssue.objects.select_related("product").prefetch_related("wordings").get(pk=fix.known_issue_id)
    )
    now = timezone.now()
    if not issue.is_for_customers:
        record("ticket.known_issue_fix_noted", ticket, by=fix.by, at=now, **named(issue))
        return True
    if fix.resolves and ticket.is_active and _resolve(ticket, issue, fix):
        # The solution is said on the ticket, to all who would be told.
        _new_to(fix, _waiting_people(ticket))
        return True
    people = _new_to(fix, _waiting_people(ticket))
    record(
        "ticket.known_issue_fixed", ticket, by=fix.by, at=now, **named(issue), texts=helps(issue), tell=people
    )
    return True


def _resolve(ticket: Ticket, issue: KnownIssue, fix: Fix) -> bool:
    """Resolve it by a public message, as an engineer does by hand. False where its rules forbid that."""
    with translation.override(ticket.requester.language):
        wording = issue.wording_in(ticket.requester.language)
        context = {"issue": issue, "wording": wording, "version": fix.version}
        body = render_to_string("known_issues/fixed_message.txt", context).strip()
    try:
        with transaction.atomic():
            ticket_actions.resolve(ticket, by=fix.by, body=body)
    except Refused:
        return False
    return True


def _waiting_people(ticket: Ticket) -> list[User]:
    """The requester, colleagues who have spoken, and who follows it; only who may see the ticket.

    Those of the tickets that were merged into it among them.
    """
    tickets = Ticket.objects.filter(Q(pk=ticket.pk) | Q(merged_into=ticket))
    spoke = Message.objects.filter(ticket__in=tickets, author_kind=Message.Author.COLLEAGUE)
    people = User.objects.active().filter(
        Q(pk__in=tickets.values("requester"))
        | Q(pk__in=spoke.values("author"))
        | Q(pk__in=Watcher.objects.filter(ticket__in=tickets).values("user"))
    )
    # In the order of their ids: two workers that tell the same people wait for each other in one direction.
    return [
        one for one in people.order_by("pk") if Ticket.objects.visible_to(one).filter(pk=ticket.pk).exists()
    ]


def _new_to(fix: Fix, people: Iterable[User]) -> list[int]:
    """Those of them who have not heard of this fix by another ticket; from now on they have."""
    return [one.pk for one in people if ToldOfFix.objects.get_or_create(fix=fix, user=one)[1]]


def _hint() -> None:
    """Tell now. With the broker away the next sweep does."""
    from known_issues.tasks import tell

    hints.give(tell)
