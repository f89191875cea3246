"""Hand over with the checklist of the tier that takes over, fill it in later, return what lacks something."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from accounts.models import User
from events.recording import record
from handover.definition import Answers, Item, answered, check, missing, numbered
from handover.known import known
from handover.models import Checklist, HandOver
from helpdesk.errors import InvalidInput, InvalidTransition
from tickets import actions
from tickets.actions.changing import locked
from tickets.models import Ticket


class NotFilledIn(InvalidInput):
    """Required items of the checklist are not answered."""

    def __init__(self, items: Sequence[Item]) -> None:
        names = get_text_list([str(item.label) for item in items], _("and"))
        super().__init__(_("Still to be answered: %(items)s.") % {"items": names})
        self.items = items


@transaction.atomic
def hand_over(
    ticket: Ticket,
    *,
    by: User,
    tier: str,
    reason: str,
    to: User | None = None,
    answers: Answers | None = None,
    later: bool = False,
    at: datetime | None = None,
) -> Ticket:
    """Hand over with what the tier asks for. Raises NotFilledIn while a required item is open.

    `later`: nothing is held up, what is open is owed (a P1, a macro). Facts of the ticket answer then by
    themselves.
    """
    ticket = locked(ticket)
    current = Checklist.objects.current(tier)
    items = current.read if current else []
    facts = known(items, ticket)
    filled = answered(items, {**facts, **(answers or {})} if later else (answers or {}), facts)
    if (lacking := missing(filled)) and not later:
        raise NotFilledIn(lacking)
    return actions.hand_over(
        ticket,
        by=by,
        tier=tier,
        to=to,
        reason=reason,
        checklist=[one.written() for one in filled],
        is_owed=bool(lacking),
        at=at,
    )


@transaction.atomic
def fill(ticket: Ticket, *, by: User, answers: Answers, at: datetime | None = None) -> Ticket:
    """Fill in or correct the checklist of the present hand-over. Raises NotFilledIn as `hand_over` does."""
    ticket = locked(ticket)
    present = _present(ticket)
    filled = answered(asked(present), answers, known(asked(present), ticket))
    if lacking := missing(filled):
        raise NotFilledIn(lacking)
    record(
        "ticket.handover_filled",
        ticket,
        by=by,
        at=at or timezone.now(),
        of=present.sequence,
        checklist=[one.written() for one in filled],
    )
    return ticket


@transaction.atomic
def send_back(
    ticket: Ticket, *, by: User, missing: Collection[str], reason: str = "", at: datetime | None = None
) -> Ticket:
    """Return the present hand-over to its sender, or to the sender's tier if they work elsewhere now.

    `missing` are keys of items. Raises InvalidInput where neither an item nor a reason says why.
    """
    ticket = locked(ticket)
    present = _present(ticket)
    lacking = [item.written() for item in asked(present) if item.key in missing]
    return actions.hand_back(
        ticket,
        by=by,
        tier=present.from_tier,
        to=_sender(present),
        missing=lacking,
        reason=reason,
        at=at,
    )


def present_hand_over(ticket: Ticket) -> HandOver | None:
    """The hand-over by which the ticket is where it is: None where it was returned or moved on since."""
    last = ticket.hand_overs.select_related("by", "filled_by", "returned_by").order_by("-sequence").first()
    return last if last and last.returned_at is None and last.to_tier == ticket.tier else None


def asked(hand_over: HandOver) -> list[Item]:
    """What was asked then; where nothing was, what the tier asks now."""
    if hand_over.answers:
        return [one.item for one in hand_over.answers]
    current = Checklist.objects.current(hand_over.to_tier)
    return current.read if current else []


@transaction.atomic
def save_checklist(tier: str, *, by: User, items: Sequence[Item]) -> Checklist:
    """Write the next version of a tier's checklist; the present one where nothing has changed."""
    last = Checklist.objects.select_for_update().filter(tier=tier).order_by("-number").first()
    check(items)
    stored = [item.written() for item in numbered(items)]
    if last and last.items == stored:
        return last
    return Checklist.objects.create(
        tier=tier, number=last.number + 1 if last else 1, items=stored, created_by=by
    )


def _present(ticket: Ticket) -> HandOver:
    present = present_hand_over(ticket)
    if present is None:
        raise InvalidTransition(_("This ticket has moved on since it was handed over."))
    return present


def _sender(hand_over: HandOver) -> User | None:
    sender = hand_over.by
    return sender if sender and sender.is_agent and sender.tier == hand_over.from_tier else None
