"""Checklists on tickets. The history tells that one of the desk's was added, done or removed, not each tick:
who ticked what and when stands on the item. What is one person's alone is told nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from events.recording import record
from followups.models import Checklist, ChecklistItem, ChecklistTemplate
from helpdesk.errors import InvalidInput
from tickets.actions.changing import locked
from tickets.models import Ticket

MOST_ITEMS = 40
MOST_CHECKLISTS = 10


@transaction.atomic
def add_checklist(
    ticket: Ticket,
    *,
    by: User,
    name: str = "",
    items: Sequence[str] = (),
    template: ChecklistTemplate | None = None,
    is_private: bool = False,
    at: datetime | None = None,
) -> Checklist:
    """Put a checklist on a ticket: a template's items, or those given. Raises InvalidInput for too many."""
    ticket = locked(ticket)
    now = at or timezone.now()
    if ticket.checklists.count() >= MOST_CHECKLISTS:
        raise InvalidInput(_("At most %(count)d checklists on a ticket.") % {"count": MOST_CHECKLISTS})
    made = Checklist.objects.create(
        ticket=ticket,
        name=(name.strip() or (template.name if template else _("Checklist")))[:80],
        owner=by if is_private else None,
        template=template,
        created_by=by,
        created_at=now,
    )
    texts = clean(template.items if template else items)
    ChecklistItem.objects.bulk_create(
        ChecklistItem(checklist=made, text=text, position=position) for position, text in enumerate(texts)
    )
    _tell("ticket.checklist_added", made, ticket, by, now, count=len(texts))
    return made


@transaction.atomic
def add_item(checklist: Checklist, *, text: str) -> ChecklistItem:
    checklist = _locked(checklist)
    (text,) = clean([text]) or [""]
    if not text:
        raise InvalidInput(_("Write what is to be done."))
    if checklist.items.count() >= MOST_ITEMS:
        raise InvalidInput(_("At most %(count)d items.") % {"count": MOST_ITEMS})
    last = checklist.items.aggregate(last=Max("position"))["last"]
    return checklist.items.create(text=text, position=0 if last is None else last + 1)


@transaction.atomic
def tick(item: ChecklistItem, *, by: User, is_done: bool, at: datetime | None = None) -> None:
    """Tick an item or take the tick back. What is so already stays: two who tick at once do no harm."""
    now = at or timezone.now()
    ticket = locked(Ticket(pk=item.checklist.ticket_id))
    checklist = _locked(item.checklist)
    fresh = checklist.items.filter(pk=item.pk).first()
    if fresh is None or bool(fresh.done_at) == is_done:
        return
    fresh.done_at, fresh.done_by = (now, by) if is_done else (None, None)
    fresh.save(update_fields=["done_at", "done_by"])
    if is_done and not checklist.items.filter(done_at=None).exists():
        _tell("ticket.checklist_done", checklist, ticket, by, now)


@transaction.atomic
def move_item(item: ChecklistItem, *, up: bool) -> None:
    """Change places with the neighbour; the first and the last stay where they are."""
    checklist = _locked(item.checklist)
    rows = list(checklist.items.all())
    here = next((index for index, row in enumerate(rows) if row.pk == item.pk), None)
    if here is None:
        return
    there = here - 1 if up else here + 1
    if 0 <= there < len(rows):
        rows[here], rows[there] = rows[there], rows[here]
        for position, row in enumerate(rows):
            row.position = position
        ChecklistItem.objects.bulk_update(rows, ["position"])


@transaction.atomic
def remove_item(item: ChecklistItem) -> None:
    _locked(item.checklist).items.filter(pk=item.pk).delete()


@transaction.atomic
def remove_checklist(checklist: Checklist, *, by: User, at: datetime | None = None) -> None:
    """Take it off the ticket with its items."""
    ticket = locked(Ticket(pk=checklist.ticket_id))
    gone, _rows = Checklist.objects.filter(pk=checklist.pk).delete()
    if gone:
        _tell("ticket.checklist_removed", checklist, ticket, by, at or timezone.now())


@transaction.atomic
def save_template(
    template: ChecklistTemplate | None, *, name: str, items: Sequence[str], is_archived: bool = False
) -> ChecklistTemplate:
    """Tickets that have it already keep the items of then. Raises InvalidInput for a name that is taken."""
    texts = clean(items)
    if not texts:
        raise InvalidInput(_("Write at least one item."))
    row = template or ChecklistTemplate()
    row.name, row.items, row.is_archived, row.updated_at = name.strip(), texts, is_archived, timezone.now()
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise InvalidInput(_("There is a checklist “%(name)s” already.") % {"name": name}) from None
    return row


def clean(texts: Sequence[str]) -> list[str]:
    """Without empty lines and the dashes of a list. Raises InvalidInput for too many or too long ones."""
    found = [text.strip().lstrip("-*•·").replace("[ ]", "").strip() for text in texts]
    found = [text for text in found if text]
    if len(found) > MOST_ITEMS:
        raise InvalidInput(_("At most %(count)d items.") % {"count": MOST_ITEMS})
    if any(len(text) > 200 for text in found):
        raise InvalidInput(_("An item has at most %(count)d characters.") % {"count": 200})
    return found


def _locked(checklist: Checklist) -> Checklist:
    found = Checklist.objects.select_for_update().filter(pk=checklist.pk).first()
    if found is None:
        raise InvalidInput(_("This checklist is no longer there."))
    return found


def _tell(kind: str, checklist: Checklist, ticket: Ticket, by: User, at: datetime, **facts: Any) -> None:
    if checklist.owner_id is None:
        record(kind, ticket, by=by, at=at, name=checklist.name, **facts)
