"""Ask, answer, and choose which organisations are asked."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organization, User
from events.models import Event
from events.recording import record
from helpdesk.errors import InvalidInput, InvalidTransition
from satisfaction.models import PAUSE, Question, Score, Unasked
from tickets.actions.changing import locked
from tickets.models import Ticket


@transaction.atomic
def ask(event: Event) -> Question | None:
    """Ask the requester about a resolution, once; None where they are not to be asked.

    Not asked: an organisation that does not want it, somebody who was asked within PAUSE, who works here or
    may no longer sign in, and a ticket that is open again by now.
    """
    ticket = locked(Ticket(pk=event.ticket_id))
    known = Question.objects.filter(ticket=ticket, sequence=event.sequence).first()
    if known or ticket.is_active:
        return known
    # Locked: of two tickets resolved at once, one asks.
    person = User.objects.select_for_update(no_key=True).get(pk=ticket.requester_id)
    if person.is_staff_member or not person.is_active:
        return None
    if ticket.organization_id and Unasked.objects.filter(organization=ticket.organization_id).exists():
        return None
    if Question.objects.filter(person=person, asked_at__gt=event.at - PAUSE).exists():
        return None
    return Question.objects.create(
        ticket=ticket, sequence=event.sequence, person=person, tier=ticket.tier, asked_at=event.at
    )


@transaction.atomic
def answer(
    question: Question, *, by: User, score: str, comment: str = "", at: datetime | None = None
) -> Question:
    """Record an answer or change it. Raises InvalidTransition when the time for that is over.

    The same answer again changes nothing: a link used twice, a press of the button twice.
    """
    ticket = locked(Ticket(pk=question.ticket_id))
    question = Question.objects.select_for_update(of=("self",)).get(pk=question.pk)
    now, comment = at or timezone.now(), comment.strip()[:1000]
    if score not in Score.values:
        raise InvalidInput(_("Choose one of the answers."))
    if not question.is_open(now):
        raise InvalidTransition(_("The time for an answer is over. Thank you all the same."))
    if (question.score, question.comment) == (score, comment):
        return question
    before = question.score
    question.score, question.comment = score, comment
    question.answered_at = question.answered_at or now
    question.save(update_fields=["score", "comment", "answered_at"])
    record(
        "ticket.rated",
        ticket,
        by=by,
        at=now,
        score=score,
        comment=comment,
        of=question.sequence,
        before=before,
    )
    return question


@transaction.atomic
def set_asked(organization: Organization, *, is_asked: bool) -> None:
    """Whether the people of an organisation are asked from now on."""
    if is_asked:
        Unasked.objects.filter(organization=organization).delete()
    else:
        Unasked.objects.get_or_create(organization=organization)
