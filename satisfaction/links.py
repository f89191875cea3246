"""The link in the mail: signed, bound to one question, its ticket and its person, and it expires."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse

from satisfaction.models import CHANGEABLE, OPEN_FOR, Question, Score
from tickets.models import Ticket

_SALT = "satisfaction.question"


class Expired(Exception):
    """Signed by us, and too old."""


def token(question: Question) -> str:
    return signing.dumps([question.pk, question.ticket_id, question.person_id], salt=_SALT)


def address(question: Question, score: str = "") -> str:
    """Where the question is answered; `score` is what the page proposes. Opening it records nothing."""
    path = reverse("satisfaction_answer", args=[token(question)])
    return f"{settings.SITE_URL}{path}{f'?score={Score(score).value}' if score else ''}"


def find(signed: str) -> Question | None:
    """The question of a link; None for what we did not sign, and for a person who may no longer see the
    ticket or sign in. Raises Expired."""
    try:
        values: Any = signing.loads(signed, salt=_SALT, max_age=OPEN_FOR + CHANGEABLE)
        pk, ticket_id, person_id = map(int, values)
    except signing.SignatureExpired:
        raise Expired from None
    except (signing.BadSignature, TypeError, ValueError):
        return None
    questions = Question.objects.select_related("ticket", "person")
    found = questions.filter(pk=pk, ticket=ticket_id, person=person_id).first()
    if found is None or not Ticket.objects.visible_to(found.person).filter(pk=ticket_id).exists():
        return None
    return found
